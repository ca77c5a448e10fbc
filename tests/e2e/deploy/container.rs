//! The Containerfile. No container engine can be relied on where tests run, so
//! this reads it, and runs what can be run without one.

use std::process::Command;

use nnvisu_tests::deploy;
use nnvisu_tests::server::Server;
use serde_json::Value;

use super::assert_serves;

/// An instruction with its arguments, continuation lines joined.
#[derive(Debug, PartialEq)]
pub(super) struct Instruction {
    pub(super) name: String,
    pub(super) arguments: String,
}

pub(super) fn instructions() -> Vec<Instruction> {
    let text = deploy::text("Containerfile");
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    lines
        .join("\n")
        .replace("\\\n", " ")
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (name, arguments) = line
                .trim()
                .split_once(char::is_whitespace)
                .unwrap_or_else(|| panic!("an instruction without arguments: {line}"));
            Instruction {
                name: name.to_owned(),
                arguments: arguments.trim().to_owned(),
            }
        })
        .collect()
}

/// The arguments of the last instruction of a name.
pub(super) fn last(name: &str) -> String {
    instructions()
        .into_iter()
        .rfind(|instruction| instruction.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .arguments
}

/// A command in the form that needs no shell: a JSON array of strings.
pub(super) fn exec_form(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_instructions_are_those_of_an_image_in_two_stages() {
    let names: Vec<_> = instructions().into_iter().map(|i| i.name).collect();
    for name in &names {
        let known = [
            "FROM",
            "WORKDIR",
            "COPY",
            "RUN",
            "USER",
            "EXPOSE",
            "STOPSIGNAL",
            "HEALTHCHECK",
            "ENTRYPOINT",
        ];
        assert!(known.contains(&name.as_str()), "{name}");
    }
    assert_eq!(names[0], "FROM");
    assert_eq!(names.iter().filter(|&name| name == "FROM").count(), 2);
    // What the second stage copies, the first one has built.
    let copied = last("COPY");
    assert_eq!(
        copied,
        "--from=build /nnvisu/target/release/nnvisu /usr/local/bin/nnvisu"
    );
    let all = instructions();
    assert!(all[0].arguments.ends_with(" AS build"), "{:?}", all[0]);
    assert!(all.contains(&Instruction {
        name: "WORKDIR".to_owned(),
        arguments: "/nnvisu".to_owned()
    }));
    // Both stages come from the same Debian: the program needs its C library.
    assert!(all[0].arguments.contains("-bookworm "), "{:?}", all[0]);
    assert!(last("FROM").contains(":bookworm-"));
}

#[test]
fn the_compiler_is_new_enough() {
    let manifest = std::fs::read_to_string(deploy::repository().join("Cargo.toml"))
        .expect("the workspace has a manifest");
    let needed = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("the workspace says which Rust it needs");
    let image = &instructions()[0].arguments;
    let (_, tag) = image.split_once("/rust:").expect("the image of Rust");
    let (used, _) = tag.split_once('-').expect("a version, then the system");
    let minor = |version: &str| -> u32 {
        let minor = version.trim_matches('"').split('.').nth(1);
        minor.and_then(|n| n.parse().ok()).expect("as in 1.89")
    };
    assert!(minor(used) >= minor(needed), "{used} < {needed}");
}

/// Copies what the image copies, and lets Cargo read the workspace there.
#[test]
fn what_is_copied_is_the_whole_workspace() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for instruction in instructions() {
        if instruction.name != "COPY" || instruction.arguments.starts_with("--from") {
            continue;
        }
        let words: Vec<_> = instruction.arguments.split_whitespace().collect();
        let (target, sources) = words.split_last().expect("COPY has arguments");
        for source in sources {
            let mut copy = Command::new("cp");
            copy.arg("-r")
                .arg(deploy::repository().join(source))
                .arg(directory.path().join(target));
            let status = copy.status().expect("cp runs");
            assert!(status.success(), "{source} cannot be copied");
        }
    }
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version=1", "--locked", "--no-deps"])
        .current_dir(&directory)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata are JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let built = packages
        .iter()
        .find(|package| package["name"] == "nnvisu-cli");
    let targets = built.expect("the package that the image builds")["targets"].clone();
    assert!(
        targets.to_string().contains("\"name\":\"nnvisu\""),
        "{targets}"
    );
    assert!(directory.path().join("web/index.html").is_file());
}

#[test]
fn it_runs_as_a_numbered_user_who_is_not_root() {
    let user = last("USER");
    let ids: Vec<u32> = user
        .split(':')
        .map(|id| id.parse().expect("a number"))
        .collect();
    assert!(ids.len() == 2 && ids.iter().all(|&id| id > 0), "{user}");
}

#[tokio::test]
async fn the_program_starts_as_the_image_says() {
    let entry = exec_form(&last("ENTRYPOINT"));
    let words: Vec<_> = entry.iter().map(String::as_str).collect();
    let ["nnvisu", arguments @ ..] = &words[..] else {
        panic!("{words:?} starts something else");
    };
    let port = arguments
        .iter()
        .skip_while(|&&word| word != "--port")
        .nth(1);
    assert_eq!(port, Some(&&*last("EXPOSE")));
    assert_serves(&deploy::serve_arguments(arguments), &["/healthz"]).await;
}

/// Whether the image's health check, asking `port`, is content.
fn is_healthy(port: u16) -> bool {
    let check = last("HEALTHCHECK");
    let (_, command) = check.split_once("CMD ").expect("a command");
    let [shell, option, script] = &exec_form(command)[..] else {
        panic!("{command} is not a shell's script");
    };
    let asked = format!("127.0.0.1/{} ", last("EXPOSE"));
    let script = deploy::adapted(script, &[(&asked, format!("127.0.0.1/{port} "))]);
    let check = Command::new(shell).args([option, &script]).output();
    check.expect("bash runs").status.success()
}

#[tokio::test]
async fn the_health_check_tells_a_living_server_from_a_dead_one() {
    let server = Server::start().await;
    let port = server.address().port();
    assert!(is_healthy(port));
    server.kill().await;
    assert!(!is_healthy(port));
}
