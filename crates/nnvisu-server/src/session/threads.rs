//! Keeps count of the session threads, so that the server can wait for their end.

use std::{
    sync::Arc,
    thread::{JoinHandle, available_parallelism},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::scheduler::FairScheduler;

/// This many turns for each processor: while one session passes its turn to the next, and where other
/// programs run, the operating system still finds one to run. More of them make commands wait.
const TURNS_PER_PROCESSOR: usize = 3;

/// The session threads of one server.
#[derive(Clone)]
pub(crate) struct SessionThreads {
    n_running: watch::Sender<usize>,
    scheduler: FairScheduler,
    /// Threads that have been told to end.
    ending: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

/// Held by a thread while it runs.
pub(super) struct Running {
    n_running: watch::Sender<usize>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.n_running.send_modify(|n| *n -= 1);
    }
}

impl SessionThreads {
    pub(crate) fn new() -> Self {
        let n_processors = available_parallelism().map_or(1, usize::from);
        Self {
            n_running: watch::Sender::new(0),
            scheduler: FairScheduler::new(TURNS_PER_PROCESSOR * n_processors),
            ending: Arc::default(),
        }
    }

    /// The scheduler that they share.
    pub(super) fn scheduler(&self) -> &FairScheduler {
        &self.scheduler
    }

    /// How many sessions there are, those included that are about to end.
    pub(crate) fn n_running(&self) -> usize {
        *self.n_running.borrow()
    }

    /// Counts one thread more until what is returned is dropped.
    pub(super) fn count(&self) -> Running {
        self.n_running.send_modify(|n| *n += 1);
        Running {
            n_running: self.n_running.clone(),
        }
    }

    /// Takes over a thread that has been told to end, without waiting for it, and joins those
    /// that have ended meanwhile.
    pub(super) fn retire(&self, thread: JoinHandle<()>) {
        let mut ending = self.ending.lock();
        ending.push(thread);
        for ended in ending.extract_if(.., |thread| thread.is_finished()) {
            join(ended);
        }
    }

    /// Waits for all threads to end, at most for `patience`; returns how many have not. All
    /// sessions must have been told to end before.
    pub(crate) async fn join_all(&self, patience: Duration) -> usize {
        let mut n_running = self.n_running.subscribe();
        let ended = tokio::time::timeout(patience, n_running.wait_for(|&n| n == 0)).await;
        if ended.is_err() {
            return self.n_running();
        }
        for thread in self.ending.lock().drain(..) {
            join(thread);
        }
        0
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a session thread ended by a panic outside its session");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spawn(threads: &SessionThreads, body: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
        let running = threads.count();
        std::thread::Builder::new()
            .name("counted".to_owned())
            .spawn(move || {
                let _running = running;
                body();
            })
            .unwrap()
    }

    #[actix_web::test]
    async fn waits_for_all_to_end() {
        let threads = SessionThreads::new();
        assert_eq!(threads.join_all(Duration::ZERO).await, 0);
        let (go, wait) = crossbeam_channel::bounded::<()>(0);
        let thread = spawn(&threads, move || {
            let _ = wait.recv();
        });
        threads.retire(thread);
        assert_eq!(threads.n_running(), 1);
        assert_eq!(threads.join_all(Duration::from_millis(1)).await, 1);
        drop(go);
        assert_eq!(threads.join_all(Duration::from_secs(60)).await, 0);
        assert_eq!(threads.n_running(), 0);
        assert!(threads.ending.lock().is_empty());
    }
}
