//! Where results go: standard output, or a file that is complete or not there at all.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use tempfile::NamedTempFile;

use crate::usage_error;

/// One place for one result: a file, or standard output for `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// `-`
    Stdout,
    /// Anything else.
    File(PathBuf),
}

impl FromStr for Output {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Err("a file name is missing"),
            "-" => Ok(Self::Stdout),
            path => Ok(Self::File(path.into())),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Output {
    /// Finds out whether the result can be written, before work is put into it. Leaves nothing
    /// behind.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(path) => match Place::of(path).and_then(|place| place.open()) {
                Ok(_) => Ok(()),
                Err(error) => Err(error).with_context(|| cannot_write(path)),
            },
        }
    }

    /// [`check`](Self::check), for what no terminal can show.
    pub(crate) fn check_binary(&self) -> anyhow::Result<()> {
        ensure!(
            !(matches!(self, Self::Stdout) && io::stdout().is_terminal()),
            "This is nothing for a terminal; name a file, or pass it on to a program"
        );
        self.check()
    }

    /// Writes `contents`: all of it, or an error and none of it in a file.
    pub(crate) fn write(&self, contents: &[u8]) -> anyhow::Result<()> {
        match self {
            // Its errors stay bare, so that a reader who has gone is told from a full disk.
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(contents)?;
                Ok(stdout.flush()?)
            }
            Self::File(path) => Place::of(path)
                .and_then(|place| place.write(contents))
                .with_context(|| cannot_write(path)),
        }
    }
}

/// Refuses to put two results into one place.
pub(crate) fn ensure_apart<'a>(
    outputs: impl IntoIterator<Item = &'a Output>,
) -> anyhow::Result<()> {
    let mut seen: Vec<&Output> = Vec::new();
    for output in outputs {
        if seen.contains(&output) {
            bail!(usage_error(format!(
                "Two results cannot both go to {output}"
            )));
        }
        seen.push(output);
    }
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("Cannot write {}", path.display())
}

/// What lies at a path.
enum Place {
    /// An ordinary file or nothing yet: it is replaced as a whole.
    Replaceable {
        path: PathBuf,
        old: Option<fs::Metadata>,
    },
    /// A device or a pipe, which takes what comes.
    Stream(PathBuf),
}

/// What is being written to a [`Place`].
enum Open {
    Temporary(NamedTempFile),
    Stream(File),
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let old = match fs::metadata(path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(match old {
            Some(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Some(old) if !old.is_file() => Self::Stream(path.to_path_buf()),
            // What a link points to is replaced, not the link.
            Some(old) => Self::Replaceable {
                path: fs::canonicalize(path)?,
                old: Some(old),
            },
            None => Self::Replaceable {
                path: path.to_path_buf(),
                old: None,
            },
        })
    }

    fn open(&self) -> io::Result<Open> {
        match self {
            Self::Stream(path) => OpenOptions::new().write(true).open(path).map(Open::Stream),
            Self::Replaceable { path, old } => {
                if let Some(old) = old
                    && old.permissions().readonly()
                {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
                // Only within a folder is a file put into place in one go.
                let folder = match path.parent() {
                    Some(parent) if !parent.as_os_str().is_empty() => parent,
                    _ => Path::new("."),
                };
                temporary_file(folder, old.as_ref())
                    .map(Open::Temporary)
                    // Without the name of the temporary file, which nobody asked for.
                    .map_err(|error| error.kind().into())
            }
        }
    }

    fn write(&self, contents: &[u8]) -> io::Result<()> {
        match (self.open()?, self) {
            (Open::Stream(mut stream), _) => stream.write_all(contents),
            (Open::Temporary(mut file), Self::Replaceable { path, .. }) => {
                file.as_file_mut().write_all(contents)?;
                file.as_file().sync_all()?;
                file.persist(path).map_err(|failed| failed.error)?;
                Ok(())
            }
            (Open::Temporary(_), Self::Stream(_)) => unreachable!("streams are opened as streams"),
        }
    }
}

/// A file with the permissions of the one it is going to replace, or of any new file.
fn temporary_file(folder: &Path, old: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nnvisu-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The system takes away what the person's umask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_dash_is_standard_output() {
        assert_eq!("-".parse(), Ok(Output::Stdout));
        assert_eq!("./-".parse(), Ok(Output::File("./-".into())));
        assert!("".parse::<Output>().is_err());
    }

    #[test]
    fn files_are_made_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        let output = Output::File(path.clone());
        output.check().unwrap();
        assert!(names_in(folder.path()).is_empty(), "a check leaves nothing");
        for contents in ["first", "second, longer"] {
            output.write(contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(names_in(folder.path()), ["result"]);
    }

    #[test]
    fn folders_are_refused_and_missing_ones_reported() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_path_buf(), folder.path().join("no/file")] {
            let output = Output::File(path.clone());
            let error = format!("{:#}", output.check().unwrap_err());
            assert!(
                error.starts_with(&format!("Cannot write {}: ", path.display())),
                "{error}"
            );
            assert!(output.write(b"x").is_err());
        }
        assert!(names_in(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        Output::File(link.clone()).write(b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error() {
        let output = Output::File("/dev/full".into());
        output.check().unwrap();
        assert!(output.write(b"x").is_err());
    }

    #[test]
    fn results_stay_apart() {
        let [a, b] = ["a", "-"].map(|text| text.parse::<Output>().unwrap());
        assert!(ensure_apart([&a, &b]).is_ok());
        let error = ensure_apart([&a, &b, &b]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Two results cannot both go to standard output"
        );
    }
}
