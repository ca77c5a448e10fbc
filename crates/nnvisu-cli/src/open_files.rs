//! Room for one connection per session.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process have as many files and sockets open as the system allows it. Many systems
/// start programs with a limit of 1,024, for the sake of old ones that cannot count further.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::info!(%error, "no room for further open files");
    }
}
