//! The nnvisu command.
fn main() {}
