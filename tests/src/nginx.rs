//! nginx in front of real servers, with the reference configuration: TLS with
//! a certificate of its own, and the page at the sub-path `/nnvisu/`.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::deploy;
use crate::server::report;
use crate::wait::until;

/// How often another pair of ports is tried, when another process took one
/// between our choice and nginx's start.
const ATTEMPTS: usize = 5;

/// A running nginx, stopped when dropped.
pub struct Nginx {
    site: Site,
    /// One process: nginx without its master, so that killing it leaves nothing.
    process: Child,
}

impl Nginx {
    /// Starts nginx with the reference configuration, in front of `servers`.
    pub async fn in_front_of(servers: [SocketAddr; 2]) -> Self {
        for _ in 0..ATTEMPTS {
            let site = Site::new(servers);
            let mut process = Command::from(site.nginx())
                .args(["-g", "daemon off; master_process off;"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap_or_else(|error| panic!("{}: nginx: {error}", what_is_needed()));
            let mut listens = false;
            until("nginx to listen, or to give up", async || {
                listens = TcpStream::connect(site.https).await.is_ok();
                listens || process.try_wait().is_ok_and(|status| status.is_some())
            })
            .await;
            let still_runs = process.try_wait().is_ok_and(|status| status.is_none());
            if listens && still_runs {
                return Self { site, process };
            }
            report(&site.log());
        }
        panic!("nginx does not start; what it said is above");
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/nnvisu/", self.site.https.port())
    }

    /// The status line and the header lines of the answer to a GET by HTTPS.
    pub fn head_of(&self, path: &str) -> String {
        self.site.head_of(path)
    }

    /// The same by HTTP without TLS.
    pub async fn plain_head_of(&self, path: &str) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        let mut stream = TcpStream::connect(self.site.http)
            .await
            .expect("nginx listens");
        stream
            .write_all(request(path).as_bytes())
            .await
            .expect("nginx reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("nginx answers");
        head(&answer)
    }

    /// What nginx logged of the requests.
    pub fn access_log(&self) -> String {
        std::fs::read_to_string(self.site.directory.path().join("access.log"))
            .expect("nginx keeps its log")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It would be killed anyway; this is before its directory goes.
        let _ = self.process.start_kill();
        if std::thread::panicking() {
            report(&self.site.log());
        }
    }
}

/// The reference configuration in a directory of its own, with ports of its own.
pub struct Site {
    directory: TempDir,
    https: SocketAddr,
    http: SocketAddr,
}

impl Site {
    /// Adapts the reference configuration to two servers and to this machine.
    pub fn new(servers: [SocketAddr; 2]) -> Self {
        let directory = TempDir::with_prefix("nnvisu-nginx-").expect("a temporary directory");
        make_certificate(directory.path());
        let (https, http) = free_addresses();
        let place = |name: &str| directory.path().join(name).display().to_string();
        let temporary_paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("    {kind}_temp_path {};\n", place(kind)))
            .concat();
        let configuration = deploy::adapted(
            &deploy::text("nginx.conf"),
            &[
                // The tests' own user runs it.
                ("user www-data;", String::new()),
                ("/run/nginx.pid", place("nginx.pid")),
                ("/var/log/nginx/error.log", place("error.log")),
                ("/var/log/nginx/access.log", place("access.log")),
                // Which a test's user may not raise.
                ("worker_rlimit_nofile 65536;", String::new()),
                (
                    "worker_connections 32768;",
                    "worker_connections 512;".into(),
                ),
                ("http {\n", format!("http {{\n{temporary_paths}")),
                ("server 127.0.0.1:8881 ", format!("server {} ", servers[0])),
                ("server 127.0.0.1:8882 ", format!("server {} ", servers[1])),
                ("listen 80;", format!("listen {http};")),
                ("listen 443 ", format!("listen {https} ")),
                ("/etc/nginx/tls/nnvisu.crt", place("nnvisu.crt")),
                ("/etc/nginx/tls/nnvisu.key", place("nnvisu.key")),
            ],
        );
        std::fs::write(directory.path().join("nginx.conf"), configuration)
            .expect("the directory is ours");
        Self {
            directory,
            https,
            http,
        }
    }

    /// A call of nginx with this configuration.
    pub fn nginx(&self) -> std::process::Command {
        let mut nginx = std::process::Command::new(program());
        nginx
            .arg("-p")
            .arg(self.directory.path())
            .arg("-c")
            .arg(self.directory.path().join("nginx.conf"))
            // Before it knows the configuration, too.
            .arg("-e")
            .arg(self.directory.path().join("error.log"));
        nginx
    }

    /// What nginx said.
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.directory.path().join("error.log"));
        format!("nginx's error log:\n{}", log.unwrap_or_default())
    }

    fn head_of(&self, path: &str) -> String {
        let mut client = std::process::Command::new("openssl")
            .args(["s_client", "-quiet", "-CAfile"])
            .arg(self.directory.path().join("nnvisu.crt"))
            .args([
                "-verify_return_error",
                "-servername",
                "localhost",
                "-connect",
            ])
            .arg(self.https.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: openssl: {error}", what_is_needed()));
        let mut input = client.stdin.take().expect("stdin is piped");
        input
            .write_all(request(path).as_bytes())
            .expect("openssl reads");
        drop(input);
        let output = client.wait_with_output().expect("openssl ends");
        let answer = String::from_utf8_lossy(&output.stdout);
        assert!(
            answer.starts_with("HTTP/1.1 "),
            "no answer by HTTPS: {answer}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        head(&answer)
    }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

fn head(answer: &str) -> String {
    let (head, _) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    head.to_owned()
}

/// nginx, which Debian keeps where only administrators look by default.
fn program() -> &'static str {
    const FOR_ADMINISTRATORS: &str = "/usr/sbin/nginx";
    if Path::new(FOR_ADMINISTRATORS).exists() {
        FOR_ADMINISTRATORS
    } else {
        "nginx"
    }
}

fn what_is_needed() -> &'static str {
    "this test needs nginx and openssl (`cargo xtask test` installs them on Debian)"
}

/// A certificate for localhost, signed by itself.
fn make_certificate(directory: &Path) {
    let output = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .arg("-keyout")
        .arg(directory.join("nnvisu.key"))
        .arg("-out")
        .arg(directory.join("nnvisu.crt"))
        .output()
        .unwrap_or_else(|error| panic!("{}: openssl: {error}", what_is_needed()));
    assert!(
        output.status.success(),
        "no certificate: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Two addresses that nobody listens on now.
fn free_addresses() -> (SocketAddr, SocketAddr) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    let [https, http] = listeners.map(|listener| listener.local_addr().expect("it is bound"));
    (https, http)
}
