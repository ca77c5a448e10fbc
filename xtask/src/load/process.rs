//! What Linux knows of another process. Elsewhere nothing is known, and reports leave it out.

use std::time::Duration;

/// What a process uses at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usage {
    /// Memory that it has in use, in KiB: all of it, and with shared pages split among those who
    /// share them.
    pub(super) rss_kib: f64,
    pub(super) pss_kib: f64,
    pub(super) threads: usize,
    /// Open files, sockets among them.
    pub(super) descriptors: usize,
    /// Processor time used so far.
    pub(super) processor: Duration,
}

/// What process `pid` uses now; `None` if that cannot be seen.
pub(super) fn usage(pid: u32) -> Option<Usage> {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok();
    let memory = read("smaps_rollup")?;
    let (threads, processor) = threads_and_time(&read("stat")?)?;
    Some(Usage {
        rss_kib: kib(&memory, "Rss:")?,
        pss_kib: kib(&memory, "Pss:")?,
        threads,
        descriptors: std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count(),
        processor,
    })
}

/// The number in a line such as `Rss:  1234 kB`.
fn kib(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// From `/proc/<pid>/stat`; see `proc_pid_stat(5)`.
fn threads_and_time(stat: &str) -> Option<(usize, Duration)> {
    /// The unit of times there, the same on all platforms that Rust's standard library has.
    const TICK: Duration = Duration::from_millis(10);
    // The second field is the program's name in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u32>().ok();
    let ticks = number(14)? + number(15)?;
    Some((number(20)? as usize, TICK * ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_linux_writes() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 9 0 0 0 150 50 0 0 25 5 3 0 100 200 300";
        assert_eq!(threads_and_time(stat), Some((3, Duration::from_secs(2))));
        let memory = "55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:   9876 kB\nPss:  1234 kB\n";
        assert_eq!(kib(memory, "Pss:"), Some(1234.0));
        assert_eq!(kib(memory, "Swap:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn knows_this_process() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.threads >= 1 && usage.descriptors >= 3 && usage.rss_kib > 100.0);
    }
}
