//! Images: PNG of any size, GIF of a run.

use super::{Folder, gif_size, png_size};

#[tokio::test]
async fn a_session_is_drawn_at_any_size() {
    let folder = Folder::new();
    folder
        .succeed("train -g moons --steps 100 -s moons.nnvisu")
        .await;
    folder.succeed("render moons.nnvisu -o map.png").await;
    assert_eq!(png_size(&folder.bytes("map.png")), (512, 512));
    let small = folder
        .succeed("render moons.nnvisu --width 31 --height 17 --points --palette classic")
        .await;
    assert_eq!(png_size(&small.stdout), (31, 17));
    let plain = folder
        .succeed("render moons.nnvisu --width 31 --height 17 --palette classic")
        .await;
    assert_ne!(plain.stdout, small.stdout, "points are drawn");
    let other = folder
        .succeed("render moons.nnvisu --width 31 --height 17")
        .await;
    assert_ne!(plain.stdout, other.stdout, "palettes differ");
    folder
        .run("render moons.nnvisu --width 1")
        .await
        .assert_fails(2, &["2 to 4096"]);
}

#[tokio::test]
async fn a_run_leaves_its_images() {
    let folder = Folder::new();
    let run = folder
        .succeed(
            "train -g circles --classes 3 --points 60 --steps 20 --png map.png --gif run.gif \
             --gif-frames 5 --width 48 --height 40",
        )
        .await;
    assert_eq!(png_size(&folder.bytes("map.png")), (48, 40));
    let (width, height) = gif_size(&folder.bytes("run.gif"));
    assert!(
        width == 48 && height > 40,
        "with a caption: {width} × {height}"
    );
    assert_eq!(folder.names(), ["map.png", "run.gif"]);
    for name in ["map.png", "run.gif"] {
        assert!(
            run.text().contains(&format!("written   {name}\n")),
            "{}",
            run.text()
        );
    }
}

#[tokio::test]
async fn a_image_can_go_to_standard_output() {
    let folder = Folder::new();
    let run = folder
        .run("train -g moons --steps 5 --png - --width 20")
        .await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(png_size(&run.stdout), (20, 20));
    assert!(run.stderr.contains("checksum"), "{}", run.stderr);
}
