//! Where results go: standard output, or a file that is complete or not there at all.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use tempfile::NamedTempFile;

use crate::{is_broken_pipe, usage_error};

/// Where one result goes: a file, or standard output for `-`.
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
            Self::File(path) => match OutputTarget::of(path).and_then(|target| target.open()) {
                Ok(_) => Ok(()),
                Err(error) => Err(error).with_context(|| self.cannot_write()),
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
        let written = match self {
            Self::Stdout => print(contents),
            Self::File(path) => OutputTarget::of(path).and_then(|target| target.write(contents)),
        };
        written.with_context(|| self.cannot_write())
    }

    fn cannot_write(&self) -> String {
        format!("Cannot write {self}")
    }
}

fn print(contents: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(contents)?;
    stdout.flush()
}

/// Standard output, for what is said bit by bit. Nothing comes after what could not be printed.
#[derive(Default)]
pub(crate) struct Printer(Option<anyhow::Error>);

impl Printer {
    pub(crate) fn print(&mut self, text: &str) {
        if self.0.is_none() {
            self.0 = Output::Stdout.write(text.as_bytes()).err();
        }
    }

    /// Whether nothing can be printed any more.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.is_some()
    }

    /// Why something could not be printed, unless its reader had merely seen enough.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let failure = self.0.filter(|error| !is_broken_pipe(error));
        failure.map_or(Ok(()), Err)
    }
}

/// The first failure of several things that are all to be tried. A reader who has gone counts as
/// one only if there is no other.
#[derive(Default)]
pub(crate) struct FirstFailure(Option<anyhow::Error>);

impl FirstFailure {
    pub(crate) fn note(&mut self, done: anyhow::Result<()>) {
        if let Err(error) = done
            && self.0.as_ref().is_none_or(is_broken_pipe)
        {
            self.0 = Some(error);
        }
    }

    pub(crate) fn finish(self) -> anyhow::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Refuses to put two results into one output.
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

/// What lies at a path.
enum OutputTarget {
    /// An ordinary file or nothing yet: it is replaced as a whole.
    Replaceable {
        path: PathBuf,
        old: Option<fs::Metadata>,
    },
    /// A device or a pipe, which takes what comes.
    Stream(PathBuf),
}

/// What is being written to a [`OutputTarget`].
enum OpenTarget {
    Temporary(NamedTempFile),
    Stream(File),
}

impl OutputTarget {
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

    fn open(&self) -> io::Result<OpenTarget> {
        match self {
            Self::Stream(path) => OpenOptions::new()
                .write(true)
                .open(path)
                .map(OpenTarget::Stream),
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
                    .map(OpenTarget::Temporary)
                    // Without the name of the temporary file, which nobody asked for.
                    .map_err(|error| error.kind().into())
            }
        }
    }

    fn write(&self, contents: &[u8]) -> io::Result<()> {
        match (self.open()?, self) {
            (OpenTarget::Stream(mut stream), _) => stream.write_all(contents),
            (OpenTarget::Temporary(mut file), Self::Replaceable { path, .. }) => {
                file.as_file_mut().write_all(contents)?;
                file.as_file().sync_all()?;
                file.persist(path).map_err(|failed| failed.error)?;
                Ok(())
            }
            (OpenTarget::Temporary(_), Self::Stream(_)) => {
                unreachable!("streams are opened as streams")
            }
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
    fn a_reader_who_has_gone_hides_no_failure() {
        let gone = || Err(io::Error::from(io::ErrorKind::BrokenPipe)).context("Cannot write it");
        let first_of = |all: [anyhow::Result<()>; 3]| {
            let mut failure = FirstFailure::default();
            for done in all {
                failure.note(done);
            }
            failure.finish()
        };
        assert!(first_of([Ok(()), Ok(()), Ok(())]).is_ok());
        assert!(is_broken_pipe(
            &first_of([Ok(()), gone(), Ok(())]).unwrap_err()
        ));
        let (one, two) = (|| Err(anyhow::anyhow!("one")), Err(anyhow::anyhow!("two")));
        let error = first_of([gone(), one(), two]).unwrap_err();
        assert_eq!(error.to_string(), "one");
        let error = first_of([one(), gone(), Ok(())]).unwrap_err();
        assert_eq!(error.to_string(), "one");
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
