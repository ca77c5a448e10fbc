//! The tools that are not part of a Rust toolchain: found where they are
//! installed, else installed, else an error that says what to do.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, command, run, succeeds, target_directory};

const AXE_CORE_VERSION: &str = "4.14.1";
const CARGO_DENY_VERSION: &str = "0.20.2";
const CARGO_FUZZ_VERSION: &str = "0.13.2";
const CARGO_MACHETE_VERSION: &str = "0.9.2";
const GECKODRIVER_VERSION: &str = "0.37.1";
const HAPPY_DOM_VERSION: &str = "21.0.4";
const MATURIN: &str = "maturin==1.16.0";
/// The Markdown processor, and the plugins that know tables and check links.
const REMARK: [&str; 3] = [
    "remark-cli@12.0.1",
    "remark-gfm@4.0.1",
    "remark-validate-links@13.1.0",
];
const TYPESCRIPT_VERSION: &str = "7.0.2";
const TYPOS: &str = "typos==1.52.0";
const VNU_VERSION: &str = "26.9.27";

/// cargo-deny.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    cargo_program("cargo-deny", CARGO_DENY_VERSION)
}

/// cargo-fuzz.
pub(crate) fn cargo_fuzz() -> Result<PathBuf> {
    cargo_program("cargo-fuzz", CARGO_FUZZ_VERSION)
}

/// cargo-machete.
pub(crate) fn cargo_machete() -> Result<PathBuf> {
    cargo_program("cargo-machete", CARGO_MACHETE_VERSION)
}

/// The installed program, or its pinned version built into the target directory.
fn cargo_program(name: &str, version: &str) -> Result<PathBuf> {
    if succeeds(command(name, &["--version"])) {
        return Ok(name.into());
    }
    let root = tools_directory().join(format!("{name}-{version}"));
    let program = root
        .join("bin")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        // The dev profile builds in a third of the time and is fast enough for what they do here.
        let mut install = cargo(&["install", "--quiet", "--locked", "--profile=dev", name]);
        install.args(["--version", version, "--root"]).arg(&root);
        install.env("CARGO_TARGET_DIR", root.join("build"));
        run(install)?;
        std::fs::remove_dir_all(root.join("build"))
            .with_context(|| format!("clearing the build of {name}"))?;
    }
    Ok(program)
}

/// The TypeScript compiler; run it with Node.js.
pub(crate) fn typescript() -> Result<PathBuf> {
    npm_package("typescript", TYPESCRIPT_VERSION, "bin/tsc")
}

/// happy-dom, the document that the view's tests run in; import it in Node.js.
pub(crate) fn happy_dom() -> Result<PathBuf> {
    npm_package("happy-dom", HAPPY_DOM_VERSION, "lib/index.js")
}

/// axe-core, the checker of accessibility that runs in a page; a script for the page.
pub(crate) fn axe_core() -> Result<PathBuf> {
    npm_package("axe-core", AXE_CORE_VERSION, "axe.min.js")
}

/// The Nu Html Checker; run it with Java.
pub(crate) fn html_checker() -> Result<PathBuf> {
    let present = || succeeds(command("java", &["-version"]));
    install_with_apt("Java 11 or newer", &["default-jre-headless"], present)?;
    npm_package("vnu-jar", VNU_VERSION, "build/dist/vnu.jar")
}

/// The directory with remark-cli and its plugins; run it with Node.js.
pub(crate) fn remark() -> Result<PathBuf> {
    npm_packages("remark", &REMARK)
}

/// typos.
pub(crate) fn typos() -> Result<PathBuf> {
    let python = python_with("typos", &[TYPOS])?;
    Ok(python.with_file_name("typos"))
}

/// A file of a package whose pinned version npm puts into the target directory.
fn npm_package(name: &str, version: &str, file: &str) -> Result<PathBuf> {
    let modules = npm_packages(name, &[&format!("{name}@{version}")])?;
    Ok(modules.join(name).join(file))
}

/// The directory of the packages, which npm puts into the target directory in these versions.
fn npm_packages(purpose: &str, packages: &[&str]) -> Result<PathBuf> {
    node()?;
    let prefix = tools_directory().join(purpose);
    let wanted = packages.join("\n");
    installed_once(&prefix, &wanted, || {
        let mut install = command("npm", &["install", "--no-audit", "--no-fund", "--no-save"]);
        install.args(["--ignore-scripts", "--prefix"]).arg(&prefix);
        install.args(packages);
        run(install)
    })?;
    Ok(prefix.join("node_modules"))
}

/// Has `install` fill the directory, unless it already holds what is wanted.
fn installed_once(
    directory: &Path,
    wanted: &str,
    install: impl FnOnce() -> Result<()>,
) -> Result<()> {
    // Written last, so that what was interrupted is made anew.
    let complete = directory.join("complete");
    if std::fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if directory.exists() {
        std::fs::remove_dir_all(directory)
            .with_context(|| format!("clearing {}", directory.display()))?;
    }
    std::fs::create_dir_all(directory)?;
    install()?;
    std::fs::write(&complete, wanted).with_context(|| format!("finishing {}", directory.display()))
}

/// maturin, whose pinned version pip puts into a virtual environment in the target directory.
pub(crate) fn maturin() -> Result<PathBuf> {
    let python = python_with("maturin", &[MATURIN])?;
    Ok(python.with_file_name("maturin"))
}

