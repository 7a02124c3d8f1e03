//! The server's processes.

use std::{
    env,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
};

use tredici_test::Pki;

use crate::{Outcome, order::Order, policy::Groups};

/// One for each choice of group. Both show the same certificate.
pub(crate) struct Servers {
    elliptic: Server,
    hybrid: Server,
}

/// A process; it ends when this is dropped.
struct Server {
    process: Child,
    address: SocketAddr,
}

/// What a server shows, and what a client has to trust, in PEM.
pub(crate) struct Certificates {
    pub(crate) chain: String,
    pub(crate) key: String,
    pub(crate) ca: String,
}

impl Servers {
    pub(crate) fn start() -> Outcome<Self> {
        Ok(Self { elliptic: Server::start(Groups::Elliptic)?, hybrid: Server::start(Groups::Hybrid)? })
    }

    pub(crate) fn address(&self, groups: Groups) -> SocketAddr {
        match groups {
            Groups::Elliptic => self.elliptic.address,
            Groups::Hybrid => self.hybrid.address,
        }
    }
}

impl Certificates {
    pub(crate) fn get() -> Self {
        let pki = Pki::shared();
        let localhost = pki.localhost();
        Self { chain: localhost.chain_pem(), key: localhost.key_pem(), ca: pki.root().pem() }
    }
}

impl Server {
    fn start(groups: Groups) -> Outcome<Self> {
        let Certificates { chain, key, .. } = Certificates::get();
        let order = Order::Serve { chain, key, groups };
        let mut command = order.command(&env::current_exe()?, &[])?;
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("the server has no output")?).read_line(&mut line)?;
        Ok(Self { process, address: line.trim().parse()? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // With its input closed it ends by itself.
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
    }
}
