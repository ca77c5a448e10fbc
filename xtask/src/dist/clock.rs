//! The one time that a release knows: that of its sources, so that the same sources give the same
//! bytes whenever they are packed.

use anyhow::{Context, Result, ensure};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::command::command;

/// Zip files know nothing earlier: 1980-01-01.
const EARLIEST: u64 = 315_532_800;

/// When the sources were last changed, in seconds since 1970: `SOURCE_DATE_EPOCH` if it is set
/// (<https://reproducible-builds.org/specs/source-date-epoch/>), else the time of the commit.
pub(super) fn time_of_sources() -> Result<u64> {
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") {
        let text = text.to_string_lossy();
        let seconds = text.parse::<u64>().ok().filter(|&time| time >= EARLIEST);
        return seconds.with_context(|| {
            format!("SOURCE_DATE_EPOCH is a number of seconds, at least {EARLIEST}, not `{text}`")
        });
    }
    let output = command("git", &["log", "-1", "--format=%ct"])
        .output()
        .context("could not start git to learn when the sources were changed")?;
    ensure!(
        output.status.success(),
        "git does not know when the sources were changed: {}. Outside of a clone, set \
         SOURCE_DATE_EPOCH",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let seconds: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(seconds.max(EARLIEST))
}

/// Such as `2026-01-31T12:00:00Z`.
pub(super) fn iso(time: u64) -> Result<String> {
    Ok(utc(time)?.format(&Rfc3339)?)
}

/// Such as `Sat, 31 Jan 2026 12:00:00 +0000`.
pub(super) fn as_in_mail(time: u64) -> Result<String> {
    Ok(utc(time)?.format(&Rfc2822)?)
}

fn utc(time: u64) -> Result<OffsetDateTime> {
    Ok(OffsetDateTime::from_unix_timestamp(time.try_into()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_others_read_them() {
        assert_eq!(iso(1_769_860_800).unwrap(), "2026-01-31T12:00:00Z");
        assert_eq!(
            as_in_mail(1_769_860_800).unwrap(),
            "Sat, 31 Jan 2026 12:00:00 +0000"
        );
    }
}
