//! One JSON value becoming one checked value, or an error that names its place in the request.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::json::{Fields, ListError, NotAnObject, for_each_element, read_object};
use crate::error::{ErrorCode, OutOfRange, RequestError};

/// Where a value stands in a request.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    /// The request itself, and the payload that holds all its fields.
    Root,
    /// A field of an object.
    Field(&'p Path<'p>, &'p str),
    /// A value of a list.
    Index(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Index(parent, idx) => write!(f, "{parent}[{idx}]"),
        }
    }
}

/// A JSON value that has not been read yet.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'p> {
    /// Its JSON text.
    pub(super) text: &'a str,
    /// Its place.
    pub(super) path: &'p Path<'p>,
}

/// A type that can be read from a JSON value.
pub(super) trait Read: Sized {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError>;
}

impl<'a> Value<'a, '_> {
    /// An error about this value.
    pub(super) fn refuse(&self, code: ErrorCode, message: impl Into<String>) -> RequestError {
        let error = RequestError::new(code, message);
        match self.path {
            Path::Root => error,
            path => error.with_field(path.to_string()),
        }
    }

    pub(super) fn out_of_range(&self, error: &OutOfRange) -> RequestError {
        self.refuse(ErrorCode::OutOfRange, error.to_string())
    }

    pub(super) fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// The value of a JSON number as `f64` or `f32`; infinite where it is too large for that.
    pub(super) fn number<N: FromStr>(&self) -> Result<N, RequestError> {
        if !matches!(self.text.as_bytes().first(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.wrong_type("a number"));
        }
        self.text.parse().map_err(|_| self.wrong_type("a number"))
    }

    /// A JSON string.
    pub(super) fn string(&self) -> Result<Cow<'a, str>, RequestError> {
        #[derive(serde::Deserialize)]
        struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

        if !self.text.starts_with('"') {
            return Err(self.wrong_type("text"));
        }
        serde_json::from_str(self.text)
            .map(|Text(text)| text)
            .map_err(|error| {
                let message = format!("“{}” is not valid text: {error}", self.path);
                self.refuse(ErrorCode::InvalidJson, message)
            })
    }

    /// Reads every value of a list, of which at most `max` are allowed.
    pub(super) fn list<T: Read>(&self, max: usize) -> Result<Vec<T>, RequestError> {
        let mut values = Vec::new();
        let n_values = self.each(|idx, value| {
            if idx < max {
                values.push(T::read(value)?);
            }
            Ok(())
        })?;
        if n_values > max {
            return Err(self.refuse(
                ErrorCode::OutOfRange,
                format!(
                    "“{}” may have at most {max} values, not {n_values}",
                    self.path
                ),
            ));
        }
        Ok(values)
    }

    /// Calls `each` for every value of a list and says how many there are.
    pub(super) fn each(
        &self,
        mut each: impl FnMut(usize, Value<'a, '_>) -> Result<(), RequestError>,
    ) -> Result<usize, RequestError> {
        if !self.text.starts_with('[') {
            return Err(self.wrong_type("a list"));
        }
        let mut n_values = 0;
        for_each_element(self.text, |idx, text| {
            n_values += 1;
            let path = Path::Index(self.path, idx);
            each(idx, Value { text, path: &path })
        })
        .map_err(|error| match error {
            ListError::Element(error) => error,
            ListError::Syntax(error) => self.refuse(ErrorCode::InvalidJson, not_json(&error)),
        })?;
        Ok(n_values)
    }

    fn wrong_type(&self, expected: &str) -> RequestError {
        let given = match self.text.as_bytes().first() {
            Some(b'"') => "text",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'n') => "null",
            Some(b't' | b'f') => self.text,
            _ => "a number",
        };
        self.refuse(
            ErrorCode::WrongType,
            format!("“{}” must be {expected}, not {given}", self.path),
        )
    }
}

/// The fields of a JSON object.
pub(super) struct Object<'a, 'p> {
    fields: Fields<'a>,
    path: &'p Path<'p>,
}

impl<'a, 'p> Object<'a, 'p> {
    pub(super) fn read(value: Value<'a, 'p>) -> Result<Self, RequestError> {
        if !value.text.starts_with('{') {
            return Err(value.wrong_type("an object"));
        }
        let mut fields = Fields::with_capacity(4);
        match read_object(value.text, &mut fields) {
            Ok(()) => Ok(Self::from_fields(fields, value.path)),
            Err(error) => Err(value.refuse(ErrorCode::InvalidJson, error.to_string())),
        }
    }

    pub(super) fn from_fields(fields: Fields<'a>, path: &'p Path<'p>) -> Self {
        Self { fields, path }
    }

    /// The same fields, named in errors as if they were those of the request itself.
    pub(super) fn into_root(self) -> Object<'a, 'static> {
        Object {
            fields: self.fields,
            path: &Path::Root,
        }
    }

    /// A field that has to be there, read by `read`.
    pub(super) fn required_with<T>(
        &self,
        name: &str,
        read: impl FnOnce(Value<'a, '_>) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let path = Path::Field(self.path, name);
        match self.text(name) {
            Some(text) => read(Value { text, path: &path }),
            None => Err(
                RequestError::new(ErrorCode::MissingField, format!("“{path}” is missing"))
                    .with_field(path.to_string()),
            ),
        }
    }

    /// A field that has to be there.
    pub(super) fn required<T: Read>(&self, name: &str) -> Result<T, RequestError> {
        self.required_with(name, |value| T::read(value))
    }

    /// A field that has to be there and may be `null`.
    pub(super) fn nullable<T: Read>(&self, name: &str) -> Result<Option<T>, RequestError> {
        self.required_with(name, |value| {
            if value.is_null() {
                Ok(None)
            } else {
                T::read(value).map(Some)
            }
        })
    }

    /// A field that may be left out, but if it is there has to be right.
    pub(super) fn optional<T: Read>(&self, name: &str) -> Result<Option<T>, RequestError> {
        self.has(name).then(|| self.required(name)).transpose()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|&(_, text)| text)
    }
}

impl fmt::Display for NotAnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => f.write_str(&not_json(error)),
            Self::DuplicateKey(key) => {
                write!(f, "The key “{}” stands more than once", Excerpt(key))
            }
        }
    }
}

fn not_json(error: &serde_json::Error) -> String {
    format!("This is not JSON: {error}")
}

/// What a client sent, short enough for a message and without control characters.
pub(super) struct Excerpt<'a>(pub(super) &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 40;
        for (n_written, char) in self.0.chars().enumerate() {
            if n_written == MAX_CHARS {
                return f.write_str("…");
            }
            let shown = if char.is_control() { '·' } else { char };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}
