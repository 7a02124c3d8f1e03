//! What no other engine has, a row of the table to a file.

mod session_files;

use super::suite::command;
