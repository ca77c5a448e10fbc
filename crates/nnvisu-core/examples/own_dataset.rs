//! A data set of one's own: spirals, which none of the generators makes.
//!
//! A [`Dataset`] is collected from any iterator of [`Point`]s, wherever they come from: a formula
//! as here, a file, a sensor. A point is checked when it is made, so nothing can be wrong later.
//!
//! `cargo run -p nnvisu-core --example own_dataset`

#![expect(clippy::print_stdout, reason = "an example tells what it has found")]

use std::error::Error;
use std::f32::consts::{PI, TAU};

use nnvisu_core::{
    Architecture, Dataset, Evaluation, Label, Point, Seeds, Trainer, TrainingConfig,
};

/// `n_classes` arms of `n_points` points each, wound around the middle.
fn spirals(n_classes: u8, n_points: u16) -> Result<Dataset, Box<dyn Error>> {
    let arms = (0..n_classes).flat_map(|class| (0..n_points).map(move |i| (class, i)));
    arms.map(|(class, i)| {
        let along = f32::from(i) / f32::from(n_points);
        let angle = 1.5 * PI * along + TAU * f32::from(class) / f32::from(n_classes);
        let radius = 0.1 + 0.8 * along;
        let (x, y) = (radius * angle.cos(), radius * angle.sin());
        // Either line fails with a sentence for a person: a ninth class, a point outside of the
        // square from -1 to 1.
        let label = Label::new(class)?;
        Ok(Point::new(x, y, label)?)
    })
    .collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = spirals(3, 80)?;
    println!("{} points of {} classes", data.len(), data.n_classes());

    let architecture = Architecture::default().with_hidden_layers(&"16-16".parse()?);
    let training = TrainingConfig::default();
    let mut trainer = Trainer::new(architecture, training, Seeds::from_master(1), data);
    while trainer.step() < 2_000 {
        trainer.train_step()?;
        if trainer.step().is_multiple_of(500) {
            let metrics = trainer.evaluate().ok_or("there are points")?;
            println!(
                "step {:>4}  loss {:.4}  accuracy {:.3}",
                trainer.step(),
                metrics.loss,
                metrics.accuracy
            );
        }
    }

    // Points that it has not seen: the same arms, sampled more finely.
    let unseen = Evaluation::new(trainer.mlp(), &spirals(3, 333)?)?.ok_or("there are points")?;
    println!(
        "on {} other points: {:.3}",
        unseen.n_points(),
        unseen.accuracy()
    );
    for class in 0..unseen.n_classes() {
        println!("of class {class} it says {:?}", unseen.confusion(class));
    }
    Ok(())
}
