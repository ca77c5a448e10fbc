//! A slow line: a TCP relay that lets only a given number of bits a second through, each way, and keeps
//! little in its buffers. It needs no privileges.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// What a relay does to the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The rate of each direction.
    pub bits_per_second: u32,
    /// How long each byte is on its way besides.
    pub delay: Duration,
}

impl Line {
    /// A line of that rate without delay.
    pub const fn of(bits_per_second: u32) -> Self {
        Self {
            bits_per_second,
            delay: Duration::ZERO,
        }
    }

    /// The same line, longer.
    #[must_use]
    pub const fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A running relay, ended when dropped. It has a thread of its own, so that tests which compute
/// do not slow it down.
pub struct Relay {
    address: SocketAddr,
    _end: oneshot::Sender<()>,
}

impl Relay {
    /// Puts a line before `server`.
    pub async fn start(server: SocketAddr, line: Line) -> Self {
        let (tell_address, address) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime")
                    .block_on(async {
                        tokio::select! {
                            result = serve(server, line, tell_address) => {
                                result.expect("the relay can listen");
                            }
                            _ = ended => {}
                        }
                    });
            })
            .expect("a thread");
        Self {
            address: address.await.expect("the relay listens"),
            _end: end,
        }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The kernel would hold seconds of a slow line in its buffers; this is about as little as it
/// agrees to.
const SOCKET_BUFFER: u32 = 4096;
/// Bytes pass in pieces of so much of the line's time.
const PIECE: Duration = Duration::from_millis(5);
const MIN_PIECE: usize = 64;
const MAX_PIECE: usize = 64 * 1024;
/// A relay that was not run in time catches up with no more than this.
const MAX_DEBT: Duration = Duration::from_millis(50);

fn small_socket() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    Ok(socket)
}

async fn serve(
    server: SocketAddr,
    line: Line,
    tell_address: oneshot::Sender<SocketAddr>,
) -> io::Result<()> {
    // What is accepted has the buffers of the listener.
    let listener = small_socket()?;
    listener.bind(([127, 0, 0, 1], 0).into())?;
    let listener = listener.listen(64)?;
    // A test that is gone needs no answer.
    let _ = tell_address.send(listener.local_addr()?);
    loop {
        let (client, _) = listener.accept().await?;
        // Either side drops its connections as it likes.
        tokio::spawn(async move { relay(client, server, line).await.ok() });
    }
}

async fn relay(client: TcpStream, server: SocketAddr, line: Line) -> io::Result<()> {
    let server = small_socket()?.connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // One end closes both, as a cut line does.
    tokio::select! {
        result = pass(from_client, to_server, line) => result,
        result = pass(from_server, to_client, line) => result,
    }
}

/// One direction.
async fn pass(from: OwnedReadHalf, to: OwnedWriteHalf, line: Line) -> io::Result<()> {
    let bytes_per_second = f64::from(line.bits_per_second) / 8.0;
    let piece = (bytes_per_second * PIECE.as_secs_f64()) as usize;
    let mut buffer = vec![0; piece.clamp(MIN_PIECE, MAX_PIECE)];
    // As many pieces as are under way at once, so that the delay costs no rate.
    let under_way = 2 + 2 * line.delay.div_duration_f32(PIECE) as usize;
    let (queue, pieces) = mpsc::channel(under_way);
    let delivering = tokio::spawn(deliver(pieces, to));
    let mut free_at = Instant::now();
    loop {
        let n = match from.try_read(&mut buffer) {
            Ok(n) => {
                // There was something all the time: what was slept too long is caught up with.
                let now = Instant::now();
                free_at = free_at.max(now.checked_sub(MAX_DEBT).unwrap_or(now));
                n
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                from.readable().await?;
                // The line was idle, and does not save that up.
                free_at = free_at.max(Instant::now());
                continue;
            }
            Err(error) => return Err(error),
        };
        if n == 0 {
            break;
        }
        free_at += Duration::from_secs_f64(n as f64 / bytes_per_second);
        sleep_until(free_at).await;
        if queue
            .send((free_at + line.delay, buffer[..n].to_vec()))
            .await
            .is_err()
        {
            break;
        }
    }
    drop(queue);
    delivering.await?
}

async fn deliver(
    mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut to: OwnedWriteHalf,
) -> io::Result<()> {
    while let Some((at, piece)) = pieces.recv().await {
        sleep_until(at).await;
        to.write_all(&piece).await?;
    }
    to.shutdown().await
}
