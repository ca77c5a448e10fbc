//! A link as a QR code of block characters, for a telephone to read off a terminal.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode, types::QrError};

/// Black on white from the palette of 256 colours, which is the same whatever theme a terminal has.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const AS_BEFORE: &str = "\x1b[0m";

/// The QR code of `link`, with the margin that readers need, in lines that end with line breaks.
/// Without `colours`, what is light is drawn: right where text is light on dark.
pub(super) fn qr_code(link: &str, colours: bool) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L)?;
    let (dark, light) = if colours {
        (Dense1x2::Dark, Dense1x2::Light)
    } else {
        (Dense1x2::Light, Dense1x2::Dark)
    };
    let image = code
        .render::<Dense1x2>()
        .dark_color(dark)
        .light_color(light)
        .build();
    let mut text = String::new();
    for line in image.lines() {
        if colours {
            text.extend([BLACK_ON_WHITE, line, AS_BEFORE, "\n"]);
        } else {
            text.extend([line, "\n"]);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader sees in the characters: whether each half of them has ink.
    fn halves(text: &str) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in text.lines() {
            let line = line.replace(BLACK_ON_WHITE, "").replace(AS_BEFORE, "");
            rows.push(line.chars().map(|c| "▀█".contains(c)).collect());
            rows.push(line.chars().map(|c| "▄█".contains(c)).collect());
        }
        rows
    }

    /// What another program reads from the picture.
    fn read(rows: &[Vec<bool>], dark: bool) -> String {
        const SCALE: usize = 4;
        let (width, height) = (rows[0].len(), rows.len());
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width * SCALE, height * SCALE, |x, y| {
                if rows[y / SCALE][x / SCALE] == dark {
                    0
                } else {
                    255
                }
            });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_reader_finds_the_link() {
        for link in [
            "http://192.168.1.23:8888/",
            "http://[2001:db8::1]:8888/?token=0123456789abcdef0123456789abcdef",
        ] {
            let on_white = halves(&qr_code(link, true).unwrap());
            assert_eq!(read(&on_white, true), link);
            let on_dark = halves(&qr_code(link, false).unwrap());
            assert_eq!(read(&on_dark, false), link);
        }
    }

    #[test]
    fn lines_are_in_colour_each_for_itself() {
        let text = qr_code("http://192.168.1.23:8888/", true).unwrap();
        assert!(
            text.lines()
                .all(|line| line.starts_with(BLACK_ON_WHITE) && line.ends_with(AS_BEFORE))
        );
        assert!(
            !qr_code("http://192.168.1.23:8888/", false)
                .unwrap()
                .contains('\x1b')
        );
    }

    #[test]
    fn the_longest_token_has_room() {
        let link = format!("http://[2001:db8::1]:8888/?token={}", "x".repeat(256));
        assert!(qr_code(&link, true).is_ok());
    }
}
