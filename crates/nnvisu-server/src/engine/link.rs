//! What a viewer needs of the link to its client.

use bytes::Bytes;

use super::Timestamp;

/// Takes what there is to send, and says how much of it there may be. It never makes its caller
/// wait.
pub(crate) trait Link: Send {
    /// Sends a text message that must arrive, in order.
    fn reply(&self, text: String);

    /// Sends a frame, in place of one that still waits; returns what was dropped then.
    fn frame(&self, frame: Frame) -> Option<DroppedFrame>;

    /// Sends a checkpoint, in place of one that still waits.
    fn checkpoint(&self, text: String);

    /// Takes back the frame and the checkpoint that wait. Returns whether there was a frame.
    fn withdraw(&self) -> bool;

    /// How many bytes a second the link takes.
    fn bytes_per_second(&self) -> f64;

    /// Whether a frame would only wait, to be replaced by a newer one.
    fn is_congested(&self) -> bool;
}

/// A frame to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    /// A text message that goes before the frame and speaks of the same step.
    pub(crate) step_result: Option<String>,
    /// Whether the `step_result` carries the weights.
    pub(crate) with_weights: bool,
    /// The binary message.
    pub(crate) bytes: Bytes,
    /// When the network was as it is shown.
    pub(crate) made: Timestamp,
}

/// What had to make room for a newer frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DroppedFrame {
    /// Whether the client goes without weights that it was to have.
    pub(crate) lost_weights: bool,
}
