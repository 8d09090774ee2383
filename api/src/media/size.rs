//! How large a picture is, told from the beginning of its bytes.

/// Bytes of JPEG that say how it is to be turned lie near its beginning.
const HEAD: usize = 1 << 16;

/// Width and height in pixels, as the picture is shown; none for what is no picture.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<(i32, i32)> {
    let found = imagesize::blob_size(bytes).ok()?;
    let (width, height) = (i32::try_from(found.width).ok()?, i32::try_from(found.height).ok()?);
    if width == 0 || height == 0 {
        return None;
    }
    Some(if lies_on_its_side(bytes) { (height, width) } else { (width, height) })
}

/// Whether a JPEG is turned by a quarter before it is shown, as cameras have it in
/// EXIF: browsers do so.
fn lies_on_its_side(bytes: &[u8]) -> bool {
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    orientation(bytes).is_some_and(|orientation| (5..=8).contains(&orientation))
}

/// EXIF's `Orientation`, 1 to 8.
fn orientation(bytes: &[u8]) -> Option<u16> {
    let mut segments = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, marker, high, low, rest @ ..] = segments else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?;
        let segment = rest.get(..length)?;
        if *marker == 0xe1
            && let Some(tiff) = segment.strip_prefix(b"Exif\0\0")
        {
            return of_tiff(tiff);
        }
        segments = rest.get(length..)?;
    }
}

fn of_tiff(tiff: &[u8]) -> Option<u16> {
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let bytes = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (first, second) = if little { (4, 6) } else { (6, 4) };
    let directory = usize::from(short(second)?) << 16 | usize::from(short(first)?);
    (0..usize::from(short(directory)?))
        .map(|index| directory + 2 + 12 * index)
        .find(|entry| short(*entry) == Some(0x112))
        .and_then(|entry| short(entry + 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x03\0\x02\0\0\0\0";

    #[test]
    fn pictures_have_a_size() {
        assert_eq!(size(GIF), Some((3, 2)));
        assert_eq!(size(b"GIF89a\0\0\0\0\0\0\0"), None);
        for other in [&b""[..], b"text", b"\x89PNG", b"\xff\xd8\xff\xe1\0"] {
            assert_eq!(size(other), None);
        }
    }

    #[test]
    fn what_lies_on_its_side_is_stood_up() {
        // A frame of 3 by 2, with an orientation in either order of bytes.
        for (exif, expected) in [
            (&b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"[..], (2, 3)),
            (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0", (2, 3)),
            (b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0", (3, 2)),
            (b"Exif\0\0II*\0\xff\xff\xff\xff", (3, 2)),
        ] {
            let length = u16::try_from(exif.len() + 2).expect("a length").to_be_bytes();
            let frame = b"\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0\xff\xd9";
            let jpeg = [b"\xff\xd8\xff\xe1", &length[..], exif, frame].concat();
            assert_eq!(size(&jpeg), Some(expected), "{exif:?}");
        }
    }
}
