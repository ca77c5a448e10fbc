//! Which vector instructions the engine computes with.

use std::fmt;
use std::str::FromStr;

use pulp::Arch;

use crate::error::{Quoted, UnknownName};

/// Vector instructions that this machine has.
///
/// Everything computes with the widest ones unless told otherwise. A narrower set is for measuring
/// what a smaller processor would do, and for the same weights bit for bit on machines of different
/// width. The names are `scalar` (one number at a time), `avx2` (with FMA: 8 lanes, 16 registers),
/// `avx512` (16 lanes, 32 registers) and `neon` (4 lanes, 32 registers).
#[derive(Clone, Copy, Debug)]
pub struct InstructionSet(pub(crate) Arch);

impl InstructionSet {
    /// The widest that this machine has.
    #[must_use]
    pub fn widest() -> Self {
        Self(Arch::new())
    }

    /// All that this machine has, the widest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut all = vec![Arch::new()];
        #[cfg(target_arch = "x86_64")]
        if let Arch::V4(_) = all[0] {
            all.extend(pulp::x86::V3::try_new().map(Arch::V3));
        }
        if !matches!(all[0], Arch::Scalar) {
            all.push(Arch::Scalar);
        }
        all.into_iter().map(Self).collect()
    }

    /// Its name, which [`FromStr`] reads.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Arch::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Arch::V3(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Arch::V4(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Arch::Neon(_) => "neon",
            #[allow(unreachable_patterns, reason = "there is none that has no name")]
            _ => "other",
        }
    }
}

impl Default for InstructionSet {
    /// [`widest`](Self::widest).
    fn default() -> Self {
        Self::widest()
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for InstructionSet {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut available = Self::available().into_iter();
        available
            .find(|set| set.name() == name)
            .ok_or_else(|| UnknownName::InstructionSet(Quoted::new(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name_and_scalar_code_is_always_there() {
        let available = InstructionSet::available();
        for set in &available {
            assert_eq!(
                InstructionSet::from_str(set.name()).unwrap().name(),
                set.name()
            );
        }
        assert_eq!(available.last().unwrap().name(), "scalar");
        let error = InstructionSet::from_str("mmx").unwrap_err().to_string();
        assert!(
            error.starts_with("Instruction set must be ") && error.contains("scalar"),
            "{error}"
        );
    }
}
