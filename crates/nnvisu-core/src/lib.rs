//! nnvisu-core
