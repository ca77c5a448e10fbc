//! Files that other programs read, read by those programs: Python's packages, in an environment of
//! their own.

use anyhow::Result;

use crate::command::{cargo, run};
use crate::tools;

/// Exactly these, without what they themselves ask for: it is not needed to evaluate a model.
const PACKAGES: [&str; 3] = ["numpy==2.4.6", "onnxruntime==1.31.1", "safetensors==0.8.0"];

/// Lets the packages check the models that the core writes.
pub(crate) fn check() -> Result<()> {
    let python = tools::python_with("formats", &PACKAGES)?;
    let mut test = cargo(&[
        "test",
        "--workspace",
        "--test=e2e",
        "--",
        "--nocapture",
        "formats::",
    ]);
    test.env("NNVISU_PYTHON", python);
    run(test)
}
