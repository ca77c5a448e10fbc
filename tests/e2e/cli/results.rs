//! A file that is written is complete, or it is not there at all.

use super::{Folder, exists};

#[tokio::test]
async fn what_cannot_be_written_is_said_before_training() {
    let folder = Folder::new();
    // Without an end, so that it cannot have trained first.
    let args = "train -g moons --time 10h -s good.nnvisu";
    for (more, said) in [
        ("--png no/such/map.png", "no/such/map.png"),
        ("--gif .", "Cannot write ."),
        ("--metrics /proc/metrics.csv", "/proc/metrics.csv"),
    ] {
        let run = folder.run(&format!("{args} {more}")).await;
        run.assert_fails(1, &["Cannot write", said]);
        assert!(folder.names().is_empty(), "{:?}", folder.names());
    }
    for args in [
        "generate moons -o no/such/file",
        "sweep -g moons --csv no/such/file",
        "sweep -g moons --time 10h --png no/such/file",
    ] {
        folder.run(args).await.assert_fails(1, &["no/such/file"]);
    }
}

#[tokio::test]
async fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new();
    folder.write("moons.nnvisu", "precious");
    // A file may have no bytes at all, which is as a full disk to a program.
    let run = folder
        .bash(
            "trap '' XFSZ; ulimit -f 0; nnvisu train -g moons --steps 5 -s moons.nnvisu 2>&1 | cat",
        )
        .await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.text().contains("nnvisu: Cannot write moons.nnvisu: "),
        "{}",
        run.text()
    );
    assert_eq!(folder.text("moons.nnvisu"), "precious");
    assert_eq!(folder.names(), ["moons.nnvisu"]);
}

#[tokio::test]
async fn one_result_that_fails_does_not_take_the_others_along() {
    let folder = Folder::new();
    let run = folder
        .run("train -g moons --steps 5 --metrics /dev/full -s moons.nnvisu")
        .await;
    run.assert_fails(1, &["Cannot write /dev/full"]);
    assert_eq!(run.summary("written"), "moons.nnvisu");
    folder.succeed("eval moons.nnvisu").await;
    let run = folder
        .run("sweep -g moons --steps 5 --seeds 2 --csv /dev/full --png maps.png --tile 16")
        .await;
    run.assert_fails(1, &["Cannot write /dev/full"]);
    assert!(run.text().contains("checksum"), "{}", run.text());
    assert!(exists(&folder.path("maps.png")));
}

#[tokio::test]
async fn a_reader_who_has_gone_hides_no_failure() {
    let folder = Folder::new();
    for (args, said) in [
        ("--metrics /dev/full", "Cannot write /dev/full"),
        (
            "--optimizer sgd --learning-rate 10 --l2 10",
            "Training has diverged",
        ),
    ] {
        let train = format!("nnvisu train -g blobs --steps 10000 --quiet -s - {args}");
        let run = folder
            .bash(&format!("exec 3> >(:); wait $!; {train} >&3"))
            .await;
        run.assert_fails(1, &[said]);
    }
}

#[tokio::test]
async fn a_full_standard_output_is_an_error() {
    let folder = Folder::new();
    for args in [
        "generate moons",
        "completions bash",
        "man",
        "train -g moons --steps 5",
        "train -g moons --steps 5 --json",
        // It would train for ever.
        "train -g moons --loss 0 --json",
        "train -g moons --steps 5 --json -s moons.nnvisu",
        "sweep -g moons --steps 5 --seeds 2",
        "sweep -g moons --steps 5 --seeds 2 --json",
    ] {
        let run = folder.bash(&format!("nnvisu {args} > /dev/full")).await;
        run.assert_fails(1, &["Cannot write standard output: "]);
    }
    folder.succeed("eval moons.nnvisu").await;
}

#[tokio::test]
async fn new_files_are_as_readable_as_any_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let run = folder
        .bash("umask 027; nnvisu generate moons -o points.csv")
        .await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(exists(&folder.path("points.csv")));
    let permissions = folder.path("points.csv").metadata().unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o640);
}
