//! The addresses under which a server's page can be opened, here and by others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use if_addrs::{IfOperStatus, Interface, get_if_addrs};
use nnvisu_server::{AccessToken, HostName, Server};

/// Where the page is.
#[derive(Debug, PartialEq)]
pub(super) struct Links {
    /// For a browser on this machine.
    pub(super) local: String,
    /// For other devices; the first is the likeliest to be within their reach.
    pub(super) others: Vec<String>,
}

impl Links {
    pub(super) fn new(
        server: &Server,
        token: Option<&AccessToken>,
        allowed_hosts: &[HostName],
    ) -> Self {
        let local = link_to(server.url(), token);
        let address = server.local_addr();
        let others = match address.ip() {
            ip if ip.is_unspecified() => addresses_like(ip)
                .into_iter()
                .filter(|&ip| is_allowed(ip, allowed_hosts))
                .map(|ip| format!("http://{}/", SocketAddr::new(ip, address.port())))
                .map(|url| link_to(&url, token))
                .collect(),
            ip if ip.is_loopback() => Vec::new(),
            _ => vec![local.clone()],
        };
        Self { local, others }
    }
}

/// The address `url` as a link, with the access token if it is to let people in.
pub(super) fn link_to(url: &str, token: Option<&AccessToken>) -> String {
    token.map_or_else(|| url.to_owned(), |token| token.link(url))
}

/// Whether a server for `allowed_hosts` answers those who ask for `ip`.
fn is_allowed(ip: IpAddr, allowed_hosts: &[HostName]) -> bool {
    let names = [ip.to_string(), "*".to_owned()];
    let mut names = names.iter().filter_map(|name| name.parse().ok());
    allowed_hosts.is_empty() || names.any(|name| allowed_hosts.contains(&name))
}

/// The addresses of this machine's networks that are of the version of `unspecified`.
fn addresses_like(unspecified: IpAddr) -> Vec<IpAddr> {
    let interfaces = get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot tell the addresses of this machine");
        Vec::new()
    });
    let mut addresses: Vec<IpAddr> = interfaces
        .iter()
        .filter(|interface| is_in_reach(interface))
        .map(Interface::ip)
        .filter(|ip| ip.is_ipv4() == unspecified.is_ipv4())
        .collect();
    let likeliest = address_towards_others(unspecified);
    // The sort is stable: the rest stays as the system has it.
    addresses.sort_by_key(|&address| Some(address) != likeliest);
    addresses
}

/// Whether others may reach this machine through `interface`. Addresses of one link alone would have
/// to be written with the name of an interface of the other machine.
fn is_in_reach(interface: &Interface) -> bool {
    let is_up = matches!(
        interface.oper_status,
        IfOperStatus::Up | IfOperStatus::Unknown
    );
    is_up && !interface.is_loopback() && !interface.is_link_local()
}

/// The address from which this machine speaks to the world; virtual networks, such as those of
/// containers, have others. Asks the routing table: a datagram socket sends nothing by being connected.
fn address_towards_others(unspecified: IpAddr) -> Option<IpAddr> {
    // Addresses for documents (RFC 5737, RFC 3849), which nobody has.
    let somewhere: IpAddr = match unspecified {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    };
    let socket = UdpSocket::bind((unspecified, 0)).ok()?;
    socket.connect((somewhere, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use nnvisu_server::{ServerConfig, ServiceConfig};

    use super::*;

    fn bind(host: &str) -> Server {
        Server::bind(ServerConfig {
            host: host.to_owned(),
            port: 0,
            service: ServiceConfig::default(),
        })
        .unwrap()
    }

    #[test]
    fn a_server_of_this_machine_alone_has_no_link_for_others() {
        let server = bind("127.0.0.1");
        let links = Links::new(&server, None, &[]);
        assert_eq!(links.local, server.url());
        assert!(links.others.is_empty());
    }

    #[test]
    fn links_for_others_are_addresses_at_which_it_listens() {
        let server = bind("0.0.0.0");
        let links = Links::new(&server, None, &[]);
        let port = server.local_addr().port();
        assert_eq!(links.local, format!("http://127.0.0.1:{port}/"));
        for link in &links.others {
            let address = link.strip_prefix("http://").unwrap();
            let address: SocketAddr = address.strip_suffix('/').unwrap().parse().unwrap();
            assert!(!address.ip().is_loopback() && address.port() == port);
            TcpStream::connect(address).unwrap();
        }
        let first = address_towards_others(Ipv4Addr::UNSPECIFIED.into());
        if let (Some(first), Some(link)) = (first, links.others.first()) {
            assert_eq!(link, &format!("http://{first}:{port}/"));
        }
    }

    #[test]
    fn links_carry_the_token() {
        let token = AccessToken::new("a+b/c=d.e~f").unwrap();
        let links = Links::new(&bind("0.0.0.0"), Some(&token), &[]);
        for link in links.others.iter().chain([&links.local]) {
            assert!(link.ends_with("/?token=a+b/c=d.e~f"), "{link}");
        }
    }

    #[test]
    fn an_address_that_is_refused_is_no_link() {
        let ip = IpAddr::from([192, 168, 1, 5]);
        let allowed = |names: &[&str]| {
            let names: Vec<HostName> = names.iter().map(|name| name.parse().unwrap()).collect();
            is_allowed(ip, &names)
        };
        assert!(allowed(&[]) && allowed(&["*"]) && allowed(&["a.example", "192.168.1.5"]));
        assert!(!allowed(&["a.example"]));
    }
}
