//! Which clients count as one: those of one network address.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName},
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// One IPv4 address, or the 2⁶⁴ IPv6 addresses of one subnet: a single machine may use any of
/// those (RFC 4291, section 2.5.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ClientSubnet {
    V4(Ipv4Addr),
    V6([u16; 4]),
}

impl From<IpAddr> for ClientSubnet {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl fmt::Debug for ClientSubnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(address) => write!(f, "{address}"),
            Self::V6([a, b, c, d]) => {
                write!(f, "{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

/// Where `request` comes from. Behind a reverse proxy every connection is the proxy's; if
/// `trust_forwarded_for`, the address is the one that the proxy saw.
pub(crate) fn client_subnet(
    request: &HttpRequest,
    trust_forwarded_for: bool,
) -> Option<ClientSubnet> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let forwarded = trust_forwarded_for.then(|| last_forwarded(request.headers()));
    forwarded.flatten().or(peer).map(ClientSubnet::from)
}

/// The last address in `X-Forwarded-For`: the one that the proxy next to us added. What stands
/// before it came with the request, and anybody could have written it.
fn last_forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all(X_FORWARDED_FOR).last()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    let bare = last.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok()
}

/// Whether `request` was made on this machine itself and has not been passed on by a proxy.
pub(crate) fn is_local(request: &HttpRequest) -> bool {
    let passed_on = ["x-forwarded-for", "forwarded", "via", "x-real-ip"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    !passed_on && peer.is_some_and(|peer| peer.is_loopback())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn network(peer: &str, forwarded: &[&str], trust: bool) -> String {
        let mut request = TestRequest::get().peer_addr(peer.parse().unwrap());
        for value in forwarded {
            request = request.append_header((X_FORWARDED_FOR, *value));
        }
        format!("{:?}", client_subnet(&request.to_http_request(), trust))
    }

    #[test]
    fn only_a_trusted_proxy_says_whom_it_speaks_for() {
        let forged = ["203.0.113.9"];
        assert_eq!(network("192.0.2.1:5", &forged, false), "Some(192.0.2.1)");
        assert_eq!(network("192.0.2.1:5", &forged, true), "Some(203.0.113.9)");
        assert_eq!(network("192.0.2.1:5", &[], true), "Some(192.0.2.1)");
    }

    #[test]
    fn what_came_with_the_request_does_not_count() {
        for forwarded in [
            &["198.51.100.1, 203.0.113.9"][..],
            &["198.51.100.1", "203.0.113.9"],
            &["nonsense, 198.51.100.1,203.0.113.9 "],
        ] {
            assert_eq!(network("192.0.2.1:5", forwarded, true), "Some(203.0.113.9)");
        }
        for forwarded in ["", "unknown", "203.0.113.9, _hidden", "\u{e9}"] {
            assert_eq!(
                network("192.0.2.1:5", &[forwarded], true),
                "Some(192.0.2.1)"
            );
        }
    }

    #[test]
    fn a_subnet_of_ipv6_is_one_client() {
        assert_eq!(
            network("[2001:db8:1:2:3:4:5:6]:80", &[], false),
            network("[2001:db8:1:2::1]:80", &[], false)
        );
        assert_ne!(
            network("[2001:db8:1:2::1]:80", &[], false),
            network("[2001:db8:1:3::1]:80", &[], false)
        );
        assert_eq!(
            network("[::ffff:192.0.2.1]:80", &[], false),
            "Some(192.0.2.1)"
        );
        assert_eq!(
            network("192.0.2.1:5", &["[2001:db8::1]"], true),
            "Some(2001:db8::/64)"
        );
    }

    #[test]
    fn local_is_what_no_proxy_has_touched() {
        let from = |peer: &str| TestRequest::get().peer_addr(peer.parse().unwrap());
        assert!(is_local(&from("127.0.0.1:5").to_http_request()));
        assert!(is_local(&from("[::1]:5").to_http_request()));
        assert!(!is_local(&from("192.0.2.1:5").to_http_request()));
        let passed_on = from("127.0.0.1:5").insert_header((X_FORWARDED_FOR, "127.0.0.1"));
        assert!(!is_local(&passed_on.to_http_request()));
        assert!(!is_local(&TestRequest::get().to_http_request()));
    }
}
