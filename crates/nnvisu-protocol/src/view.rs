//! What a client looks at: which sections its frames have, how large and how many they are.

use serde::{Deserialize, Deserializer, Serialize};

use crate::frame::{PosteriorEncoding, SectionKind};
use crate::numbers::{FramesPerSecond, ViewSize, id};
use crate::objects::only_from_objects;

/// The frames that a client wants. What it leaves out has its default, which is also what a
/// connection gets before its first `view`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(remote = "Self", rename_all = "camelCase", default)]
pub struct View {
    /// Which run; there is one, 0.
    #[serde(deserialize_with = "id")]
    #[cfg_attr(test, ts(as = "Option<u32>"))]
    pub run: u32,
    /// The sections of each frame; none: no frames are sent. Default all.
    #[cfg_attr(test, ts(as = "Option<Vec<SectionKind>>"))]
    pub sections: Vec<SectionKind>,
    /// Longest side of the map. The server may send smaller ones over a slow line, never larger.
    #[cfg_attr(test, ts(as = "Option<ViewSize>"))]
    pub size: ViewSize,
    /// Most frames in a second.
    #[cfg_attr(test, ts(as = "Option<FramesPerSecond>"))]
    pub frames_per_second: FramesPerSecond,
    /// The encodings of posteriors that the client reads, the one it likes best first. Names that
    /// the server does not know are skipped; one has to be left.
    #[serde(deserialize_with = "known_encodings")]
    #[cfg_attr(test, ts(as = "Option<Vec<PosteriorEncoding>>"))]
    pub encodings: Vec<PosteriorEncoding>,
}
only_from_objects!(View);

impl Default for View {
    fn default() -> Self {
        Self {
            run: 0,
            sections: SectionKind::ALL.to_vec(),
            size: ViewSize::default(),
            frames_per_second: FramesPerSecond::default(),
            encodings: vec![PosteriorEncoding::Planes, PosteriorEncoding::Raw],
        }
    }
}

impl View {
    /// Whether frames have a section of this kind.
    #[must_use]
    pub fn has(&self, kind: SectionKind) -> bool {
        self.sections.contains(&kind)
    }

    /// The encoding that the server sends: the first one that the client listed. An empty list,
    /// which is never read from a request, stands for [`PosteriorEncoding::Raw`].
    #[must_use]
    pub fn encoding(&self) -> PosteriorEncoding {
        let first = self.encodings.first().copied();
        first.unwrap_or(PosteriorEncoding::Raw)
    }
}

fn known_encodings<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PosteriorEncoding>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    let known: Vec<PosteriorEncoding> = names
        .iter()
        .filter_map(|name| PosteriorEncoding::from_name(name))
        .collect();
    if known.is_empty() {
        let allowed = PosteriorEncoding::NAMES.join(", ");
        let message = format!("must have at least one of {allowed}");
        return Err(serde::de::Error::custom(message));
    }
    Ok(known)
}
