//! Programs that may be there or not, and packages that are fetched.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::unistd::Uid;

use crate::Outcome;

/// What a program says of its version, if it is there: the last word of the first line.
pub(super) fn version(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    // nginx says it where others complain.
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let said = String::from_utf8_lossy(&said).into_owned();
    let words = said.lines().next()?.split_whitespace();
    words.map(|word| word.trim_start_matches("nginx/")).find(|word| word.contains('.')).map(str::to_owned)
}

/// Beside what cargo has made of this program, target/release/deps/side-by-side-…
pub(super) fn directory() -> Outcome<PathBuf> {
    let own = env::current_exe()?;
    Ok(own.ancestors().nth(3).ok_or("this program has no place")?.join("tools"))
}

/// Has npm fetch a package into a directory of its own, unless it is there: to one that it finds beside another and in no
/// list of packages, it puts an end.
pub(super) fn npm(directory: &Path, package: &str, version: &str) -> Outcome<()> {
    let directory = directory.join(package);
    if directory.join("node_modules").join(package).exists() {
        return Ok(());
    }
    let installed = Command::new("npm")
        .args([
            "install",
            "--silent",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--fetch-retries=1",
            "--prefix",
        ])
        .arg(&directory)
        .arg(format!("{package}@{version}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm cannot be started: {error}"))?;
    if installed.success() { Ok(()) } else { Err(format!("npm cannot fetch {package}: {installed}").into()) }
}

/// strace, from Debian's packages where it is missing and may be installed.
pub(super) fn strace() -> bool {
    let mut strace = Command::new("strace");
    let is_there = |strace: &mut Command| version(strace.args(["-V"])).is_some();
    if is_there(&mut strace) {
        return true;
    }
    if !Uid::effective().is_root() {
        return false;
    }
    let mut install = Command::new("apt-get");
    install.args(["install", "-q", "-y", "--no-install-recommends", "strace"]);
    let _installed = install.stdin(Stdio::null()).stdout(Stdio::null()).status();
    is_there(&mut strace)
}