/// A file that holds pip to our version of maturin when it builds the wheel by itself.
pub(crate) fn maturin_constraint() -> Result<PathBuf> {
    let file = tools_directory().join("maturin-constraint.txt");
    std::fs::create_dir_all(tools_directory())?;
    std::fs::write(&file, MATURIN).context("writing the constraint for pip")?;
    Ok(file)
}

/// What packs Debian packages.
pub(crate) fn dpkg_deb() -> Result<()> {
    let present = || succeeds(command("dpkg-deb", &["--version"]));
    install_with_apt("`dpkg-deb`", &["dpkg"], present)
}

/// Node.js with npm.
pub(crate) fn node() -> Result<()> {
    let present =
        || succeeds(command("node", &["--version"])) && succeeds(command("npm", &["--version"]));
    install_with_apt(
        "Node.js (20 or newer) with npm",
        &["nodejs", "npm"],
        present,
    )
}

/// A C++ compiler, for libFuzzer.
pub(crate) fn cxx_compiler() -> Result<()> {
    let named = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let present = || succeeds(command(&named, &["--version"]));
    install_with_apt("a C++ compiler, as `c++` or in CXX", &["g++"], present)
}

/// Chromium and its WebDriver.
pub(crate) fn chromium() -> Result<()> {
    let present = || {
        succeeds(command("chromium", &["--version"]))
            && succeeds(command("chromedriver", &["--version"]))
    };
    install_with_apt(
        "Chromium and ChromeDriver, as `chromium` and `chromedriver`",
        &["chromium", "chromium-driver"],
        present,
    )
}

/// Firefox, and the path of its WebDriver.
pub(crate) fn firefox() -> Result<PathBuf> {
    let present = || succeeds(command("firefox", &["--version"]));
    install_with_apt("Firefox, as `firefox`", &["firefox-esr"], present)?;
    cargo_program("geckodriver", GECKODRIVER_VERSION)
}

/// WebKitGTK's browser with its WebDriver, and the screen in memory that it needs.
pub(crate) fn webkit() -> Result<()> {
    let present = || succeeds(command("WebKitWebDriver", &["--help"]));
    install_with_apt(
        "WebKitGTK's WebDriver, as `WebKitWebDriver`",
        &["webkit2gtk-driver"],
        present,
    )?;
    screen()
}

/// A screen in memory.
pub(crate) fn screen() -> Result<()> {
    let present = || succeeds(command("Xvfb", &["-help"]));
    install_with_apt("Xvfb", &["xvfb"], present)
}

/// nginx, and OpenSSL for its certificate. Debian keeps nginx where only
/// administrators look by default.
pub(crate) fn nginx() -> Result<()> {
    let present = || {
        ["nginx", "/usr/sbin/nginx"]
            .iter()
            .any(|nginx| succeeds(command(nginx, &["-v"])))
            && succeeds(command("openssl", &["version"]))
    };
    install_with_apt("nginx and openssl", &["nginx", "openssl"], present)
}

/// systemd's checks of units, which need no running systemd.
pub(crate) fn systemd_analyze() -> Result<()> {
    let present = || succeeds(command("systemd-analyze", &["--version"]));
    install_with_apt(
        "`systemd-analyze` (systemd 250 or newer)",
        &["systemd"],
        present,
    )
}

/// The Python of an environment with these packages and no others, made in the target directory
/// if it is not there or has other versions.
pub(crate) fn python_with(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let environment = tools_directory().join(name);
    let python = environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    installed_once(&environment, &packages.join("\n"), || {
        self::python()?;
        let mut create = command("python3", &["-m", "venv"]);
        create.arg(&environment);
        run(create)?;
        let mut install = command(&python, &["-m", "pip", "install", "--quiet", "--no-deps"]);
        install.arg("--disable-pip-version-check").args(packages);
        run(install)
    })?;
    Ok(python)
}

/// Python with its module for environments.
fn python() -> Result<()> {
    let present = || succeeds(command("python3", &["-c", "import venv, ensurepip"]));
    install_with_apt(
        "Python 3.11 or newer with its module venv",
        &["python3", "python3-venv"],
        present,
    )
}

/// Where tools of our own are kept, apart from what Cargo builds.
fn tools_directory() -> PathBuf {
    target_directory().join("xtask-tools")
}

/// Makes sure that `present`, installing Debian's packages where this user may.
fn install_with_apt(what: &str, packages: &[&str], present: impl Fn() -> bool) -> Result<()> {
    if present() {
        return Ok(());
    }
    let Some(apt_get) = apt_get() else {
        bail!(
            "this step needs {what}. Install it and make sure that it is on the PATH \
             (on Debian: sudo apt-get install {})",
            packages.join(" ")
        );
    };
    for action in [
        vec!["update", "--quiet"],
        [
            vec!["install", "--yes", "--quiet", "--no-install-recommends"],
            packages.to_vec(),
        ]
        .concat(),
    ] {
        let mut apt = command(apt_get[0], &apt_get[1..]);
        apt.args(action).env("DEBIAN_FRONTEND", "noninteractive");
        run(apt)?;
    }
    if !present() {
        bail!(
            "the packages {} are installed, but {what} does not run",
            packages.join(" ")
        );
    }
    Ok(())
}

/// `apt-get` as root, if there is one and this user may.
fn apt_get() -> Option<&'static [&'static str]> {
    if !succeeds(command("apt-get", &["--version"])) {
        return None;
    }
    let id = command("id", &["-u"]).output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        Some(&["apt-get"])
    } else if succeeds(command("sudo", &["-n", "true"])) {
        Some(&["sudo", "-n", "apt-get"])
    } else {
        None
    }
}
