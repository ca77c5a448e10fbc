//! The first pass over a message, which knows nothing of requests: whether it is JSON, says
//! nothing twice and is not nested too deep; and which request it is.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use super::refusal::{field_of, message_of, refusal};
use crate::error::{ErrorCode, Excerpt, RequestError};
use crate::limits::MAX_NESTING;

/// The JSON text of the fields that say which request a message is.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) id: Option<&'a RawValue>,
    pub(super) type_name: Option<&'a RawValue>,
}

/// Inspects a message. On an error, `head` holds what came before it.
pub(super) fn inspect<'a>(text: &'a str, head: &mut Head<'a>) -> Result<(), RequestError> {
    let refuse = |message: String| RequestError::new(ErrorCode::InvalidJson, message);
    if !text.trim_ascii_start().starts_with('{') {
        return Err(refuse(
            "A request is a JSON object with a “type”".to_owned(),
        ));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let root = Value {
        depth: 0,
        head: Some(head),
    };
    if let Err(error) = root.deserialize(tracked) {
        let path = track.path();
        // All that can be wrong with the data here is what this module refuses.
        return Err(if error.is_data() {
            let refused = refuse(message_of(&error));
            match field_of(&path).as_str() {
                "" => refused,
                field => refused.with_field(field),
            }
        } else {
            refusal(text, &path, &error)
        });
    }
    json.end()
        .map_err(|error| refuse(format!("This is not JSON: {error}")))
}

/// Any JSON value, which is looked at and forgotten.
struct Value<'h, 'a> {
    /// Number of lists and objects around it.
    depth: usize,
    /// Where the fields of the message itself are noted.
    head: Option<&'h mut Head<'a>>,
}

impl Value<'_, '_> {
    fn inner(&self) -> Self {
        Self {
            depth: self.depth + 1,
            head: None,
        }
    }

    fn check_depth<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth < MAX_NESTING {
            return Ok(());
        }
        Err(E::custom(format_args!(
            "Lists and objects may be nested at most {MAX_NESTING} deep"
        )))
    }
}

impl<'a> DeserializeSeed<'a> for Value<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Value<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        self.check_depth()?;
        while list.next_element_seed(self.inner())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.check_depth()?;
        let mut keys = Keys::default();
        while let Some(Key(key)) = fields.next_key()? {
            let is_new = keys.insert(key.clone());
            let noted = match (&mut self.head, key.as_ref()) {
                (Some(head), "id") => Some(&mut head.id),
                (Some(head), "type") => Some(&mut head.type_name),
                _ => None,
            };
            if !is_new {
                // Neither of two ids is that of the request.
                if key == "id" {
                    noted.map(Option::take);
                }
                let message = format!("The key “{}” stands more than once", Excerpt(&key));
                return Err(A::Error::custom(message));
            }
            match noted {
                Some(noted) => *noted = Some(fields.next_value()?),
                None => fields.next_value_seed(self.inner())?,
            }
        }
        Ok(())
    }
}

/// Transparent, so that the path to an error sees it.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The keys of one object so far.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    /// Up to here comparing with every earlier key is faster than hashing.
    const FEW: usize = 16;

    /// Whether the key is new.
    fn insert(&mut self, key: Cow<'a, str>) -> bool {
        if self.many.is_empty() && self.few.len() < Self::FEW {
            let is_new = !self.few.contains(&key);
            self.few.push(key);
            return is_new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(key)
    }
}
