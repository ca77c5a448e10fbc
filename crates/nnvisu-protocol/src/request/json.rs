//! JSON taken apart one level at a time, without recursion and without guessing types.
//!
//! A level's values stay text until the request says what they have to be. So an error can
//! name the field, a message of the wrong form costs next to nothing, and nothing in a message
//! can make the reader recurse.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::RequestError;

/// The fields of one object in the order in which they came, each value as its JSON text.
pub(super) type Fields<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Why a text is not one JSON object, or an object is not an unambiguous one.
#[derive(Debug)]
pub(super) enum NotAnObject {
    /// Not JSON, or JSON of another type.
    Syntax(serde_json::Error),
    /// A key stands more than once.
    DuplicateKey(String),
}

/// Reads the fields of an object into `fields`, which holds what came before an error.
pub(super) fn read_object<'a>(text: &'a str, fields: &mut Fields<'a>) -> Result<(), NotAnObject> {
    let mut duplicate = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = ObjectVisitor {
        fields,
        duplicate: &mut duplicate,
    }
    .deserialize(&mut deserializer)
    .and_then(|()| deserializer.end());
    match (duplicate, read) {
        (Some(key), _) => Err(NotAnObject::DuplicateKey(key)),
        (None, Err(error)) => Err(NotAnObject::Syntax(error)),
        (None, Ok(())) => Ok(()),
    }
}

/// Calls `each` with the position and the JSON text of every value of a list, until it fails.
///
/// `list` must be the text of a JSON array.
pub(super) fn for_each_element<'a>(
    list: &'a str,
    each: impl FnMut(usize, &'a str) -> Result<(), RequestError>,
) -> Result<(), ListError> {
    let mut failure = None;
    let mut deserializer = serde_json::Deserializer::from_str(list);
    let read = ListVisitor {
        each,
        failure: &mut failure,
    }
    .deserialize(&mut deserializer);
    match (failure, read) {
        (Some(error), _) => Err(ListError::Element(error)),
        (None, Err(error)) => Err(ListError::Syntax(error)),
        (None, Ok(())) => Ok(()),
    }
}

/// Why a list could not be read to its end.
pub(super) enum ListError {
    /// One of its values was refused.
    Element(RequestError),
    /// It is not JSON.
    Syntax(serde_json::Error),
}

/// Whether arrays and objects are nested more than `max` deep. The text need not be JSON.
pub(super) fn is_nested_deeper_than(max: usize, text: &str) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > max {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct ObjectVisitor<'f, 'a> {
    fields: &'f mut Fields<'a>,
    duplicate: &'f mut Option<String>,
}

impl<'a> DeserializeSeed<'a> for ObjectVisitor<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for ObjectVisitor<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        /// Up to here comparing with every earlier key is faster than hashing.
        const FEW: usize = 16;
        let mut seen: HashSet<Cow<'a, str>> = HashSet::new();
        while let Some(Key(key)) = map.next_key()? {
            let is_duplicate = if self.fields.len() < FEW {
                self.fields.iter().any(|(earlier, _)| *earlier == key)
            } else {
                if seen.is_empty() {
                    seen.extend(self.fields.iter().map(|(earlier, _)| earlier.clone()));
                }
                !seen.insert(key.clone())
            };
            if is_duplicate {
                *self.duplicate = Some(key.into_owned());
                return Err(A::Error::custom("duplicate key"));
            }
            let value: &'a RawValue = map.next_value()?;
            self.fields.push((key, value.get()));
        }
        Ok(())
    }
}

struct ListVisitor<'f, F> {
    each: F,
    failure: &'f mut Option<RequestError>,
}

impl<'a, F> DeserializeSeed<'a> for ListVisitor<'_, F>
where
    F: FnMut(usize, &'a str) -> Result<(), RequestError>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a, F> Visitor<'a> for ListVisitor<'_, F>
where
    F: FnMut(usize, &'a str) -> Result<(), RequestError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut idx = 0;
        while let Some(value) = list.next_element::<&'a RawValue>()? {
            if let Err(error) = (self.each)(idx, value.get()) {
                *self.failure = Some(error);
                return Err(A::Error::custom("refused value"));
            }
            idx += 1;
        }
        Ok(())
    }
}
