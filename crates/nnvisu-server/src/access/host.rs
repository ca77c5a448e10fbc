//! By which names browsers may ask for this server.
//!
//! A foreign page can point a name of its own at this machine, even at 127.0.0.1, and is then of
//! the same origin as we are (DNS rebinding). Its requests carry that name as `Host`, and by that
//! they are told apart. Programs that send no `Host` are no browsers and are let in.

use std::{fmt, net::IpAddr, str::FromStr};

use actix_web::http::{
    header::{self, HeaderMap},
    uri::Authority,
};

/// A name or address by which browsers may ask for the server, without a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName {
    /// In lower case, IPv6 addresses in brackets; `*` is any.
    name: String,
}

/// The text is not the name of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not the name of a host. It looks like nnvisu.example.com or 192.0.2.1, without a \
     port; '*' means any name"
)]
pub struct InvalidHostName {
    text: String,
}

impl FromStr for HostName {
    type Err = InvalidHostName;

    /// Reads a name, an IPv4 address, an IPv6 address with or without brackets, or `*`.
    fn from_str(text: &str) -> Result<Self, InvalidHostName> {
        let invalid = || InvalidHostName {
            text: text.to_owned(),
        };
        if text == "*" {
            return Ok(Self {
                name: text.to_owned(),
            });
        }
        let bracketed = match text.parse() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => text.to_owned(),
        };
        let authority: Authority = bracketed.parse().map_err(|_| invalid())?;
        if authority.as_str() != authority.host() || authority.host().contains('*') {
            return Err(invalid());
        }
        Ok(Self {
            name: normal(authority.host()),
        })
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl HostName {
    /// This machine itself, which is among the allowed whenever any are named.
    pub(crate) fn localhost() -> Self {
        Self {
            name: "localhost".to_owned(),
        }
    }

    fn is(&self, host: &str) -> bool {
        self.name == "*" || self.name == host
    }
}

/// Names are the same in any case, and with the dot of the root behind them.
fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Whether a request with `headers` asks for a host that we are: one of the `allowed`, or this
/// machine by a name that nobody else can give it. Without any `allowed`, every name will do.
pub(crate) fn is_ours(headers: &HeaderMap, allowed: &[HostName]) -> bool {
    let mut hosts = headers.get_all(header::HOST);
    let (Some(host), false) = (hosts.next(), allowed.is_empty()) else {
        return true;
    };
    let one_only = hosts.next().is_none();
    let Some(authority) = host
        .to_str()
        .ok()
        .and_then(|host| host.parse::<Authority>().ok())
    else {
        return false;
    };
    let name = normal(authority.host());
    one_only && (is_loopback(&name) || allowed.iter().any(|allowed| allowed.is(&name)))
}

/// Whether `host` is this machine by definition: a loopback address, `localhost` or a name below
/// it (RFC 6761, section 6.3).
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = bare
        .parse::<IpAddr>()
        .is_ok_and(|address| address.to_canonical().is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn asked_for(host: &str) -> HeaderMap {
        [(header::HOST, HeaderValue::from_str(host).unwrap())]
            .into_iter()
            .collect()
    }

    fn allowed(names: &[&str]) -> Vec<HostName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn reads_names_and_addresses() {
        for (text, name) in [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("192.0.2.1", "192.0.2.1"),
            ("::1", "[::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("*", "*"),
        ] {
            assert_eq!(text.parse::<HostName>().unwrap().to_string(), name);
        }
        for text in [
            "",
            "example.com:80",
            "http://example.com",
            "a b",
            "a/b",
            "u@example.com",
            "*.example.com",
            "a\u{1b}[31m",
        ] {
            assert!(text.parse::<HostName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn this_machine_is_always_ours_and_strangers_are_not() {
        let here = [HostName::localhost()];
        for host in [
            "localhost",
            "localhost:8888",
            "LOCALHOST.:8888",
            "nnvisu.localhost:8888",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]:8888",
            "[::ffff:127.0.0.1]:8888",
        ] {
            assert!(is_ours(&asked_for(host), &here), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:8888",
            "localhost.evil.example",
            "notlocalhost",
            "192.0.2.1",
            "0.0.0.0:8888",
            "user@localhost:8888@evil.example",
            "",
            "local host",
        ] {
            assert!(!is_ours(&asked_for(host), &here), "{host}");
        }
    }

    #[test]
    fn names_can_be_allowed_on_any_port() {
        let names = allowed(&["nnvisu.example.com", "192.0.2.1"]);
        for host in [
            "nnvisu.example.com",
            "NNvisu.Example.com.:8080",
            "192.0.2.1:80",
            "localhost",
        ] {
            assert!(is_ours(&asked_for(host), &names), "{host}");
        }
        assert!(!is_ours(&asked_for("x.nnvisu.example.com"), &names));
        assert!(is_ours(&asked_for("whatever.example"), &allowed(&["*"])));
        assert!(is_ours(&asked_for("whatever.example"), &[]));
    }

    #[test]
    fn programs_without_a_host_are_let_in_and_two_hosts_are_one_too_many() {
        let here = [HostName::localhost()];
        assert!(is_ours(&HeaderMap::new(), &here));
        let mut two = asked_for("localhost");
        two.append(header::HOST, HeaderValue::from_static("evil.example"));
        assert!(!is_ours(&two, &here));
    }
}
