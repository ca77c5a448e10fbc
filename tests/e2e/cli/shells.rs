//! What terminals, shells and `man` see of the program.

use super::Folder;

const COMMANDS: [&str; 8] = [
    "serve",
    "train",
    "generate",
    "render",
    "eval",
    "sweep",
    "completions",
    "man",
];

#[tokio::test]
async fn help_fits_a_terminal_of_80_columns() {
    let folder = Folder::new();
    let overview = folder.succeed("--help").await;
    for name in COMMANDS {
        assert!(overview.text().contains(&format!("  {name} ")), "{name}");
        let run = folder
            .bash(&format!("COLUMNS=80 nnvisu {name} --help"))
            .await;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for line in run.text().lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[tokio::test]
async fn completions_know_all_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.succeed(&format!("completions {shell}")).await;
        for name in COMMANDS {
            assert!(script.text().contains(name), "{name} in {shell}");
        }
        // The other two complete names alone.
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(script.text().contains("leaky_relu"), "values in {shell}");
        }
    }
    let sourced = folder
        .bash("eval \"$(nnvisu completions bash)\"; complete -p nnvisu")
        .await;
    assert!(sourced.text().contains("_nnvisu"), "{}", sourced.stderr);
}

#[tokio::test]
async fn there_is_a_manual_page_for_each_command() {
    let folder = Folder::new();
    folder.succeed("man --out-dir share/man1").await;
    for name in COMMANDS {
        let page = folder.text(&format!("share/man1/nnvisu-{name}.1"));
        assert!(page.contains(".SH OPTIONS") && page.contains(&format!("nnvisu\\-{name}")));
    }
    let page = folder.succeed("man").await;
    assert_eq!(folder.bytes("share/man1/nnvisu.1"), page.stdout);
    assert!(page.text().contains("nnvisu\\-sweep(1)"), "{}", page.text());
}

#[tokio::test]
async fn a_terminal_gets_a_bar_and_a_pipe_gets_lines() {
    let folder = Folder::new();
    let train = "nnvisu train -g moons --time 3";
    let on_terminal = folder
        .bash(&format!(
            "SHELL=/bin/bash script -qec 'stty cols 80; {train}' /dev/null"
        ))
        .await;
    assert_eq!(on_terminal.code, Some(0), "{}", on_terminal.text());
    for shown in ["░", " %", "step ", "checksum  "] {
        assert!(on_terminal.text().contains(shown), "{}", on_terminal.text());
    }
    let piped = folder.bash(&format!("{train} | cat")).await;
    assert_eq!((piped.code, piped.stderr.as_str()), (Some(0), ""));
    let lines: Vec<_> = piped.text().lines().collect();
    assert!(lines[0].starts_with("step 0  loss "), "{}", piped.text());
    assert!(lines[1].starts_with("step ") && lines[1].ends_with("steps/s"));
    assert!(piped.summary("steps").ends_with("time is up"));
}

#[tokio::test]
async fn no_escape_sequences_leave_the_terminal() {
    let folder = Folder::new();
    for args in [
        "train -g moons --steps 5",
        "sweep -g moons --steps 5 --seeds 2",
        "train --help",
        "train --wrong",
    ] {
        let run = folder.run(args).await;
        assert!(!run.stdout.contains(&0x1b), "{args}");
        assert!(!run.stderr.contains('\u{1b}'), "{args}");
    }
}
