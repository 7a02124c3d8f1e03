//! Where the secrets of connections go: to the caller's function, to a file, or to both.

use std::{fs::File, io::Write, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    error::{Error, system_code},
    options::{KeyLog, Values},
};

/// Readable by its owner alone.
const SECRET: u32 = 0o600;

pub(super) fn open(values: &Values) -> Result<Option<KeyLog>, Error> {
    let to_file = values.keylog_file.as_deref().map(appending).transpose()?;
    Ok(match (values.keylog.clone(), to_file) {
        (Some(function), Some(file)) => Some(both(function, file)),
        (one, other) => one.or(other),
    })
}

fn both(one: KeyLog, other: KeyLog) -> KeyLog {
    KeyLog(Arc::new(move |line| {
        (other.0)(line);
        (one.0)(line);
    }))
}

fn appending(path: &Path) -> Result<KeyLog, Error> {
    let shown = path.display().to_string();
    let file = File::options().create(true).append(true).mode(SECRET).open(path).map_err(|error| {
        let message = format!("options.keylogFile: {shown} cannot be opened: {error}");
        Error::invalid(system_code(&error), message).with_source(error)
    })?;
    Ok(KeyLog(Arc::new(move |line| {
        // In one write, so that connections and processes can share the file.
        let line = Zeroizing::new(format!("{line}\n"));
        if let Err(error) = (&file).write_all(line.as_bytes()) {
            tracing::warn!(target: "tredici::keylog", file = %shown, %error, "a line is lost");
        }
    })))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, sync::Mutex};

    use super::*;
    use crate::options::ConnectOptions;

    fn open(options: &ConnectOptions) -> Result<KeyLog, Error> {
        super::open(options.values()).map(|keylog| keylog.expect("a key log"))
    }

    #[test]
    fn lines_are_appended_to_a_file_that_is_its_owners_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keys");
        let options = ConnectOptions::new().danger().keylog_file(&path);
        let (one, other) = (open(&options).expect("opened"), open(&options).expect("opened again"));
        assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, SECRET);
        (one.0)("a b c");
        (other.0)("d e f");
        (one.0)("g h i");
        assert_eq!(fs::read_to_string(&path).expect("text"), "a b c\nd e f\ng h i\n");
    }

    #[test]
    fn a_function_and_a_file_are_told_both() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keys");
        let heard = Arc::new(Mutex::new(String::new()));
        let ear = heard.clone();
        let function = move |line: &str| ear.lock().expect("an ear").push_str(line);
        let keylog = open(&ConnectOptions::new().danger().keylog_file(&path).danger().keylog(function));
        (keylog.expect("opened").0)("a b c");
        assert_eq!(*heard.lock().expect("an ear"), "a b c");
        assert_eq!(fs::read_to_string(&path).expect("text"), "a b c\n");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("none").join("keys");
        let error = open(&ConnectOptions::new().danger().keylog_file(&path)).expect_err("it cannot be made");
        assert_eq!((error.code(), error.phase().as_str()), ("ENOENT", "options"));
        assert!(error.message().contains("keylogFile") && error.message().contains("none/keys"), "{error}");
        assert!(super::open(ConnectOptions::new().values()).expect("nothing to open").is_none());
    }
}
