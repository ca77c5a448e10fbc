//! Which of the two protocols a connection speaks.

/// The WebSocket subprotocol a client asks for to speak version 2.
///
/// A connection opened without it speaks version 1.
pub const SUBPROTOCOL_V2: &str = "nnvisu.v2";

/// The protocol a connection speaks, fixed when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtocolVersion {
    /// The format of the original clients: running `step_result` messages and RGB maps.
    V1,
    /// Everything of version 1, request ids, `state`, checkpoints, speed, single steps and
    /// picture frames that carry their own metrics.
    V2,
}
