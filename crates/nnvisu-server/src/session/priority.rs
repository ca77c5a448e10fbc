//! Session threads run below the threads that carry messages.

/// How much nicer than the rest of the program sessions are. Enough that the threads that carry
/// messages come first on a busy machine, and little enough that training holds its ground
/// against other programs.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Puts the calling thread below those that carry messages. On Linux each thread has a priority
/// of its own; elsewhere nothing changes.
pub(super) fn lower() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "a session keeps the priority of the program");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn lowers_this_thread_alone() {
        let before = rustix::process::getpriority_process(None).unwrap();
        let lowered = std::thread::Builder::new()
            .name("lowered".to_owned())
            .spawn(|| {
                lower();
                rustix::process::getpriority_process(None).unwrap()
            })
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(lowered, NICENESS.max(before));
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), before);
    }
}
