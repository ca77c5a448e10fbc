//! How numbers are written for people, and lines of JSON for programs.

/// A loss in four significant digits.
pub(crate) fn loss(loss: f64) -> String {
    if !loss.is_finite() {
        "infinite".to_owned()
    } else if loss == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e6).contains(&loss) {
        format!("{loss:.3e}")
    } else {
        let digits = 3 - loss.log10().floor().min(3.0) as i32;
        format!("{loss:.*}", digits as usize)
    }
}

/// A share as a percentage; 100 % means all, and 0 % none.
pub(crate) fn percent(share: f64) -> String {
    let tenths = share * 1_000.0;
    let rounded = match tenths.round() {
        1_000.0 if share < 1.0 => 999.0,
        0.0 if share > 0.0 => 1.0,
        rounded => rounded,
    };
    format!("{:.1} %", rounded / 10.0)
}

/// A whole number with its thousands set apart.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 point`, `2 points`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(n as u64))
}

/// [`counted`] with a plural of its own.
pub(crate) fn counted_as(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n as u64), if n == 1 { one } else { many })
}

/// A number of steps a second in three digits.
pub(crate) fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 999_500.0 => format!("{:.2} M steps/s", rate / 1e6),
        rate if rate >= 9_995.0 => format!("{:.0} k steps/s", rate / 1e3),
        rate if rate >= 99.5 => format!("{rate:.0} steps/s"),
        rate => format!("{rate:.1} steps/s"),
    }
}

/// A length of time.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds < 0.000_999_5 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.9995 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 99.95 {
        format!("{seconds:.1} s")
    } else {
        let whole = seconds.round() as u64;
        match whole / 3_600 {
            0 => format!("{} min {} s", whole / 60, whole % 60),
            hours => format!("{hours} h {} min", whole / 60 % 60),
        }
    }
}

/// A value as one line of JSON, numbers in their shortest form; what is not finite becomes null.
///
/// # Panics
///
/// If the value's own serialization fails, which those of plain fields cannot.
pub(crate) fn json_line(value: &impl serde::Serialize) -> String {
    let mut line = serde_json::to_string(value).expect("plain fields become JSON");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_honest() {
        for (number, text) in [
            (0.0, "0"),
            (0.000_012_34, "1.234e-5"),
            (0.000_123_4, "0.0001234"),
            (0.012_341, "0.01234"),
            (0.543_21, "0.5432"),
            (1.5, "1.500"),
            (12_345.6, "12346"),
            (1.234_56e24, "1.235e24"),
            (f64::INFINITY, "infinite"),
        ] {
            assert_eq!(loss(number), text);
        }
        for (share, text) in [
            (1.0, "100.0 %"),
            (0.9999, "99.9 %"),
            (0.985, "98.5 %"),
            (0.0, "0.0 %"),
            (0.0001, "0.1 %"),
        ] {
            assert_eq!(percent(share), text);
        }
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!(counted(1, "point"), "1 point");
        assert_eq!(counted(2_000, "point"), "2,000 points");
        for (per_second, text) in [
            (4.26, "4.3 steps/s"),
            (1_234.5, "1234 steps/s"),
            (56_789.0, "57 k steps/s"),
            (1_234_567.0, "1.23 M steps/s"),
        ] {
            assert_eq!(rate(per_second), text);
        }
        for (time, text) in [
            (0.000_42, "420 µs"),
            (0.0123, "12 ms"),
            (1.26, "1.3 s"),
            (125.0, "2 min 5 s"),
            (7_260.0, "2 h 1 min"),
        ] {
            assert_eq!(seconds(time), text);
        }
    }
}
