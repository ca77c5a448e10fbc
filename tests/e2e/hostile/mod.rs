//! A hundred thousand messages that no client should send, to the program as it is, while
//! another client trains on the same server undisturbed.

mod attacker;
mod bystander;
mod endpoints;
mod malformed_messages;
mod protocol_violations;
mod slow_readers;
mod wire;

use nnvisu_tests::client::Client;
use nnvisu_tests::server::{Server, report};
use nnvisu_tests::wait::until;
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;
use tokio::task::JoinSet;

use attacker::MESSAGES_PER_ROUND;
use bystander::Bystander;

type Rng = Xoshiro256PlusPlus;

/// Change it to meet other messages; failures name the round, not the message.
const SEED: u64 = 20_261_120;
const N_MESSAGES: usize = 100_000;
const N_ATTACKERS: usize = 20;
const ROUNDS_EACH: usize = N_MESSAGES / N_ATTACKERS / MESSAGES_PER_ROUND;

/// So that what is too large is not large, and nobody has to wait for turns.
const MAX_MESSAGE_BYTES: usize = 128 * 1024;
const OPTIONS: [&str; 4] = [
    "--max-message-bytes=131072",
    "--max-points=200",
    "--max-messages-per-second=0",
    "--max-sessions-per-address=1000",
];

/// What one server may need for twenty clients at their worst: each can make it hold a few
/// messages, and has a thread.
const MAX_PEAK_KIB: u64 = 64 * 1024;
/// What the allocator keeps for itself varies from run to run, by a few MiB as a rule. A message of
/// this attack has some 600 bytes on average: if they were kept, it would be twice as much as this.
const MAX_GROWTH_KIB: u64 = 24 * 1024;

/// All rounds of all attackers, numbered so that each can be repeated alone.
async fn attack(server: &Server, rounds: std::ops::Range<usize>) {
    let mut attackers = JoinSet::new();
    for attacker in 0..N_ATTACKERS {
        let address = server.address();
        let rounds = rounds.clone();
        attackers.spawn(async move {
            for round in rounds {
                let number = (attacker * ROUNDS_EACH + round) as u64;
                let mut rng = Rng::seed_from_u64(SEED + number);
                attacker::round(address, &mut rng, number).await;
            }
        });
    }
    while let Some(ended) = attackers.join_next().await {
        if let Err(panicked) = ended {
            std::panic::resume_unwind(panicked.into_panic());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_messages_crash_nothing_leak_nothing_and_disturb_nobody() {
    let server = Server::start_with(&OPTIONS).await;
    let bystander = Bystander::start(&server).await;
    // The first rounds make what is made once: threads of the runtime, pools, tables.
    attack(&server, 0..ROUNDS_EACH / 5).await;
    until("the sessions to end", async || {
        server.session_threads() == 1
    })
    .await;
    let (threads, descriptors) = (server.threads(), server.descriptors());
    let settled = server.resident_kib();

    attack(&server, ROUNDS_EACH / 5..ROUNDS_EACH).await;
    let run = bystander.stop().await;
    until("threads and descriptors to be given back", async || {
        server.threads() <= threads && server.descriptors() <= descriptors
    })
    .await;
    let (now, peak) = (server.resident_kib(), server.peak_kib());
    report(&format!(
        "KiB: {settled} settled, {now} after it all, {peak} at most"
    ));
    assert!(
        now <= settled + MAX_GROWTH_KIB,
        "memory grew from {settled} to {now} KiB"
    );
    assert!(peak <= MAX_PEAK_KIB, "memory was up to {peak} KiB");
    let output = server.output();
    assert!(!output.contains("panicked"), "{output}");

    run.check_against_an_undisturbed_one().await;
}

/// Else the malformed ones would only show that everything is refused.
#[tokio::test]
async fn the_requests_behind_the_malformed_ones_are_good() {
    let server = Server::start_with(&OPTIONS).await;
    let mut client = Client::v2(&server).await;
    for request in malformed_messages::good_requests() {
        client.request(request).await;
    }
    client.request(json!({"type": "stop_training"})).await;
}
