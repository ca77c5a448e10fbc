//! nnvisu-server
