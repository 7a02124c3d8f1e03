//! This program, and its sibling on the system's OpenSSL.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Outcome,
    contender::Name,
    measure::Figures,
    order::{Order, ask},
};

pub(crate) struct Programs {
    own: PathBuf,
    system: Option<PathBuf>,
}

impl Programs {
    /// Builds the sibling where it is wanted: features unify within one build, and a program links one OpenSSL.
    pub(crate) fn find(with_system: bool) -> Outcome<Self> {
        Ok(Self { own: env::current_exe()?, system: with_system.then(build_sibling).transpose()? })
    }

    /// Whether this contender can take part.
    pub(crate) fn have(&self, name: Name) -> bool {
        name != Name::TokioOpensslSystem || self.system.is_some()
    }

    /// Has a process of the right program carry it out, perhaps with another that watches it, and reads its figures.
    pub(crate) fn carry_out(&self, order: &Order, watcher: &[&str]) -> Outcome<Figures> {
        let program = match order {
            Order::Work { name: Name::TokioOpensslSystem, .. } => self.system()?,
            _ => &self.own,
        };
        Ok(serde_json::from_slice(&ask(order.command(program, watcher)?)?)?)
    }

    /// What the sibling calls its OpenSSL.
    pub(crate) fn system_version(&self) -> Outcome<Option<String>> {
        let Some(system) = &self.system else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&ask(Order::Describe.command(system, &[])?)?)?))
    }

    fn system(&self) -> Outcome<&Path> {
        self.system.as_deref().ok_or_else(|| "the client on the system's OpenSSL was not built".into())
    }
}

fn build_sibling() -> Outcome<PathBuf> {
    const NAME: &str = "client-on-system-openssl";
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    // Beside what cargo has made of this program, target/release/deps/side-by-side-…
    let own = env::current_exe()?;
    let target = own.ancestors().nth(3).ok_or("this program has no place")?.join("system-openssl");
    let mut cargo = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(["build", "--release", "--locked", "--quiet", "--no-default-features"]);
    cargo.args(["--features", "system-openssl", "--bin", NAME]);
    cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(&target);
    match cargo.status()? {
        status if status.success() => Ok(target.join("release").join(NAME)),
        status => Err(format!("the client on the system's OpenSSL cannot be built: {status}").into()),
    }
}
