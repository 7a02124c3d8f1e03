//! `--keylog FILE`: what a tool like Wireshark needs to read a capture.

use std::{fs::File, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use tredici::Error;

use crate::file;

/// Opens the file and returns what appends a line of the NSS key log format to it.
pub(crate) fn appending(path: &Path) -> Result<impl Fn(&str) + Send + Sync + use<>, Error> {
    let file = File::options().create(true).append(true).mode(file::SECRET).open(path);
    let file = file.map_err(|error| file::refused(path, error))?;
    let name = path.display().to_string();
    Ok(move |line: &str| {
        // In one write, so that processes can share the file.
        if let Err(error) = (&file).write_all(format!("{line}\n").as_bytes()) {
            let _told = writeln!(std::io::stderr(), "error: {name}: {error}");
        }
    })
}
