//! Which web pages may open a WebSocket.
//!
//! A browser lets any page connect anywhere by WebSocket and leaves it to the server to refuse,
//! by the `Origin` header (RFC 6455, section 10.2). Programs that are not browsers send no
//! `Origin` and are let in: they could claim anything anyway.

use std::{fmt, str::FromStr};

use actix_web::http::{
    Uri,
    header::{self, HeaderMap, HeaderName},
    uri::Authority,
};

/// Set by reverse proxies that put their own name into `Host`. A page cannot make a browser send
/// it with a WebSocket handshake, so believing it opens no door.
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Where a web page comes from: scheme, host and port (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// The text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an origin. An origin looks like https://example.com or http://example.com:8080, without a path"
)]
pub struct InvalidOrigin {
    text: String,
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    /// Reads `scheme://host` or `scheme://host:port`; one slash at the end is forgiven.
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin {
            text: text.to_owned(),
        };
        let uri: Uri = text.parse().map_err(|_| invalid())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(invalid());
        };
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let default_port = default_port(scheme).ok_or_else(invalid)?;
        if !bare || authority.host().is_empty() {
            return Err(invalid());
        }
        Ok(Self {
            scheme: scheme.to_ascii_lowercase(),
            host: authority.host().to_ascii_lowercase(),
            port: explicit_port(authority)
                .map_err(|()| invalid())?
                .unwrap_or(default_port),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if default_port(&self.scheme) != Some(self.port) {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl Origin {
    /// Whether a request that names `host` (`name` or `name:port`) went to where this page comes
    /// from. A proxy that ends TLS leaves us no way to see the scheme, so only host and port are
    /// compared.
    fn is_at(&self, host: &str) -> bool {
        let Ok(authority) = host.trim().parse::<Authority>() else {
            return false;
        };
        let port = match explicit_port(&authority) {
            Ok(Some(port)) => Some(port),
            Ok(None) => default_port(&self.scheme),
            Err(()) => None,
        };
        authority.host().eq_ignore_ascii_case(&self.host) && port == Some(self.port)
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// The port as written; an error if something is written that is not a port.
fn explicit_port(authority: &Authority) -> Result<Option<u16>, ()> {
    let after_host = authority
        .as_str()
        .strip_prefix(authority.host())
        .ok_or(())?;
    match after_host.strip_prefix(':') {
        Some(port) => port.parse().map(Some).map_err(|_| ()),
        None if after_host.is_empty() => Ok(None),
        None => Err(()),
    }
}

/// Whether the page that sent `headers` may open a WebSocket here: our own pages may, those of
/// `allowed` may, and requests without an `Origin` may.
pub(crate) fn may_connect(headers: &HeaderMap, allowed: &[Origin]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN);
    let Some(origin) = origins.next() else {
        return true;
    };
    let one_only = origins.next().is_none();
    let Some(origin) = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Origin>().ok())
    else {
        return false;
    };
    let named_hosts = [header::HOST, X_FORWARDED_HOST];
    let is_own = named_hosts
        .iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .flat_map(|hosts| hosts.split(','))
        .any(|host| origin.is_at(host));
    one_only && (is_own || allowed.contains(&origin))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn reads_and_prints_origins() {
        for (text, printed) in [
            ("http://example.com", "http://example.com"),
            ("HTTPS://Example.COM:443/", "https://example.com"),
            ("http://example.com:8080", "http://example.com:8080"),
            ("http://[::1]:8888", "http://[::1]:8888"),
            ("https://example.com:80", "https://example.com:80"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), printed);
        }
        for text in [
            "",
            "null",
            "*",
            "example.com",
            "example.com:80",
            "ftp://example.com",
            "http://example.com/path",
            "http://example.com?q",
            "http://a@example.com",
            "http://example.com:",
            "http://example.com:99999",
            "http://",
            "file:///tmp",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn lets_in_programs_and_own_pages_only() {
        let host = ("host", "127.0.0.1:8888");
        assert!(may_connect(&headers(&[host]), &[]));
        assert!(may_connect(
            &headers(&[host, ("origin", "http://127.0.0.1:8888")]),
            &[]
        ));
        for foreign in [
            "http://127.0.0.1:8889",
            "http://127.0.0.1",
            "http://localhost:8888",
            "http://127.0.0.1:8888.evil.example",
            "http://evil.example",
            "null",
            "",
        ] {
            assert!(
                !may_connect(&headers(&[host, ("origin", foreign)]), &[]),
                "{foreign:?}"
            );
        }
    }

    #[test]
    fn default_ports_may_be_left_out() {
        for (origin, host) in [
            ("http://example.com", "example.com"),
            ("http://example.com", "Example.com:80"),
            ("https://example.com", "example.com"),
            ("https://example.com", "example.com:443"),
        ] {
            assert!(may_connect(
                &headers(&[("host", host), ("origin", origin)]),
                &[]
            ));
        }
    }

    #[test]
    fn a_proxy_may_say_which_host_was_asked_for() {
        let proxied = [
            ("host", "127.0.0.1:8888"),
            ("x-forwarded-host", "example.com"),
            ("origin", "https://example.com"),
        ];
        assert!(may_connect(&headers(&proxied), &[]));
    }

    #[test]
    fn further_origins_can_be_allowed() {
        let allowed = ["https://example.com".parse().unwrap()];
        let host = ("host", "127.0.0.1:8888");
        assert!(may_connect(
            &headers(&[host, ("origin", "https://example.com")]),
            &allowed
        ));
        assert!(!may_connect(
            &headers(&[host, ("origin", "http://example.com")]),
            &allowed
        ));
    }

    #[test]
    fn two_origins_are_one_too_many() {
        let mut two = headers(&[("host", "example.com"), ("origin", "http://example.com")]);
        two.append(
            header::ORIGIN,
            HeaderValue::from_static("http://evil.example"),
        );
        assert!(!may_connect(&two, &[]));
    }
}
