//! Names that stand on the wire as strings, and how a name that is none of them is refused.

/// Defines an enum of names that stand on the wire as strings.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $label:literal { $($(#[$variant_doc:meta])* $variant:ident = $wire:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// What the name is called in sentences.
            pub const LABEL: &'static str = $label;
            /// The names on the wire.
            pub const NAMES: &'static [&'static str] = &[$($wire,)+];
            /// Every value, in the order in which error messages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }

            /// The value with this name on the wire.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::error::OutOfRange;

            fn try_from(name: String) -> Result<Self, Self::Error> {
                let unknown = || crate::error::OutOfRange::name($label, Self::NAMES, &name);
                Self::from_name(&name).ok_or_else(unknown)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use names;

names!(
    /// What follows each hidden layer.
    #[derive(Default)]
    #[non_exhaustive]
    Activation, "Activation" {
        /// Hyperbolic tangent.
        #[default]
        Tanh = "tanh",
        /// Rectifier.
        Relu = "relu",
        /// Rectifier with slope 0.01 below 0.
        LeakyRelu = "leaky_relu",
        /// Gaussian error linear unit, exact.
        Gelu = "gelu",
    }
);
names!(
    /// How gradients become changes of the weights.
    #[derive(Default)]
    #[non_exhaustive]
    Optimizer, "Optimizer" {
        /// Plain gradient descent.
        Sgd = "sgd",
        /// Adam: running means of the gradients and their squares.
        #[default]
        Adam = "adam",
        /// Gradients divided by a running root mean square.
        RmsProp = "rmsprop",
    }
);
names!(
    /// The shape of a generated data set.
    #[non_exhaustive]
    Distribution, "Distribution" {
        /// Concentric circles.
        Circles = "circles",
        /// Interleaving half circles.
        Moons = "moons",
        /// Round Gaussian clusters.
        Blobs = "blobs",
        /// Stretched Gaussian clusters.
        Anisotropic = "anisotropic",
        /// Gaussian clusters of different widths.
        VariedVariance = "varied_variance",
    }
);
