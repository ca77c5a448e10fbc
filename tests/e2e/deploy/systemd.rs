//! The systemd unit.

use std::path::PathBuf;
use std::process::{Command, Output};

use nnvisu_tests::deploy;
use nnvisu_tests::program::nnvisu;
use tempfile::TempDir;

use super::assert_serves;

/// systemd's own score of what a service could do, times ten: up to 20 is
/// what it calls OK, and the default is 96.
const HIGHEST_EXPOSURE: u32 = 15;

/// The instance for port 8881 of the unit, for the program as it was built here.
fn unit(directory: &TempDir) -> PathBuf {
    let unit = deploy::adapted(
        &deploy::text("nnvisu@.service"),
        &[("/usr/local/bin/nnvisu", nnvisu().display().to_string())],
    );
    let path = directory.path().join("nnvisu@8881.service");
    std::fs::write(&path, unit).expect("the directory is ours");
    path
}

fn systemd_analyze(args: &[&str], unit: PathBuf) -> (Output, String) {
    let output = Command::new("systemd-analyze")
        .args(args)
        .arg(unit)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .expect("systemd-analyze runs (`cargo xtask test` installs it on Debian)");
    let said = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat();
    (output, said)
}

#[test]
fn systemd_accepts_the_unit_without_a_word() {
    let directory = TempDir::new().expect("a temporary directory");
    let (output, said) = systemd_analyze(&["verify", "--man=no"], unit(&directory));
    assert!(output.status.success(), "{said}");
    // Misspelt settings are ignored with a word about it.
    assert_eq!(said, "");
}

#[test]
fn the_service_can_do_little_else() {
    let directory = TempDir::new().expect("a temporary directory");
    let threshold = format!("--threshold={HIGHEST_EXPOSURE}");
    let args = ["security", "--offline=true", "--no-pager", &threshold];
    let (output, said) = systemd_analyze(&args, unit(&directory));
    assert!(output.status.success(), "{said}");
}

#[tokio::test]
async fn the_program_starts_as_the_unit_says() {
    let arguments = deploy::unit_arguments();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    assert_serves(&arguments, &["/healthz"]).await;
}
