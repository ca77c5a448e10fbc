//! The workloads, done by candle on the CPU.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bench_protocol::{Measurement, Task, Workload, repeat, serve};
use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Linear, Module as _, Optimizer, ParamsAdamW, SGD, loss, ops};

const CANDLE_VERSION: &str = "0.11.1";

fn main() -> Result<()> {
    let path = std::env::args()
        .nth(1)
        .context("usage: bench-candle <workloads.json>")?;
    let workloads = Workload::read_all(Path::new(&path))?;
    let names: Vec<String> = workloads.iter().map(|work| work.name.clone()).collect();
    serve(CANDLE_VERSION, &names, |name, at_least| {
        match workloads.iter().find(|work| work.name == name) {
            Some(work) => measure(work, at_least),
            None => bail!("there is no work {name}"),
        }
    })
}

fn measure(work: &Workload, at_least: Duration) -> Result<Measurement> {
    match &work.task {
        Task::Train { optimizer, .. } if optimizer == "adam" => train(work, at_least, adam),
        Task::Train { optimizer, .. } if optimizer == "sgd" => {
            train(work, at_least, |parameters, rate| {
                Ok(SGD::new(parameters, rate)?)
            })
        }
        Task::Train { optimizer, .. } => bail!("there is no optimizer {optimizer} here"),
        Task::Map { side } => map_of(work, *side, at_least),
    }
}

/// `AdamW` without weight decay is Adam.
fn adam(parameters: Vec<Var>, learning_rate: f64) -> Result<AdamW> {
    let params = ParamsAdamW {
        lr: learning_rate,
        weight_decay: 0.0,
        ..ParamsAdamW::default()
    };
    Ok(AdamW::new(parameters, params)?)
}

fn train<O: Optimizer>(
    work: &Workload,
    at_least: Duration,
    optimizer: impl Fn(Vec<Var>, f64) -> Result<O>,
) -> Result<Measurement> {
    let Task::Train {
        points,
        labels,
        learning_rate,
        batches,
        n_steps,
        ..
    } = &work.task
    else {
        bail!("{} does not train", work.name);
    };
    // Every batch lies ready in memory.
    let all: Vec<u32> = (0..points.len() as u32).collect();
    let data = if batches.is_empty() {
        vec![batch(points, labels, &all)?]
    } else {
        let batches = batches.iter().map(|indices| batch(points, labels, indices));
        batches.collect::<Result<_>>()?
    };
    let (time, last_loss) = repeat(
        at_least,
        *n_steps,
        || {
            let network = Network::new(work)?;
            let optimizer = optimizer(network.parameters.clone(), f64::from(*learning_rate))?;
            Ok((network, optimizer))
        },
        |(network, optimizer)| {
            let mut last_loss = None;
            for (x, labels) in data.iter().cycle().take(*n_steps as usize) {
                let loss = loss::cross_entropy(&network.logits(x)?, labels)?;
                optimizer.backward_step(&loss)?;
                last_loss = Some(loss);
            }
            last_loss.context("a run has steps")
        },
    )?;
    Ok(Measurement {
        time,
        result: vec![last_loss.to_scalar()?],
    })
}

fn batch(points: &[[f32; 2]], labels: &[u8], indices: &[u32]) -> Result<(Tensor, Tensor)> {
    let at = |index: &u32| *index as usize;
    let x: Vec<f32> = indices.iter().flat_map(|index| points[at(index)]).collect();
    let labels: Vec<u32> = indices
        .iter()
        .map(|index| labels[at(index)].into())
        .collect();
    Ok((
        Tensor::from_vec(x, (indices.len(), 2), &Device::Cpu)?,
        Tensor::from_vec(labels, indices.len(), &Device::Cpu)?,
    ))
}

fn map_of(work: &Workload, side: usize, at_least: Duration) -> Result<Measurement> {
    let network = Network::new(work)?.detached();
    let samples = grid(side)?;
    let (time, posteriors) = repeat(
        at_least,
        1,
        || Ok(()),
        |()| Ok(ops::softmax(&network.logits(&samples)?, 1)?),
    )?;
    let posteriors: Vec<Vec<f32>> = posteriors.to_vec2()?;
    let result = (0..64).flat_map(|i| posteriors[i * (side * side - 1) / 63].iter().copied());
    Ok(Measurement {
        time,
        result: result.collect(),
    })
}

/// The samples of a map, rows from y = +1 down.
fn grid(side: usize) -> Result<Tensor> {
    let at = |index: usize| 2.0 * index as f32 / (side - 1) as f32 - 1.0;
    let samples: Vec<f32> = (0..side * side)
        .flat_map(|pixel| [at(pixel % side), -at(pixel / side)])
        .collect();
    Ok(Tensor::from_vec(samples, (side * side, 2), &Device::Cpu)?)
}

struct Network {
    layers: Vec<Linear>,
    activation: fn(&Tensor) -> candle_core::Result<Tensor>,
    parameters: Vec<Var>,
}

impl Network {
    fn new(work: &Workload) -> Result<Self> {
        let activation = match work.activation.as_str() {
            "relu" => Tensor::relu,
            "tanh" => Tensor::tanh,
            other => bail!("there is no activation {other} here"),
        };
        let (mut layers, mut parameters) = (Vec::new(), Vec::new());
        for (n_in, n_out, weights, biases) in work.layers() {
            // Stored out × in, column-major; candle wants out × in, row-major.
            let weights = Tensor::from_slice(weights, (n_in, n_out), &Device::Cpu)?;
            let weights = Var::from_tensor(&weights.t()?.contiguous()?)?;
            let biases = Var::from_slice(biases, n_out, &Device::Cpu)?;
            layers.push(Linear::new(
                weights.as_tensor().clone(),
                Some(biases.as_tensor().clone()),
            ));
            parameters.extend([weights, biases]);
        }
        Ok(Self {
            layers,
            activation,
            parameters,
        })
    }

    /// The same network, not recorded for a gradient.
    fn detached(mut self) -> Self {
        for layer in &mut self.layers {
            let biases = layer.bias().map(Tensor::detach);
            *layer = Linear::new(layer.weight().detach(), biases);
        }
        self
    }

    fn logits(&self, x: &Tensor) -> Result<Tensor> {
        let (last, hidden) = self.layers.split_last().context("a network has layers")?;
        let mut x = x.clone();
        for layer in hidden {
            x = (self.activation)(&layer.forward(&x)?)?;
        }
        Ok(last.forward(&x)?)
    }
}
