//! Those who are not written in Rust: Node, undici and Bun.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::tools;
use crate::{
    Outcome,
    connecting::{Errand, Peer},
    order::Order,
};

pub(super) struct Scripts {
    /// Where the packages are.
    pub(super) tools: PathBuf,
    /// Who takes part, in which version.
    versions: Vec<(Peer, String)>,
    /// Who cannot take part, and why.
    absent: Vec<(Peer, String)>,
}

const BUN: &str = "1.4.5";

impl Scripts {
    /// Fetches what is missing. Who cannot be had is absent.
    pub(super) fn find() -> Outcome<Self> {
        let tools = tools::directory()?;
        let mut all = Self { tools, versions: Vec::new(), absent: Vec::new() };
        let found = [(Peer::Node, all.node()), (Peer::Undici, all.undici()), (Peer::Bun, all.bun())];
        for (peer, version) in found {
            match version {
                Ok(version) => all.versions.push((peer, version)),
                Err(error) => all.absent.push((peer, error.to_string())),
            }
        }
        Ok(all)
    }

    fn node(&self) -> Outcome<String> {
        let version = tools::version(Command::new("node").arg("--version"));
        version
            .map(|version| version.trim_start_matches('v').to_owned())
            .ok_or_else(|| "node is not here".into())
    }

    fn undici(&self) -> Outcome<String> {
        let node = self.node()?;
        let major: u32 = node.split('.').next().unwrap_or_default().parse()?;
        // The newest that this Node can run.
        tools::npm(&self.tools, "undici", if major >= 23 { "8" } else { "7" })?;
        let package = format!("{}/undici/node_modules/undici/package.json", self.tools.display());
        let mut node = Command::new("node");
        tools::version(node.arg("-p").arg(format!("require('{package}').version")))
            .ok_or_else(|| "undici cannot be loaded".into())
    }

    fn bun(&self) -> Outcome<String> {
        tools::npm(&self.tools, "bun", BUN)?;
        tools::version(Command::new(self.bun_program()).arg("--version"))
            .ok_or_else(|| "bun cannot be run".into())
    }

    fn bun_program(&self) -> PathBuf {
        self.tools.join("bun/node_modules/.bin/bun")
    }

    pub(super) fn versions(&self) -> &[(Peer, String)] {
        &self.versions
    }

    pub(super) fn absent(&self) -> &[(Peer, String)] {
        &self.absent
    }

    pub(super) fn have(&self, peer: Peer) -> bool {
        self.absent.iter().all(|(absent, _)| *absent != peer)
    }

    /// The order for a client, in whichever language it is written.
    pub(super) fn order(&self, peer: Peer, errand: Errand) -> Outcome<Order> {
        let (program, script) = match peer {
            Peer::Node => (PathBuf::from("node"), "node.mjs"),
            Peer::Undici => (PathBuf::from("node"), "undici.mjs"),
            Peer::Bun => (self.bun_program(), "bun.mjs"),
            _ => return Ok(Order::Connect { peer, errand }),
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("js").join(script);
        let script = script.to_str().ok_or("the path of this program's sources is not text")?;
        let arguments = vec![script.to_owned(), serde_json::to_string(&errand)?];
        Ok(Order::Become { program, arguments })
    }
}
