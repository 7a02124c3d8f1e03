//! A file that the command writes.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};
use tredici::Error;

/// A file that appears at its path whole or not at all. It is made beforehand, so that a path that cannot be written to
/// is found out before anything else happens.
#[derive(Debug)]
pub(crate) struct PendingFile {
    flag: &'static str,
    path: PathBuf,
    /// None where the path is a pipe or a device: that is written as it is.
    temporary: Option<NamedTempFile>,
}

/// Readable by its owner alone.
pub(crate) const SECRET: u32 = 0o600;
/// Readable as the umask has it.
pub(crate) const PUBLIC: u32 = 0o666;

impl PendingFile {
    /// For the path that this flag has named.
    pub(crate) fn create(flag: &'static str, path: &Path, mode: u32) -> Result<Self, Error> {
        let is_special = path.metadata().is_ok_and(|there| !there.is_file());
        let temporary = match is_special {
            true if path.is_dir() => File::options().write(true).open(path).map(|_| None),
            true => Ok(None),
            false => temporary(path, mode).map(Some),
        };
        let temporary = temporary.map_err(|error| refused(flag, path, error))?;
        Ok(Self { flag, path: path.to_owned(), temporary })
    }

    /// Puts the file in its place, instead of one that is there.
    pub(crate) fn write(self, content: &[u8]) -> Result<(), Error> {
        let written = match self.temporary {
            None => fs::write(&self.path, content),
            Some(mut file) => file
                .write_all(content)
                .and_then(|()| file.persist(&self.path).map(drop).map_err(|error| error.error)),
        };
        written.map_err(|error| {
            let hint = format!("{} {} could not be written", self.flag, self.path.display());
            Error::from(error).with_hint(hint)
        })
    }
}

fn temporary(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let create = |path: &Path| File::options().write(true).create_new(true).mode(mode).open(path);
    Builder::new().prefix(".tredici-").make_in(directory, create)
}

/// A file that a flag names and that cannot be used.
pub(crate) fn refused(flag: &str, path: &Path, error: io::Error) -> Error {
    let message = format!("{flag} {}: {error}", path.display());
    let error = Error::from(error);
    Error::invalid(error.code().to_owned(), message).with_source(error)
}
