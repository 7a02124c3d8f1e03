//! Connecting alone, to nginx: everybody connects, has the server verified where there is TLS, and says goodbye.

mod by_hand;
mod case;
mod client;
mod hyper;
mod laps;
mod peer;
mod tredici;

pub(crate) use self::{
    case::{Case, Kind},
    client::carry_out,
    laps::Tally,
    peer::Peer,
};

use std::{net::IpAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

/// What a client is told, in whichever language it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Errand {
    pub(crate) kind: Kind,
    /// How many connections are made before the measurement begins, and while it lasts.
    pub(crate) warm_up: u64,
    pub(crate) amount: u64,
    /// How many are under way at a time.
    pub(crate) at_once: u64,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// The Unix socket.
    pub(crate) path: PathBuf,
    /// The one root that is trusted, in PEM.
    pub(crate) ca: String,
    /// The name that is verified; it is not looked up.
    pub(crate) servername: String,
    /// What is sent where the tickets are waited for: they come with the answer, behind which the server ends.
    pub(crate) request: String,
    /// Where the packages of npm are.
    pub(crate) tools: PathBuf,
}
