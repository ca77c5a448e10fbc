//! Waiting for conditions. A deadline here is only a guard against waiting for
//! ever: it is generous, and passing it is a failure.

use std::time::Duration;

/// How long anything may take before a test gives up on it.
pub const GUARD: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits for `future`.
pub async fn guarded<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(GUARD, future)
        .await
        .unwrap_or_else(|_| panic!("gave up after {GUARD:?} waiting for {what}"))
}

/// Asks `condition` again and again until it holds.
pub async fn until(what: &str, condition: impl AsyncFnMut() -> bool) {
    until_within(GUARD, what, condition).await;
}

/// Like [`until`], with a deadline that is itself the promise under test.
pub async fn until_within(limit: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let polling = async {
        while !condition().await {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    assert!(
        tokio::time::timeout(limit, polling).await.is_ok(),
        "gave up after {limit:?} waiting for {what}"
    );
}
