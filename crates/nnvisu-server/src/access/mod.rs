//! What tells clients apart: the name they ask for, the access token, the origin of the page and
//! the subnet they come from.

mod host;
mod origin;
mod subnet;
mod token;

pub(crate) use host::is_ours;
pub use host::{HostName, InvalidHostName};
pub(crate) use origin::may_connect;
pub use origin::{InvalidOrigin, Origin};
pub(crate) use subnet::{ClientSubnet, client_subnet, is_local};
pub use token::{AccessToken, InvalidToken};
pub(crate) use token::{carries_token, token_cookie};
