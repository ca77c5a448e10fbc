//! Colours of the classes.

use std::fmt;

use crate::{Label, MAX_CLASSES};

/// A colour in sRGB, 8 bits per channel. Its text form is `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb {
    /// Red
    pub r: u8,
    /// Green
    pub g: u8,
    /// Blue
    pub b: u8,
}

impl Rgb {
    /// The colour written `0xrrggbb`; higher bits are ignored.
    #[must_use]
    pub const fn from_hex(hex: u32) -> Self {
        let [_, r, g, b] = hex.to_be_bytes();
        Self { r, g, b }
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

/// One colour per class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Palette([Rgb; MAX_CLASSES]);

impl Palette {
    /// Blue, orange, red, purple, green, yellow, brown, navy: what nnvisu has
    /// always used.
    pub const CLASSIC: Self = Self::from_hex([
        0x34_98db, 0xe6_7e22, 0xe7_4c3c, 0x9b_59b6, 0x2e_cc71, 0xf1_c40f, 0x79_5548, 0x34_495e,
    ]);

    /// The first eight of Petroff's ten-colour sequence, made to stay apart
    /// under the common colour-vision deficiencies (arXiv:2107.02270).
    pub const PETROFF: Self = Self::from_hex([
        0x3f_90da, 0xff_a90e, 0xbd_1f01, 0x94_a4a2, 0x83_2db6, 0xa9_6b59, 0xe7_6300, 0xb9_ac70,
    ]);

    /// A palette of these colours, class 0 first.
    #[must_use]
    pub const fn new(colors: [Rgb; MAX_CLASSES]) -> Self {
        Self(colors)
    }

    const fn from_hex(hex: [u32; MAX_CLASSES]) -> Self {
        let mut colors = [Rgb::from_hex(0); MAX_CLASSES];
        let mut class = 0;
        while class < MAX_CLASSES {
            colors[class] = Rgb::from_hex(hex[class]);
            class += 1;
        }
        Self(colors)
    }

    /// All colours, class 0 first.
    #[must_use]
    pub fn colors(&self) -> &[Rgb; MAX_CLASSES] {
        &self.0
    }

    /// The colour of one class.
    #[must_use]
    pub fn color(&self, label: Label) -> Rgb {
        self.0[label.index()]
    }
}

/// [`Palette::CLASSIC`]
impl Default for Palette {
    fn default() -> Self {
        Self::CLASSIC
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classic_colors_are_the_documented_ones() {
        let written = Palette::CLASSIC.colors().map(|color| color.to_string());
        let documented = [
            "#3498db", "#e67e22", "#e74c3c", "#9b59b6", "#2ecc71", "#f1c40f", "#795548", "#34495e",
        ];
        assert_eq!(written, documented);
    }

    #[test]
    fn petroff_colors_are_those_of_the_paper() {
        let written = Palette::PETROFF.colors().map(|color| color.to_string());
        let published = [
            "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70",
        ];
        assert_eq!(written, published);
    }

    #[test]
    fn colors_belong_to_labels() {
        let navy = Palette::default().color(Label::new(7).unwrap());
        assert_eq!(
            navy,
            Rgb {
                r: 0x34,
                g: 0x49,
                b: 0x5e
            }
        );
    }
}
