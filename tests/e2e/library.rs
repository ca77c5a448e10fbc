//! The server as a library, in the process of another program.
