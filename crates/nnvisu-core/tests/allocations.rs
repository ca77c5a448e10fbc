//! Training and drawing allocate nothing once they are under way. A test binary of its own: it
//! counts with a global allocator.

use nnvisu_core::{
    Activation, Architecture, BatchSize, ClassCount, Distribution, Dropout, Grid, LearningRate,
    OptimizerKind, Palette, Rasterizer, Seeds, Trainer, TrainingConfig, WeightDecay,
    generate_seeded,
};

fn trainer(
    optimizer: OptimizerKind,
    activation: Activation,
    dropout: f32,
    batch_size: u32,
    n_points: usize,
) -> Trainer {
    let network = Architecture::uniform(
        &"10-5".parse().unwrap(),
        activation,
        Dropout::new(dropout).unwrap(),
    );
    let training = TrainingConfig {
        optimizer,
        learning_rate: LearningRate::default(),
        weight_decay: WeightDecay::default(),
        batch_size: BatchSize::new(batch_size).unwrap(),
    };
    let classes = ClassCount::new(3).unwrap();
    let data = generate_seeded(Distribution::Blobs, classes, n_points, 1);
    Trainer::new(network, training, Seeds::from_master(1), data)
}

#[test]
fn the_counter_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!(info.count_total, 1);
}

#[test]
fn no_step_allocates() {
    for optimizer in OptimizerKind::ALL {
        for activation in Activation::ALL {
            for (dropout, batch_size, n_points) in [
                (0.0, 0, 200),
                (0.5, 0, 3000),
                (0.0, 10, 200),
                (0.2, 1500, 3000),
            ] {
                let mut trainer = trainer(optimizer, activation, dropout, batch_size, n_points);
                let info = allocation_counter::measure(|| {
                    for _ in 0..5 {
                        trainer.train_step().unwrap();
                        trainer.evaluate().unwrap();
                    }
                });
                assert_eq!(
                    info.count_total, 0,
                    "{optimizer}, {activation}, dropout {dropout}, batches of {batch_size}"
                );
            }
        }
    }
}

#[test]
fn no_map_after_the_first_allocates() {
    let trainer = trainer(OptimizerKind::Adam, Activation::Tanh, 0.0, 0, 200);
    let grid = Grid::new(100, 101).unwrap();
    let mut rasterizer = Rasterizer::new();
    let (mut planes, mut pixels) = (Vec::new(), Vec::new());
    let mut draw = || {
        rasterizer.posteriors(trainer.mlp(), grid, &mut planes);
        rasterizer.rgb(trainer.mlp(), grid, &Palette::CLASSIC, &mut pixels);
    };
    draw();
    assert_eq!(allocation_counter::measure(draw).count_total, 0);
}
