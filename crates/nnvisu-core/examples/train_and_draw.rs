//! Train a network and draw what it has learned, in twenty lines.
//!
//! `cargo run -p nnvisu-core --example train_and_draw -- moons.png`

use nnvisu_core::{
    Architecture, ClassCount, Distribution, Grid, Palette, Rasterizer, Seeds, Trainer,
    TrainingConfig, draw_points, generate_seeded,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = generate_seeded(Distribution::Moons, ClassCount::new(2)?, 200, 1);
    let (network, training) = (Architecture::default(), TrainingConfig::default());
    let mut trainer = Trainer::new(network, training, Seeds::from_master(1), data);
    for _ in 0..500 {
        trainer.train_step()?;
    }

    let (grid, palette, mut pixels) = (Grid::new(400, 400)?, Palette::PETROFF, Vec::new());
    Rasterizer::new().rgb(trainer.mlp(), grid, &palette, &mut pixels);
    draw_points(trainer.data(), grid, &palette, &mut pixels);

    let path = std::env::args().nth(1).unwrap_or("moons.png".to_owned());
    let mut png = png::Encoder::new(std::fs::File::create(path)?, 400, 400);
    png.set_color(png::ColorType::Rgb);
    png.write_header()?.write_image_data(&pixels)?;
    Ok(())
}
