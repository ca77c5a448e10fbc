//! Ends that others decide: a reader who has seen enough, Ctrl-C.

use nnvisu_tests::program::nnvisu;
use nnvisu_tests::wait::guarded;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::{Folder, Run, gif_size};

#[tokio::test]
async fn a_reader_who_has_seen_enough_is_no_error() {
    let folder = Folder::new();
    folder
        .succeed("train -g moons --steps 1 -s moons.nnvisu")
        .await;
    for line in [
        "nnvisu generate moons --points 100000 | head -n 2",
        // It would train for ever.
        "nnvisu train -g moons --loss 0 --json | head -n 2",
        "nnvisu sweep -g moons --seeds 20000 --json | head -n 2",
        // 100 KB, more than fits into a pipe.
        "nnvisu render moons.nnvisu --width 700 --points | head -c 9",
        "nnvisu eval moons.nnvisu | head -n 0",
        "nnvisu completions bash | head -n 1",
        "nnvisu man | head -n 1",
        "nnvisu train --help | head -n 1",
    ] {
        let run = folder.bash(line).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
    }
}

#[tokio::test]
async fn a_run_with_results_continues_without_a_reader() {
    let folder = Folder::new();
    let run = folder
        .bash("nnvisu train -g moons --steps 5000 --json -s moons.nnvisu | head -n 1")
        .await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let measured = folder.succeed("eval moons.nnvisu --json").await.json();
    assert_eq!(measured[0]["step"], 5000);
}

/// Starts the program and sends it `signal` as soon as it has printed `n_lines` lines.
async fn interrupted(folder: &Folder, args: &str, n_lines: usize, signal: Signal) -> Run {
    let mut command = folder.command(nnvisu());
    let mut child = command
        .args(args.split_whitespace())
        .spawn()
        .expect("nnvisu starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut stdout = String::new();
    for _ in 0..n_lines {
        let line = guarded("a line", lines.next_line()).await.expect("UTF-8");
        stdout += &(line.expect("it has not ended") + "\n");
    }
    let pid = Pid::from_raw(child.id().expect("it runs").cast_signed()).expect("an id");
    kill_process(pid, signal).expect("it can be signalled");
    let rest = async {
        while let Some(line) = lines.next_line().await.expect("UTF-8") {
            stdout += &(line + "\n");
        }
    };
    guarded("it to end", rest).await;
    let output = guarded("it to end", child.wait_with_output()).await;
    let mut run = Run::new(output.expect("it can be waited for"));
    run.stdout = stdout.into_bytes();
    run
}

#[tokio::test]
async fn control_c_ends_a_run_with_all_its_results() {
    let folder = Folder::new();
    let args = "train -g moons --time 10h --every 1000 --json -s moons.nnvisu \
                --metrics moons.csv --gif moons.gif --gif-frames 4 --width 40";
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let run = interrupted(&folder, args, 3, signal).await;
        assert_eq!(run.code, Some(code), "{}", run.stderr);
        assert_eq!(run.stderr, "");
        let result = run.json().pop().expect("a result");
        assert_eq!(result["stopped"], "interrupted");
        assert!(result["step"].as_u64().unwrap() >= 2000, "{result}");
        assert_eq!(folder.names(), ["moons.csv", "moons.gif", "moons.nnvisu"]);
        assert_eq!(gif_size(&folder.bytes("moons.gif")).0, 40);
        let measured = folder.succeed("eval moons.nnvisu --json").await.json();
        assert_eq!(measured[0]["step"], result["step"]);
        assert_eq!(measured[0]["checksum"], result["checksum"]);
    }
}

#[tokio::test]
async fn an_interrupted_run_continues_to_be_the_run_it_would_have_been() {
    let folder = Folder::new();
    let args = "train -g circles --batch-size 16 --json -s circles.nnvisu";
    let run = interrupted(&folder, &format!("{args} --time 10h"), 5, Signal::INT).await;
    let step = run.json().pop().expect("a result")["step"]
        .as_u64()
        .unwrap();
    let rest = folder
        .succeed("train circles.nnvisu --steps 100 --quiet -s rest.nnvisu")
        .await;
    assert_eq!(rest.text(), "");
    folder
        .succeed(&format!("{args} --steps {}", step + 100))
        .await;
    assert_eq!(folder.bytes("rest.nnvisu"), folder.bytes("circles.nnvisu"));
}

#[tokio::test]
async fn an_interrupted_sweep_reports_what_it_has() {
    let folder = Folder::new();
    // At this rate nothing is learned: the first two seeds begin below that loss, the third one
    // stays above it.
    let args = "sweep -g moons --optimizer sgd --learning-rate 1e-30 --loss 0.7 --seeds 3 \
                --jobs 1 --json --png maps.png --tile 16";
    let run = interrupted(&folder, args, 2, Signal::INT).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), ""));
    assert_eq!(run.json().len(), 2);
    assert_eq!(folder.names(), ["maps.png"]);
}
