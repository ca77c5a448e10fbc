//! The numbers a message has to keep to: fixed ranges, and limits the server can be told.

use serde::{Deserialize, Serialize};

/// Most hidden layers a network can have.
pub const MAX_HIDDEN_LAYERS: usize = 10;
/// Most units a hidden layer can have; the fewest is 1.
pub const MAX_UNITS: usize = 100;
/// Fewest classes, and fewest output units of a network.
pub const MIN_CLASSES: usize = 2;
/// Most classes; labels go from 0 to one less.
pub const MAX_CLASSES: usize = 8;
/// Largest seed: 2⁵³ − 1, the largest integer that JavaScript numbers hold exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;
/// Largest speed that can be asked for, in steps per second.
pub const MAX_STEPS_PER_SECOND: f32 = 1e6;
/// Smallest longest side of the maps that a client can ask for, in pixels.
pub const MIN_VIEW_SIZE: u16 = 16;
/// Largest longest side of the maps that a client can ask for, in pixels.
pub const MAX_VIEW_SIZE: u16 = 512;
/// Most frames that a client can ask for in a second.
pub const MAX_FRAMES_PER_SECOND: f32 = 60.0;
/// Largest width and height of a map in a frame, in pixels.
pub const MAX_FRAME_SIDE: u16 = 4096;
/// Most posteriors (classes · width · height) of a map that is not raw, 8 MiB of them: the bytes of
/// such a frame do not bound what comes out of it.
pub const MAX_COMPRESSED_POSTERIORS: usize = 8 * 1024 * 1024;
/// Number of points a session may hold unless the server is told otherwise.
pub const DEFAULT_MAX_POINTS: usize = 20_000;
/// Size of the largest message a server takes unless told otherwise: 8 MiB.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;
/// How deep arrays and objects may be nested in a request.
pub const MAX_NESTING: usize = 64;

/// The limits one server works with; it tells version 2 clients in its first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Most points a data set may have.
    pub max_points: usize,
    /// Largest text message in bytes; a larger one closes the connection with code 1009.
    pub max_message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_points: DEFAULT_MAX_POINTS,
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
        }
    }
}
