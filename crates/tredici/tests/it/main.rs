//! The library from the outside.

mod identity;
