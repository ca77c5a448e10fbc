//! The decision boundary in a terminal, moving: two pixels in each character, in 24-bit colours.
//!
//! `cargo run --release -p nnvisu-core --example terminal -- circles 3`
//!
//! Where the output is no terminal, or `NO_COLOR` is set, the final map is printed once, as the
//! digit of the class that each cell is given.

use std::error::Error;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use nnvisu_core::{
    Architecture, ClassCount, Distribution, Grid, Mlp, Palette, Rasterizer, Seeds, Trainer,
    TrainingConfig, draw_points, generate_seeded,
};

/// In pixels; a character has two, one above the other.
const WIDTH: usize = 72;
const HEIGHT: usize = 72;

const N_FRAMES: usize = 120;
const STEPS_PER_FRAME: usize = 5;
const FRAME_TIME: Duration = Duration::from_millis(40);

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let distribution: Distribution = args.next().as_deref().unwrap_or("moons").parse()?;
    let n_classes = ClassCount::new(args.next().as_deref().unwrap_or("2").parse()?)?;

    let data = generate_seeded(distribution, n_classes, 200, 1);
    let (network, training) = (Architecture::default(), TrainingConfig::default());
    let mut trainer = Trainer::new(network, training, Seeds::from_master(1), data);
    let mut viewer = Viewer::new()?;
    for _ in 0..N_FRAMES {
        for _ in 0..STEPS_PER_FRAME {
            trainer.train_step()?;
        }
        viewer.show(&mut trainer)?;
    }
    viewer.finish(&trainer)?;
    Ok(())
}

/// Draws networks over each other.
struct Viewer {
    in_color: bool,
    has_drawn: bool,
    rasterizer: Rasterizer,
    grid: Grid,
    pixels: Vec<u8>,
}

impl Viewer {
    fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            in_color: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            has_drawn: false,
            rasterizer: Rasterizer::new(),
            grid: Grid::new(WIDTH, HEIGHT)?,
            pixels: Vec::new(),
        })
    }

    /// Draws the network with its points, over what was drawn before.
    fn show(&mut self, trainer: &mut Trainer) -> io::Result<()> {
        if !self.in_color {
            return Ok(());
        }
        let palette = Palette::PETROFF;
        self.rasterizer
            .rgb(trainer.mlp(), self.grid, &palette, &mut self.pixels);
        draw_points(trainer.data(), self.grid, &palette, &mut self.pixels);

        let mut frame = Vec::new();
        if self.has_drawn {
            // Up again to the first line.
            write!(frame, "\x1b[{}A", HEIGHT / 2 + 1)?;
        }
        self.has_drawn = true;
        for two_rows in self.pixels.chunks_exact(2 * 3 * WIDTH) {
            let (upper, lower) = two_rows.split_at(3 * WIDTH);
            for (upper, lower) in upper.chunks_exact(3).zip(lower.chunks_exact(3)) {
                let color = |rgb: &[u8]| format!("{};{};{}", rgb[0], rgb[1], rgb[2]);
                let (upper, lower) = (color(upper), color(lower));
                write!(frame, "\x1b[38;2;{upper}m\x1b[48;2;{lower}m▀")?;
            }
            frame.extend(b"\x1b[0m\n");
        }
        if let Some(metrics) = trainer.evaluate() {
            writeln!(
                frame,
                "step {}  loss {:.4}  accuracy {:.3}\x1b[K",
                trainer.step(),
                metrics.loss,
                metrics.accuracy
            )?;
        }
        io::stdout().write_all(&frame)?;
        std::thread::sleep(FRAME_TIME);
        Ok(())
    }

    /// Prints the map in digits, where there are no colours.
    fn finish(&self, trainer: &Trainer) -> io::Result<()> {
        if self.in_color {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        for row in (0..HEIGHT).step_by(2) {
            let class = |column| class_at(trainer.mlp(), self.grid.x(column), self.grid.y(row));
            let digits: String = (0..WIDTH).map(|column| class(column).to_string()).collect();
            writeln!(stdout, "{digits}")?;
        }
        Ok(())
    }
}

/// The class with the highest logit.
fn class_at(mlp: &Mlp, x: f32, y: f32) -> usize {
    mlp.logits(x, y).imax()
}
