//! `nnvisu train`: the same run always, from any source, in any number of pieces, until a
//! condition ends it.

use serde_json::Value;

use super::Folder;

#[tokio::test]
async fn the_same_command_gives_the_same_weights() {
    let folder = Folder::new();
    let settings = "--hidden-layers 8-4 --activation gelu --dropout 0.1 --optimizer rmsprop \
                    --learning-rate 0.02 --l2 0.001 --batch-size 32 --steps 200";
    let train = async |seed: &str, file: &str| {
        let args = format!("train -g moons {settings} --seed {seed} -s {file}");
        let run = folder.succeed(&args).await;
        (run.summary("checksum").to_owned(), folder.bytes(file))
    };
    let first = train("7", "first.nnvisu").await;
    assert_eq!(first.0.len(), 8, "{}", first.0);
    assert_eq!(train("7", "again.nnvisu").await, first);
    assert_ne!(train("8", "other.nnvisu").await.0, first.0);
    assert_ne!(train("7 --seed-dropout 5", "other.nnvisu").await.0, first.0);
}

#[tokio::test]
async fn a_run_in_pieces_is_the_run_as_a_whole() {
    let folder = Folder::new();
    let settings = "--dropout 0.2 --batch-size 20 --optimizer adam";
    let whole = folder
        .succeed(&format!(
            "train -g blobs --classes 4 {settings} --steps 250 -s whole.nnvisu"
        ))
        .await;
    folder
        .succeed(&format!(
            "train -g blobs --classes 4 {settings} --steps 99 -s part.nnvisu"
        ))
        .await;
    let rest = folder
        .succeed("train part.nnvisu --steps 151 -s part.nnvisu")
        .await;
    assert_eq!(rest.summary("checksum"), whole.summary("checksum"));
    assert_eq!(folder.bytes("part.nnvisu"), folder.bytes("whole.nnvisu"));
}

#[tokio::test]
async fn points_come_from_files_standard_input_and_generators_alike() {
    let folder = Folder::new();
    folder
        .succeed("generate anisotropic --classes 3 --points 60 --seed 5 -o points.csv")
        .await;
    let checksum = async |args: &str, input: Option<&[u8]>| {
        let run = folder.run_with_input(args, input).await;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.summary("checksum").to_owned()
    };
    let generated = checksum(
        "train --generate anisotropic --classes 3 --points 60 --data-seed 5 --steps 50",
        None,
    )
    .await;
    assert_eq!(
        checksum("train points.csv --steps 50", None).await,
        generated
    );
    let csv = folder.bytes("points.csv");
    assert_eq!(checksum("train - --steps 50", Some(&csv)).await, generated);
    // A session is known by its contents, also without a name.
    folder
        .succeed("train points.csv --steps 20 -s part.nnvisu")
        .await;
    let session = folder.bytes("part.nnvisu");
    assert_eq!(
        checksum("train - --steps 30", Some(&session)).await,
        generated
    );
}

#[tokio::test]
async fn json_lines_tell_the_whole_run() {
    let folder = Folder::new();
    let run = folder
        .succeed("train -g moons --steps 45 --json --metrics metrics.csv --seed 3")
        .await;
    let lines = run.json();
    let (result, measured) = lines.split_last().unwrap();
    let steps: Vec<_> = measured
        .iter()
        .map(|m| m["step"].as_u64().unwrap())
        .collect();
    assert_eq!(steps, [0, 10, 20, 30, 40, 45]);
    // Each step takes all points.
    assert!(measured.iter().all(|m| m["epoch"] == m["step"]));
    assert!(measured.iter().all(|m| m["type"] == "measurement"));
    assert_eq!(
        (&result["type"], &result["stopped"]),
        (&Value::from("result"), &Value::from("steps"))
    );
    for key in ["loss", "accuracy", "step", "epoch"] {
        assert_eq!(result[key], measured[5][key], "{key}");
    }
    assert_eq!(result["layerSizes"], serde_json::json!([2, 10, 5, 2]));

    let csv = folder.text("metrics.csv");
    let mut rows = csv.lines();
    assert_eq!(rows.next(), Some("step,epoch,loss,accuracy"));
    for (row, measured) in rows.zip(measured) {
        let expected = format!(
            "{},{},{},{}",
            measured["step"], measured["epoch"], measured["loss"], measured["accuracy"]
        );
        let number = |text: &str| {
            text.split(',')
                .map(|n| n.parse().unwrap())
                .collect::<Vec<f32>>()
        };
        assert_eq!(number(row), number(&expected));
    }
    assert_eq!(csv.lines().count(), 7);
}

#[tokio::test]
async fn each_condition_ends_a_run() {
    let folder = Folder::new();
    let result = async |conditions: &str| {
        let args = format!("train -g moons --json {conditions}");
        folder.succeed(&args).await.json().pop().expect("a result")
    };
    let ended = result("--accuracy 90%").await;
    assert_eq!(ended["stopped"], "accuracy");
    assert!(ended["accuracy"].as_f64().unwrap() >= 0.9);
    let ended = result("--loss 0.2 --every 7").await;
    assert_eq!(ended["stopped"], "loss");
    assert!(ended["loss"].as_f64().unwrap() <= 0.2);
    assert_eq!(ended["step"].as_u64().unwrap() % 7, 0);
    let ended = result("--patience 30 --optimizer sgd --learning-rate 10").await;
    assert_eq!(ended["stopped"], "patience");
    let ended = result("--time 0.05").await;
    assert_eq!(ended["stopped"], "time");
    assert!(ended["seconds"].as_f64().unwrap() >= 0.05);
    let ended = result("--steps 3 --time 1h --loss 0").await;
    assert_eq!(
        (&ended["stopped"], &ended["step"]),
        (&Value::from("steps"), &Value::from(3))
    );
    let ended = result("").await;
    assert_eq!(ended["step"], 1000);
}

