//! The one server: nginx, on loopback ports and a Unix socket.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::{
    net::UnixStream,
    time::{sleep, timeout},
};
use tredici_test::Pki;

use crate::{
    Outcome,
    connecting::{Case, Errand, Kind},
    cores,
    policy::HOSTNAME,
};

/// How many of loopback's addresses it listens on: each turn has another, so that no one's ports are in the way of the next.
const ADDRESSES: u8 = 64;
/// How long it has to come up.
const PATIENCE: Duration = Duration::from_secs(10);
const REQUEST: &str = "GET / HTTP/1.0\r\n\r\n";

pub(crate) struct Nginx {
    process: Child,
    files: TempDir,
    tls: u16,
    tcp: u16,
}

impl Nginx {
    /// On Debian it lies where only the superuser looks.
    pub(crate) fn program() -> &'static str {
        let system = "/usr/sbin/nginx";
        if Path::new(system).exists() { system } else { "nginx" }
    }

    pub(crate) fn start() -> Outcome<Self> {
        let files = tempfile::tempdir()?;
        let localhost = Pki::shared().localhost();
        fs::write(files.path().join("chain.pem"), localhost.chain_pem())?;
        fs::write(files.path().join("key.pem"), localhost.key_pem())?;
        let (tls, tcp) = free_ports()?;
        let configuration = files.path().join("nginx.conf");
        fs::write(&configuration, configure(files.path(), tls, tcp)?)?;
        let process = Command::new(Self::program())
            .arg("-p")
            .arg(files.path())
            .arg("-c")
            .arg(&configuration)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .spawn()?;
        let mut nginx = Self { process, files, tls, tcp };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { timeout(PATIENCE, nginx.wait_until_it_listens()).await? })?;
        Ok(nginx)
    }

    async fn wait_until_it_listens(&mut self) -> Outcome<()> {
        while UnixStream::connect(self.path()).await.is_err() {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("nginx does not start: {status}").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.files.path().join("socket")
    }

    /// What the client of this turn has to do.
    pub(crate) fn errand(
        &self,
        case: Case,
        turn: usize,
        (warm_up, amount): (u64, u64),
        tools: &Path,
    ) -> Errand {
        Errand {
            kind: case.kind,
            warm_up,
            amount,
            at_once: case.at_once,
            address: address(u8::try_from(turn % usize::from(ADDRESSES)).unwrap_or_default()),
            port: if case.kind == Kind::Tcp { self.tcp } else { self.tls },
            path: self.path(),
            ca: Pki::shared().root().pem(),
            servername: HOSTNAME.to_owned(),
            request: REQUEST.to_owned(),
            tools: tools.to_owned(),
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It takes its workers along, which a kill would leave behind.
        if let Ok(pid) = i32::try_from(self.process.id()) {
            let _ended = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _status = self.process.wait();
    }
}

fn address(number: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, 1 + number).into()
}

/// Two that nobody has; nginx would not tell which ones the system chose.
fn free_ports() -> Outcome<(u16, u16)> {
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    Ok((listeners[0].local_addr()?.port(), listeners[1].local_addr()?.port()))
}

fn configure(directory: &Path, tls: u16, tcp: u16) -> Outcome<String> {
    let directory = directory.display();
    let cores = cores::of_servers()?;
    let masks: Vec<_> = cores.iter().map(|&core| format!("1{}", "0".repeat(core))).collect();
    let affinity =
        if masks.is_empty() { String::new() } else { format!("worker_cpu_affinity {};", masks.join(" ")) };
    let listen = |port: u16, kind: &str| -> String {
        (0..ADDRESSES)
            .map(|number| format!("listen {}:{port} {kind} backlog=4096;\n", address(number)))
            .collect()
    };
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String =
        kinds.iter().map(|kind| format!("{kind}_temp_path {directory}/{kind};\n")).collect();
    Ok(format!(
        "daemon off;
        worker_processes {workers};
        {affinity}
        pid {directory}/pid;
        error_log {directory}/errors error;
        events {{ worker_connections 4096; }}
        http {{
            access_log off;
            {temporary}
            keepalive_timeout 0;
            server {{
                {secure}
                ssl_certificate {directory}/chain.pem;
                ssl_certificate_key {directory}/key.pem;
                ssl_protocols TLSv1.3;
                ssl_ecdh_curve X25519;
                return 204;
            }}
            server {{
                {plain}
                listen unix:{directory}/socket backlog=4096;
                return 204;
            }}
        }}",
        workers = masks.len().max(1),
        secure = listen(tls, "ssl"),
        plain = listen(tcp, ""),
    ))
}
