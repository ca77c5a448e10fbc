//! Shots.
fn main() {}
