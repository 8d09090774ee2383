//! The bytes of an answer, plain and compressed.

use std::io::Write;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

/// Bodies over this are compressed where that holds up nobody.
const LONG: usize = 16 << 10;
/// Brotli's quality: about as fast as gzip's default, and a sixth smaller.
const QUALITY: i32 = 5;
/// The base-two logarithm of Brotli's window.
const WINDOW: i32 = 20;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Plain,
    Gzip,
    Brotli,
}

/// An answer as it is sent; each coding is made when somebody first takes it.
#[derive(Debug)]
pub struct Answer {
    plain: Bytes,
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
    digest: [u8; 32],
}

impl Answer {
    #[must_use]
    pub fn new(body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body).into();
        Self { plain: body.into(), gzip: OnceCell::new(), brotli: OnceCell::new(), digest }
    }

    /// What tells the plain bytes from all others.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    #[must_use]
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The bytes in a coding; plain where it cannot be made.
    pub async fn coded(&self, coding: Coding) -> (Coding, Bytes) {
        let made = match coding {
            Coding::Plain => None,
            Coding::Gzip => self.gzip.get_or_try_init(|| pack(self.plain.clone(), gzip)).await.ok(),
            Coding::Brotli => {
                self.brotli.get_or_try_init(|| pack(self.plain.clone(), brotli)).await.ok()
            }
        };
        made.map_or_else(|| (Coding::Plain, self.plain.clone()), |bytes| (coding, bytes.clone()))
    }

    /// Bytes in memory: JSON compressed in both ways is smaller than it was.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.plain.len() as u64 * 2
    }
}

async fn pack(plain: Bytes, with: fn(&[u8]) -> std::io::Result<Vec<u8>>) -> std::io::Result<Bytes> {
    let packed = if plain.len() > LONG {
        tokio::task::spawn_blocking(move || with(&plain)).await.map_err(std::io::Error::other)?
    } else {
        with(&plain)
    };
    Ok(packed?.into())
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(plain)?;
    packer.finish()
}

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        ..brotli::enc::BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut &*plain, &mut packed, &params)?;
    Ok(packed)
}
