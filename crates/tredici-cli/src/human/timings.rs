//! How long each phase took, as bars on one axis.

use std::time::Duration;

use tredici::Timings;

use super::page::{BAR, Page, VALUE};

/// How wide a duration is, and the longest bar behind it.
const NUMBER: usize = 10;
const WIDTH: usize = VALUE - NUMBER - 2;

/// A row for each phase that was entered. `scale` is what the whole width stands for.
pub(super) fn rows(page: &mut Page, timings: &Timings, scale: Duration) {
    let phases = [
        ("lookup", timings.lookup, "the name became addresses"),
        ("connect", timings.connect, "an address answered"),
        ("secureConnect", timings.secure_connect, "the handshake, verified in it"),
    ];
    let mut start = Duration::ZERO;
    for (label, phase, remark) in phases {
        if let Some(phase) = phase {
            row(page, label, phase, &bar(start, phase, scale), remark);
            start += phase;
        }
    }
    row(page, "total", timings.total, "", "");
}

fn row(page: &mut Page, label: &str, phase: Duration, bar: &str, remark: &str) {
    let number = format!("{:>NUMBER$}", duration(phase));
    match bar {
        "" => page.row(label, &number),
        bar => {
            let gap = WIDTH.saturating_sub(bar.chars().count());
            page.styled(label, &format!("{number}  {BAR}{bar}{BAR:#}"), gap, remark);
        }
    }
}

/// At least one mark, at the place where the phase began.
fn bar(start: Duration, phase: Duration, scale: Duration) -> String {
    let share = |time: Duration| time.as_secs_f64() / scale.as_secs_f64().max(1e-9);
    let column = |time: Duration| (share(time) * WIDTH as f64).round() as usize;
    let from = column(start).min(WIDTH - 1);
    let to = column(start + phase).clamp(from + 1, WIDTH);
    format!("{}{}", " ".repeat(from), "━".repeat(to - from))
}

/// In milliseconds, or seconds where there are many.
pub(super) fn duration(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.2} ms", seconds * 1000.0),
        seconds => format!("{seconds:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_each_other_and_stay_on_the_axis() {
        let ms = Duration::from_millis;
        assert_eq!(bar(ms(0), ms(10), ms(40)), "━".repeat(5));
        assert_eq!(bar(ms(10), ms(30), ms(40)), format!("{}{}", " ".repeat(5), "━".repeat(15)));
        assert_eq!(bar(ms(0), ms(0), ms(30)), "━");
        assert_eq!(bar(ms(60), ms(60), ms(30)).chars().count(), WIDTH);
        assert_eq!(bar(ms(0), ms(0), ms(0)), "━");
    }
}
