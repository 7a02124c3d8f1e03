//! How long the connections of a series took, and which of them stands out.

use std::time::Duration;

use crate::{outcome::Journey, waterfall::Waterfall};

/// What is left of them: of the slowest alone where its time went.
#[derive(Default)]
pub(super) struct Spread {
    count: u32,
    sum: Duration,
    fastest: Duration,
    slowest: Slowest,
}

#[derive(Default)]
pub(super) struct Slowest {
    /// Which of the series.
    pub(super) index: usize,
    pub(super) total: Duration,
    pub(super) waterfall: Waterfall,
}

/// What connections differ by on a machine that is busy.
const NOISE: Duration = Duration::from_millis(10);

impl Spread {
    pub(super) fn add(&mut self, index: usize, journey: &Journey) {
        let total = journey.timings.total;
        let is_first = self.count == 0;
        if is_first || total < self.fastest {
            self.fastest = total;
        }
        if is_first || total > self.slowest.total {
            self.slowest = Slowest { index, total, waterfall: journey.waterfall.clone() };
        }
        self.count = self.count.saturating_add(1);
        self.sum += total;
    }

    /// From the fastest to the slowest, where there are any.
    pub(super) fn range(&self) -> Option<(Duration, Duration)> {
        (self.count > 0).then_some((self.fastest, self.slowest.total))
    }

    /// The slowest, where it clearly took longer than the others did on average, which is the second.
    pub(super) fn outlier(&self) -> Option<(&Slowest, Duration)> {
        let Self { count, sum, slowest, .. } = self;
        let average = (*sum - slowest.total).checked_div(count.checked_sub(1)?)?;
        let excess = slowest.total.saturating_sub(average);
        (excess > average.max(NOISE)).then_some((slowest, average))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_the_others_stands_out() {
        for (times, outlier) in [
            (&[5, 5, 700, 6, 5, 701][..], Some((5, 144))),
            (&[5, 700], Some((1, 5))),
            (&[700, 5, 300], Some((0, 152))),
            (&[5, 6, 9, 14], None),
            (&[100, 110, 190], None),
            (&[700], None),
            (&[], None),
        ] {
            let mut spread = Spread::default();
            for (index, &milliseconds) in times.iter().enumerate() {
                let mut journey = Journey::default();
                journey.timings.total = Duration::from_millis(milliseconds);
                spread.add(index, &journey);
            }
            let found = spread.outlier().map(|(slowest, average)| (slowest.index, average.as_millis()));
            assert_eq!(found, outlier, "{times:?}");
            let range = times.iter().min().zip(times.iter().max());
            assert_eq!(
                spread.range(),
                range.map(|(&min, &max)| { (Duration::from_millis(min), Duration::from_millis(max)) })
            );
        }
    }
}
