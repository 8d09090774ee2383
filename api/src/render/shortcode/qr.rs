//! QR codes as images within the page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around a code.
const QUIET: usize = 4;

/// Bytes of text: above them no code of any size holds it.
const TEXT: usize = 2953;

/// An address of an image, and the length of its sides in pixels; none if the text is too long.
/// `scale`: pixels of a module.
pub(super) fn image(text: &str, level: &str, scale: usize) -> Option<(String, usize)> {
    let level = match level {
        "low" => EcLevel::L,
        "quartile" => EcLevel::Q,
        "high" => EcLevel::H,
        _ => EcLevel::M,
    };
    let code =
        (text.len() <= TEXT).then(|| QrCode::with_error_correction_level(text, level))?.ok()?;
    let modules = code.width();
    let colors = code.to_colors();
    let side = (modules + 2 * QUIET) * scale;
    let mut bytes = Vec::new();
    let mut encoder =
        png::Encoder::new(&mut bytes, u32::try_from(side).ok()?, u32::try_from(side).ok()?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let width = side.div_ceil(8);
    let mut pixels = vec![0xff_u8; width * side];
    for (index, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (left, top) = ((index % modules + QUIET) * scale, (index / modules + QUIET) * scale);
        for y in top..top + scale {
            for x in left..left + scale {
                pixels[y * width + x / 8] &= !(0x80 >> (x % 8));
            }
        }
    }
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some((format!("data:image/png;base64,{}", STANDARD.encode(bytes)), side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_as_large_as_those_of_hugo() {
        for (level, scale, side) in [("medium", 4, 132), ("low", 2, 58), ("high", 4, 148)] {
            let (address, found) = image("https://gohugo.io", level, scale).unwrap();
            assert_eq!(found, side, "{level}");
            let bytes = STANDARD.decode(address.split_once(',').unwrap().1).unwrap();
            let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
            assert_eq!(
                reader.info().size(),
                (u32::try_from(side).unwrap(), u32::try_from(side).unwrap())
            );
        }
        assert_eq!(image(&"x".repeat(3000), "low", 1), None);
        assert_eq!(image(&"x".repeat(2900), "high", 1), None);
    }
}
