//! How many: a whole number from 1.

use std::num::NonZeroUsize;

pub(crate) fn read(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "write a whole number, 1 or more".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_parts_of_one_are_refused() {
        assert_eq!(read("12").map(NonZeroUsize::get), Ok(12));
        for text in ["0", "-1", "1.5", "", "two", "99999999999999999999999"] {
            assert_eq!(read(text), Err("write a whole number, 1 or more".to_owned()), "{text}");
        }
    }
}
