//! Files on their way into an artefact: names, contents and permissions, in an order that does not
//! depend on the file system they came from.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};

/// Files by their paths below the artefact's top, with `/` between the names.
#[derive(Clone, Default)]
pub(super) struct Files(BTreeMap<String, File>);

#[derive(Clone)]
struct File {
    executable: bool,
    contents: Vec<u8>,
}

impl File {
    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

impl Files {
    pub(super) fn add(&mut self, path: impl Into<String>, contents: impl Into<Vec<u8>>) {
        self.insert(path.into(), contents.into(), false);
    }

    pub(super) fn add_program(&mut self, path: impl Into<String>, contents: impl Into<Vec<u8>>) {
        self.insert(path.into(), contents.into(), true);
    }

    fn insert(&mut self, path: String, contents: Vec<u8>, executable: bool) {
        let file = File {
            executable,
            contents,
        };
        let before = self.0.insert(path, file);
        debug_assert!(before.is_none(), "two files of one name");
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(path, file)| (path.as_str(), file.contents.as_slice()))
    }

    /// All files in `tar` format, gzipped, below the directory `top`. The same files and `time`
    /// (seconds since 1970) give the same bytes.
    pub(super) fn tar_gz(&self, top: &str, time: u64) -> Result<Vec<u8>> {
        let compressed = GzBuilder::new()
            .mtime(0)
            .write(Vec::new(), Compression::best());
        let mut archive = tar::Builder::new(compressed);
        for (path, file) in &self.0 {
            let mut header = tar::Header::new_gnu();
            header.set_mode(file.mode());
            header.set_mtime(time);
            header.set_uid(0);
            header.set_gid(0);
            header.set_username("root")?;
            header.set_groupname("root")?;
            header.set_size(file.contents.len() as u64);
            archive.append_data(&mut header, format!("{top}/{path}"), &file.contents[..])?;
        }
        Ok(archive.into_inner()?.finish()?)
    }

    /// Writes all files below `directory`, which is made anew.
    pub(super) fn write_to(&self, directory: &Path) -> Result<()> {
        if directory.exists() {
            std::fs::remove_dir_all(directory)
                .with_context(|| format!("clearing {}", directory.display()))?;
        }
        for (path, file) in &self.0 {
            let path = directory.join(path);
            let parent = path.parent().expect("a file is in a directory");
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(&path, &file.contents))
                .and_then(|()| set_mode(&path, file.mode()))
                .with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

/// `contents` in gzip format, as small as it gets and without a time or a name.
pub(super) fn gzip(contents: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    encoder.write_all(contents)?;
    Ok(encoder.finish()?)
}

/// Permissions, where the file system has them.
pub(super) fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_depends_on_its_files_and_time_alone() {
        let mut one = Files::default();
        one.add("b/text", "b");
        one.add_program("a", "a");
        let mut other = Files::default();
        other.add_program("a", "a");
        other.add("b/text", "b");
        let bytes = |files: &Files, time| files.tar_gz("top", time).unwrap();
        assert_eq!(bytes(&one, 7), bytes(&other, 7));
        assert_ne!(bytes(&one, 7), bytes(&one, 8));
        other.add("c", "");
        assert_ne!(bytes(&one, 7), bytes(&other, 7));
    }

    #[test]
    fn an_archive_holds_what_was_added() {
        let mut files = Files::default();
        files.add_program("nnvisu", "program");
        files.add("man/nnvisu.1", "page");
        let bytes = files.tar_gz("top", 7).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                (
                    entry.path().unwrap().to_string_lossy().into_owned(),
                    header.mode().unwrap(),
                    header.uid().unwrap(),
                    header.mtime().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            entries,
            [
                ("top/man/nnvisu.1".to_owned(), 0o644, 0, 7),
                ("top/nnvisu".to_owned(), 0o755, 0, 7)
            ]
        );
    }
}