#[tokio::test]
async fn a_session_continues_as_it_is_told() {
    let folder = Folder::new();
    let trained = folder
        .succeed("train -g moons --steps 40 --seed 6 -s moons.nnvisu")
        .await;
    // Training settings act on the run; the network starts over if it is another one.
    let faster = folder
        .succeed("train moons.nnvisu --learning-rate 0.1 --steps 10 --json")
        .await;
    assert_eq!(faster.json().pop().unwrap()["step"], 50);
    let other = folder
        .succeed("train moons.nnvisu --hidden-layers 3 --steps 10 --json")
        .await;
    assert_eq!(other.json().pop().unwrap()["step"], 10);
    let fresh = folder
        .succeed("train moons.nnvisu --fresh --steps 40")
        .await;
    assert_eq!(fresh.summary("checksum"), trained.summary("checksum"));
    let reseeded = folder
        .succeed("train moons.nnvisu --fresh --seed 9 --steps 40")
        .await;
    assert_ne!(reseeded.summary("checksum"), trained.summary("checksum"));
    let refused = folder.run("train moons.nnvisu --seed 9").await;
    refused.assert_fails(2, &["--fresh"]);
}

#[tokio::test]
async fn the_points_of_a_session_can_be_others() {
    let folder = Folder::new();
    folder
        .succeed("train -g moons --steps 40 -s moons.nnvisu")
        .await;
    folder
        .succeed("generate circles --classes 3 --points 50 -o circles.csv")
        .await;
    let train = async |args: &str| {
        let run = folder
            .succeed(&format!("train moons.nnvisu --json {args}"))
            .await;
        run.json().pop().expect("a result")
    };
    let same = train("--steps 0").await;
    let others = train("--data circles.csv --steps 0 -s circles.nnvisu").await;
    assert_eq!(
        (&others["step"], &others["points"]),
        (&Value::from(40), &Value::from(50))
    );
    assert_eq!(others["layerSizes"], serde_json::json!([2, 10, 5, 3]));
    assert_ne!(others["loss"], same["loss"]);
    let measured = folder.succeed("eval circles.nnvisu --json").await.json();
    assert_eq!(measured[0]["points"], 50);
    folder
        .run("train circles.csv --data circles.csv")
        .await
        .assert_fails(2, &["--data is for sessions"]);
}

#[tokio::test]
async fn a_diverged_run_keeps_its_last_good_state_and_fails() {
    let folder = Folder::new();
    let args = "train -g blobs --optimizer sgd --learning-rate 10 --l2 10 --steps 100000 \
                -s blobs.nnvisu --metrics blobs.csv";
    let diverged = folder.run(args).await;
    diverged.assert_fails(1, &["diverged", "learning rate"]);
    assert!(diverged.summary("steps").ends_with("diverged"));
    let measured = folder.succeed("eval blobs.nnvisu --json").await.json();
    assert_eq!(measured[0]["checksum"], diverged.summary("checksum"));
    // The measurements end with the state that was kept, however far back it is.
    let csv = folder.text("blobs.csv");
    let last = csv.lines().last().and_then(|row| row.split(',').next());
    assert_eq!(last, Some(measured[0]["step"].to_string().as_str()));
}

#[tokio::test]
async fn wrong_settings_are_refused_by_name() {
    let folder = Folder::new();
    for (args, said) in [
        (
            "--learning-rate 0",
            &["--learning-rate", "above 0 and at most 10"][..],
        ),
        ("--learning-rate -1", &["above 0 and at most 10, not -1"]),
        ("--learning-rate fast", &["must be a number"]),
        ("--hidden-layers 10-x", &["numbers joined by hyphens"]),
        ("--hidden-layers 101", &["1 to 100 units"]),
        ("--dropout 1", &["below 1"]),
        ("--l2 -0.5", &["at least 0"]),
        ("--batch-size 2.5", &["whole number"]),
        ("--activation sigmoid", &["tanh, relu, leaky_relu, gelu"]),
        ("--optimizer adamw", &["sgd, adam, rmsprop"]),
        ("--time soon", &["length of time"]),
        ("--accuracy 2", &["from 0 to 1"]),
        ("--every 0", &["--every"]),
        ("points.csv", &["--generate"]),
        ("--png - --gif -", &["standard output"]),
        ("--png same --gif same", &["same"]),
        ("--json -s -", &["standard output"]),
    ] {
        let refused = folder.run(&format!("train -g moons {args}")).await;
        refused.assert_fails(2, said);
    }
    folder
        .run("train")
        .await
        .assert_fails(2, &["FILE", "--generate"]);
    folder
        .run("train --classes 3 x.csv")
        .await
        .assert_fails(2, &["--generate"]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
