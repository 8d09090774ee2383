//! How the files of a section are written: what a new one should look like.

/// The style that most of a set of files share.
#[derive(Debug, Clone, Default)]
pub struct House {}

impl House {
    /// Learns from files; those that cannot be read teach nothing.
    ///
    /// Each is a whole file or its front matter alone.
    #[must_use]
    pub fn learn<'a>(siblings: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let _ = siblings.into_iter().count();
        Self::default()
    }
}
