//! Structs that are read from JSON objects alone.

/// Implements `Deserialize` for structs that derive it with `#[serde(remote = "Self")]`. Those of
/// serde would take a list of their values, too: `[0.5, 0.5, 1]` for a point.
macro_rules! only_read_from_objects {
    ($($name:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Fields;

                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        fields: A,
                    ) -> Result<$name, A::Error> {
                        $name::deserialize(serde::de::value::MapAccessDeserializer::new(fields))
                    }
                }

                from.deserialize_map(Fields)
            }
        }
    )+};
}
pub(crate) use only_read_from_objects;

/// The same for structs that are written too: `remote` takes their `Serialize` away as well.
macro_rules! only_from_objects {
    ($($name:ident),+) => {
        $crate::objects::only_read_from_objects!($($name),+);
        $(impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, to)
            }
        })+
    };
}
pub(crate) use only_from_objects;
