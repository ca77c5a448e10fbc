//! A client without a browser: trains on a server and writes the moving boundary as a GIF.
//!
//! `nnvisu serve`, then
//! `cargo run -p nnvisu-protocol --example remote_training -- ws://127.0.0.1:8888/ws moons.gif`

#![expect(clippy::print_stdout, reason = "it tells how training goes")]

use std::error::Error;
use std::fs::File;

use futures_util::{SinkExt as _, StreamExt as _};
use nnvisu_protocol::{
    ClassCount, Distribution, Envelope, Frame, Request, Response, SUBPROTOCOL_V2, Seed,
    StepsPerSecond, decode_frame, parse_response,
};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};

/// Number of steps after which it has seen enough.
const N_STEPS: u64 = 300;

/// Width and height of the GIF. Maps come in the size that the line has room for.
const SIDE: u16 = 192;

/// The colours of the two classes.
const BLUE: [f32; 3] = [63.0, 144.0, 218.0];
const ORANGE: [f32; 3] = [255.0, 169.0, 14.0];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let url = args.next().unwrap_or("ws://127.0.0.1:8888/ws".to_owned());
    let path = args.next().unwrap_or("moons.gif".to_owned());

    let request = ClientRequestBuilder::new(url.parse()?).with_sub_protocol(SUBPROTOCOL_V2);
    let (mut socket, _) = connect_async(request).await?;
    let requests = [
        Request::GenerateData {
            distribution: Distribution::Moons,
            num_classes: ClassCount::new(2)?,
            seed: Some(Seed::new(1)?),
        },
        // Slow enough to be watched; `None` is as fast as possible.
        Request::SetSpeed {
            steps_per_second: Some(StepsPerSecond::new(150.0)?),
        },
        Request::StartTraining,
    ];
    for (id, request) in (1..).zip(requests) {
        let envelope = Envelope {
            id: Some(id),
            request,
        };
        socket.send(Message::text(envelope.to_json())).await?;
    }

    let mut movie = Movie::create(&path)?;
    // What belongs to the network before the request is out of date once it is answered.
    let mut generation = None;
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => {
                match parse_response(&text)?.map(|message| message.response) {
                    Some(Response::State { payload }) => generation = Some(payload.generation),
                    Some(Response::Error { message, .. }) => return Err(message.into()),
                    // Not needed here, or of a newer server.
                    _ => {}
                }
            }
            Message::Binary(bytes) => {
                let frame = decode_frame(&bytes)?;
                if Some(frame.info.generation) == generation {
                    movie.add(&frame)?;
                }
                if frame.info.step >= N_STEPS {
                    break;
                }
            }
            // Pings are answered by the library.
            _ => {}
        }
    }
    socket.close(None).await?;
    println!("{} frames in {path}", movie.n_frames);
    Ok(())
}

/// A GIF that is written frame by frame.
struct Movie {
    encoder: gif::Encoder<File>,
    n_frames: usize,
}

impl Movie {
    fn create(path: &str) -> Result<Self, Box<dyn Error>> {
        // Colour i of the table is what a place looks like that is orange by i parts of 255.
        let table: Vec<u8> = (0..=255_u8)
            .flat_map(|i| {
                let share = f32::from(i) / 255.0;
                [0, 1, 2].map(|k| (BLUE[k] + (ORANGE[k] - BLUE[k]) * share) as u8)
            })
            .collect();
        let mut encoder = gif::Encoder::new(File::create(path)?, SIDE, SIDE, &table)?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        Ok(Self {
            encoder,
            n_frames: 0,
        })
    }

    fn add(&mut self, shown: &Frame<'_>) -> Result<(), Box<dyn Error>> {
        if let Some(metrics) = shown.metrics().and_then(|numbers| numbers.metrics) {
            println!("step {:>4}  loss {:.4}", shown.info.step, metrics.loss());
        }
        let map = shown.posteriors().ok_or("a frame without a map")?;
        let (width, height) = (usize::from(map.size.width), usize::from(map.size.height));
        // With two classes, the plane of the second one says it all.
        let orange = &map.planes[width * height..];
        let side = usize::from(SIDE);
        let pixel = |i: usize| {
            let (row, column) = (i / side * height / side, i % side * width / side);
            orange[row * width + column]
        };
        let mut frame = gif::Frame::from_indexed_pixels(
            SIDE,
            SIDE,
            (0..side * side).map(pixel).collect::<Vec<u8>>(),
            None,
        );
        frame.delay = 4;
        self.encoder.write_frame(&frame)?;
        self.n_frames += 1;
        Ok(())
    }
}
