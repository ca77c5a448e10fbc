//! nnvisu-protocol
