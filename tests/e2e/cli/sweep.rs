//! `nnvisu sweep`: grids, seeds, cores.

use super::{Folder, png_size};

#[tokio::test]
async fn every_combination_is_trained_as_train_would() {
    let folder = Folder::new();
    let sweep = folder
        .succeed(
            "sweep -g moons --points 40 --steps 30 --learning-rate 0.01,0.1 \
             --hidden-layers 0,4-3 --csv -",
        )
        .await;
    let rows: Vec<_> = sweep.text().lines().collect();
    assert_eq!(rows.len(), 1 + 4, "{}", sweep.text());
    assert!(rows[0].starts_with("hidden_layers,") && rows[0].ends_with(",checksum"));
    let alone = folder
        .succeed("train -g moons --points 40 --steps 30 --learning-rate 0.1 --hidden-layers 4-3")
        .await;
    let last = rows[4];
    assert!(last.starts_with("4-3,tanh,0,adam,0.1,"), "{last}");
    assert!(last.ends_with(alone.summary("checksum")), "{last}");
}

#[tokio::test]
async fn the_number_of_jobs_changes_nothing() {
    let folder = Folder::new();
    let sweep = async |jobs: &str| {
        let args =
            format!("sweep -g circles --optimizer sgd,adam,rmsprop --seeds 4 --steps 40 {jobs}");
        folder.succeed(&format!("{args} --csv runs.csv")).await;
        folder.text("runs.csv")
    };
    let runs = sweep("--jobs 1").await;
    assert_eq!(runs.lines().count(), 1 + 12);
    assert_eq!(sweep("--jobs 5").await, runs);
    assert_eq!(sweep("").await, runs);
}

#[tokio::test]
async fn a_table_and_a_image_compare_the_runs() {
    let folder = Folder::new();
    let sweep = folder
        .succeed(
            "sweep -g blobs --points 30 --steps 20 --activation tanh,relu --seeds 3 \
             --png maps.png --tile 32",
        )
        .await;
    let lines: Vec<_> = sweep.text().lines().collect();
    assert_eq!(lines.len(), 1 + 2, "{}", sweep.text());
    assert!(lines[0].contains("activation") && lines[0].contains("accuracy"));
    assert!(lines[1].contains("tanh") && lines[2].contains("relu"));
    let (width, height) = png_size(&folder.bytes("maps.png"));
    assert!(width >= 3 * 32 && height >= 2 * 32, "{width} × {height}");
}

#[tokio::test]
async fn json_lines_come_in_the_order_of_the_runs() {
    let folder = Folder::new();
    let sweep = folder
        .succeed("sweep -g moons --steps 10 --seeds 5 --seed 3 --batch-size 0,10 --json")
        .await;
    let runs: Vec<_> = sweep
        .json()
        .iter()
        .map(|run| {
            (
                run["batchSize"].as_u64().unwrap(),
                run["seed"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected: Vec<_> = [0, 10]
        .into_iter()
        .flat_map(|size| (3..8).map(move |seed| (size, seed)))
        .collect();
    assert_eq!(runs, expected);
}

#[tokio::test]
async fn wrong_sweeps_are_refused() {
    let folder = Folder::new();
    for (args, said) in [
        ("--learning-rate 0.1,zero", "must be a number"),
        ("--seeds 0", "--seeds"),
        ("--seeds 200000", "100000 runs"),
        ("--seeds 20000 --tile 1000 --png maps.png", "--tile"),
        ("--json --csv runs.csv", "--csv"),
        ("--csv same --png same", "same"),
    ] {
        let refused = folder.run(&format!("sweep -g moons {args}")).await;
        refused.assert_fails(2, &[said]);
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
