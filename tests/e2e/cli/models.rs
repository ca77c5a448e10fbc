//! `nnvisu generate` and `nnvisu eval`: points out of nothing, and what a network makes of them.

use super::Folder;

#[tokio::test]
async fn generated_points_are_csv_and_follow_their_seed() {
    let folder = Folder::new();
    let first = folder
        .succeed("generate circles --classes 3 --points 31 --seed 4")
        .await;
    let mut lines = first.text().lines();
    assert_eq!(lines.next(), Some("x,y,label"));
    let labels: Vec<u8> = lines
        .map(|line| {
            let fields: Vec<f64> = line.split(',').map(|f| f.parse().unwrap()).collect();
            assert!(fields[0].abs() <= 1.0 && fields[1].abs() <= 1.0, "{line}");
            fields[2] as u8
        })
        .collect();
    assert_eq!(labels.len(), 31);
    for class in 0..3 {
        assert!(labels.contains(&class), "class {class}");
    }

    folder
        .succeed("generate circles --classes 3 --points 31 --seed 4 -o same.csv")
        .await;
    assert_eq!(folder.bytes("same.csv"), first.stdout);
    let other = folder
        .succeed("generate circles --classes 3 --points 31 --seed 5")
        .await;
    assert_ne!(other.stdout, first.stdout);
}

#[tokio::test]
async fn what_cannot_be_generated_is_explained() {
    let folder = Folder::new();
    for (args, said) in [
        ("generate squares", "varied_variance"),
        ("generate moons --classes 9", "2 to 8"),
        ("generate moons --points 0", "from 1 to"),
        ("generate", "<DISTRIBUTION>"),
    ] {
        folder.run(args).await.assert_fails(2, &[said]);
    }
}

#[tokio::test]
async fn a_network_is_measured_on_its_own_points_and_on_others() {
    let folder = Folder::new();
    let trained = folder
        .succeed("train -g blobs --classes 3 --steps 300 -s blobs.nnvisu")
        .await;
    let own = folder.succeed("eval blobs.nnvisu --json").await.json();
    let [own] = &own[..] else {
        panic!("one line, not {own:?}")
    };
    assert_eq!(own["checksum"], trained.summary("checksum"));
    assert_eq!(
        (own["points"].as_u64(), own["step"].as_u64()),
        (Some(200), Some(300))
    );
    let confusion: Vec<Vec<u64>> = serde_json::from_value(own["confusion"].clone()).unwrap();
    assert_eq!(confusion.iter().flatten().sum::<u64>(), 200);
    let right: u64 = (0..3).map(|k| confusion[k][k]).sum();
    let accuracy = own["accuracy"].as_f64().unwrap();
    assert!((accuracy - right as f64 / 200.0).abs() < 1e-9);
    let recall = own["classes"][1]["recall"].as_f64().unwrap();
    let row: u64 = confusion[1].iter().sum();
    assert!((recall - confusion[1][1] as f64 / row as f64).abs() < 1e-9);

    folder.write("other.csv", "x,y,label\n0,0,0\n0.5,0.5,2\n");
    let other = folder.succeed("eval blobs.nnvisu --data other.csv").await;
    assert_eq!(other.summary("points"), "2");
    assert!(other.text().contains("precision"), "{}", other.text());
    let piped = folder
        .bash("nnvisu eval - --data other.csv < blobs.nnvisu")
        .await;
    assert_eq!(piped.text(), other.text());
}

#[tokio::test]
async fn a_network_leaves_in_every_format_and_one_comes_back() {
    let folder = Folder::new();
    let trained = folder
        .succeed(
            "train -g moons --steps 50 --seed 3 -s moons.nnvisu --onnx m.onnx --model-json m.json",
        )
        .await;
    let again = folder
        .succeed("train moons.nnvisu --steps 0 --onnx again.onnx --safetensors m.safetensors")
        .await;
    assert_eq!(again.summary("checksum"), trained.summary("checksum"));
    assert_eq!(folder.bytes("again.onnx"), folder.bytes("m.onnx"));
    let header = u64::from_le_bytes(folder.bytes("m.safetensors")[..8].try_into().unwrap());
    assert!(header < 10_000, "{header}");

    folder.succeed("generate moons -o moons.csv").await;
    let model = folder.succeed("eval m.json --data moons.csv --json").await;
    assert_eq!(model.json()[0]["checksum"], trained.summary("checksum"));
    let map = folder.succeed("render m.json --width 30").await;
    let same = folder.succeed("render moons.nnvisu --width 30").await;
    assert_eq!(map.stdout, same.stdout);
    folder.run("eval m.json").await.assert_fails(2, &["--data"]);
    folder
        .run("render m.json --points")
        .await
        .assert_fails(1, &["no points"]);
    folder
        .run("eval moons.csv")
        .await
        .assert_fails(1, &["neither", "session", "model"]);
}

#[tokio::test]
async fn what_cannot_be_measured_is_explained() {
    let folder = Folder::new();
    folder
        .succeed("train -g moons --steps 1 -s moons.nnvisu")
        .await;
    folder.write("far.csv", "0,0,1\n0.5,1.5,1\n");
    folder.write("more.csv", "0,0,1\n0,0,4\n");
    folder.write("empty.csv", "");
    folder.write("broken.nnvisu", "{\"format\":");
    for (args, said) in [
        ("eval no.nnvisu", &["Cannot read no.nnvisu"][..]),
        ("eval broken.nnvisu", &["broken.nnvisu: "]),
        (
            "eval moons.nnvisu --data far.csv",
            &["far.csv: line 2", "1.5"],
        ),
        (
            "eval moons.nnvisu --data more.csv",
            &["Point 2", "label 4", "0 to 1"],
        ),
        ("eval moons.nnvisu --data empty.csv", &["empty.csv: "]),
    ] {
        folder.run(args).await.assert_fails(1, said);
    }
    let twice = folder.run("eval - --data -").await;
    twice.assert_fails(2, &["standard input"]);
}
