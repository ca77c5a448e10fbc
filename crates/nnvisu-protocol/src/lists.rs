//! Lists of bounded length.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::OutOfRange;

/// At most `MAX` values. What is longer is refused without being kept.
#[derive(Debug)]
pub(crate) struct Bounded<T, const MAX: usize>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Bounded<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for BoundedVisitor<T, MAX> {
    type Value = Bounded<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < MAX {
            match list.next_element()? {
                Some(value) => values.push(value),
                None => return Ok(Bounded(values)),
            }
        }
        let mut n_values = MAX;
        while list.next_element::<IgnoredAny>()?.is_some() {
            n_values += 1;
        }
        if n_values > MAX {
            let message = format!("may have at most {MAX} values, not {n_values}");
            return Err(A::Error::custom(OutOfRange::sentence(message)));
        }
        Ok(Bounded(values))
    }
}
