//! nnvisu's engine among its peers: writes the workloads, then does them.

mod batches;
mod definitions;
mod engine;
mod peak;

use std::path::Path;

use anyhow::{Result, bail};
use bench_protocol::{Workload, serve};
use nnvisu_core::InstructionSet;

const USAGE: &str =
    "usage: bench-nnvisu export <workloads.json>, or serve [instruction set] <workloads.json>";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["export", path] => Workload::write_all(&definitions::all()?, Path::new(path)),
        ["serve", ref isa @ .., path] => {
            let instructions = match isa {
                [] => InstructionSet::widest(),
                [name] => name.parse()?,
                _ => bail!(USAGE),
            };
            let workloads = Workload::read_all(Path::new(path))?;
            let mut names: Vec<String> = workloads.iter().map(|work| work.name.clone()).collect();
            names.push(peak::WORK.to_owned());
            let version = format!("{}, {}", env!("CARGO_PKG_VERSION"), instructions);
            serve(&version, &names, |name, at_least| {
                if name == peak::WORK {
                    return Ok(peak::measure(instructions, at_least));
                }
                match workloads.iter().find(|work| work.name == name) {
                    Some(work) => engine::measure(work, instructions, at_least),
                    None => bail!("there is no work {name}"),
                }
            })
        }
        _ => bail!(USAGE),
    }
}
