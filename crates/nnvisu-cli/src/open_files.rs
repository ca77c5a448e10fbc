//! Room for one connection per session.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// macOS takes no more than this (its `OPEN_MAX`), though it may call the maximum unlimited.
const SMALL_SYSTEM: u64 = 10_240;

/// Lets this process have as many files and sockets open as the system allows it. Many systems
/// start programs with a limit of 1,024, for the sake of old ones that cannot count further.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let mut error = None;
    for raised in worth_trying(limit) {
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => return,
            Err(refused) => error = Some(refused),
        }
    }
    if let Some(error) = error {
        tracing::info!(%error, "no room for further open files");
    }
}

/// Limits above the present one, best first.
fn worth_trying(limit: Rlimit) -> impl Iterator<Item = Rlimit> {
    // No number is no limit.
    let number = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    let small = SMALL_SYSTEM.min(number(limit.maximum));
    [limit.maximum, Some(small)]
        .into_iter()
        .filter(move |&raised| number(raised) > number(limit.current))
        .map(move |current| Rlimit {
            current,
            maximum: limit.maximum,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(current: Option<u64>, maximum: Option<u64>) -> Vec<Option<u64>> {
        worth_trying(Rlimit { current, maximum })
            .inspect(|raised| assert_eq!(raised.maximum, maximum))
            .map(|raised| raised.current)
            .collect()
    }

    #[test]
    fn what_macos_takes_is_tried_after_no_limit() {
        assert_eq!(tried(Some(256), None), [None, Some(SMALL_SYSTEM)]);
        assert_eq!(tried(Some(256), Some(500)), [Some(500), Some(500)]);
        assert_eq!(
            tried(Some(1024), Some(524_288)),
            [Some(524_288), Some(SMALL_SYSTEM)]
        );
    }

    #[test]
    fn no_limit_is_ever_lowered() {
        assert_eq!(tried(Some(20_000), None), [None]);
        assert_eq!(tried(Some(500), Some(500)), []);
        assert_eq!(tried(None, None), []);
    }

    #[test]
    fn this_system_takes_one_of_them() {
        let limit = getrlimit(Resource::Nofile);
        raise_limit();
        let raised = getrlimit(Resource::Nofile);
        assert!(raised.current.is_none() || raised.current >= limit.current);
    }
}
