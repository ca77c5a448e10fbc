//! Shots.
fn main(){}
