//! The commands that need no browser: generate, train, render, eval, sweep, and what shells and
//! `man` get.

mod endings;
mod images;
mod models;
mod results;
mod shells;
mod sweep;
mod train;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nnvisu_tests::program::nnvisu;
use nnvisu_tests::wait::guarded;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// A folder in which the program runs.
struct Folder(TempDir);

/// How the program has ended.
struct Run {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("UTF-8")
    }

    fn write(&self, name: &str, contents: &str) {
        std::fs::write(self.path(name), contents).expect("the folder can be written to");
    }

    /// The names of everything in it, sorted.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("the folder can be read");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.expect("an entry").file_name().into_string()
        };
        let mut names: Vec<_> = entries.map(|entry| name(entry).expect("UTF-8")).collect();
        names.sort();
        names
    }

    /// A command that runs here, without a terminal.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program; its arguments are separated by blanks.
    async fn run(&self, args: &str) -> Run {
        self.run_with_input(args, None).await
    }

    async fn run_with_input(&self, args: &str, input: Option<&[u8]>) -> Run {
        let mut command = self.command(nnvisu());
        command.args(args.split_whitespace());
        let Some(input) = input else {
            return finish(args, command).await;
        };
        let mut child = command
            .stdin(Stdio::piped())
            .spawn()
            .expect("nnvisu starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin.write_all(input).await.expect("it reads its input");
        drop(stdin);
        let output = guarded(args, child.wait_with_output()).await;
        Run::new(output.expect("it can be waited for"))
    }

    /// Runs the program, which must succeed without a word of complaint.
    async fn succeed(&self, args: &str) -> Run {
        let run = self.run(args).await;
        assert_eq!(run.code, Some(0), "{args}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{args}");
        run
    }

    /// Runs a line of Bash, in which `nnvisu` is the program.
    async fn bash(&self, line: &str) -> Run {
        let mut command = self.command("bash");
        let mut path = nnvisu().parent().expect("a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.env("PATH", path);
        command.args(["-o", "pipefail", "-c", line]);
        finish(line, command).await
    }
}

async fn finish(what: &str, mut command: Command) -> Run {
    let output = guarded(what, command.output()).await;
    Run::new(output.expect("it starts"))
}

impl Run {
    fn new(output: std::process::Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("UTF-8")
    }

    /// The JSON values of all lines.
    fn json(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        self.text().lines().map(parse).collect()
    }

    /// What the summary says behind a word.
    fn summary(&self, word: &str) -> &str {
        let mut lines = self.text().lines();
        lines
            .find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
            .unwrap_or_else(|| panic!("no {word} in:\n{}", self.text()))
            .trim()
    }

    /// Checks that it failed with one line on standard error that says all of `said`.
    fn assert_fails(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        for said in said {
            assert!(self.stderr.contains(said), "{said:?} in {:?}", self.stderr);
        }
        if code == 1 {
            assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
            assert!(self.stderr.starts_with("nnvisu: "), "{}", self.stderr);
        }
    }
}

/// The width and height that a PNG file says it has.
fn png_size(file: &[u8]) -> (u32, u32) {
    assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
    let end = &file[file.len() - 8..];
    assert_eq!(&end[..4], b"IEND", "the file is complete");
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

/// The width and height that a GIF file says it has.
fn gif_size(file: &[u8]) -> (u16, u16) {
    assert_eq!(&file[..6], b"GIF89a");
    assert_eq!(file.last(), Some(&0x3b), "the file is complete");
    let number = |at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
    (number(6), number(8))
}

fn exists(path: &Path) -> bool {
    path.try_exists().expect("it can be asked")
}
