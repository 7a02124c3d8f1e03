//! What only OpenSSL has, a row of the table to a file: rustls says so, and says what.

mod session_files;

use super::suite::command;
