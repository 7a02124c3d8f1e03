//! A TLS server made with nginx.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, is_available};
use crate::{Certificate, settle};

/// nginx in a process of its own, killed when it is dropped. It listens on a Unix socket, since it would not tell which
/// port the system chose.
///
/// It answers each request with what it knows of the connection, an object of JSON with `protocol`, `cipher`, `curve`,
/// `reused` (`r` or `.`), `alpn`, `servername`, `verify` (`SUCCESS`, `NONE` or `FAILED:` and why) and `client` (the
/// name in the client's certificate); and a request for `/x` with [`NginxServer::LARGE`] bytes, all of them `x`.
///
/// ```
/// use tredici_test::{NginxServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// if !NginxServer::is_available() {
///     return;
/// }
/// let server = NginxServer::with(Pki::shared().localhost()).directive("ssl_session_tickets off;").start().await;
/// // ... connect to localhost over server.path() ...
/// # tokio::net::UnixStream::connect(server.path()).await.unwrap();
/// # });
/// ```
#[derive(Debug)]
pub struct NginxServer {
    program: Program,
    files: TempDir,
}

/// What is told of a connection.
const VIEW: &str = r#"{"protocol":"$ssl_protocol","cipher":"$ssl_cipher","curve":"$ssl_curve","reused":"$ssl_session_reused","alpn":"$ssl_alpn_protocol","servername":"$ssl_server_name","verify":"$ssl_client_verify","client":"$ssl_client_s_dn"}"#;

impl NginxServer {
    /// How long the file at `/x` is.
    pub const LARGE: usize = 8 << 20;

    /// Whether `nginx` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_available(&nginx(), "-v")
    }

    /// A server that presents this certificate with its intermediates.
    pub fn with(certificate: &Certificate) -> NginxServerBuilder {
        let files = tempfile::tempdir().expect("a temporary directory");
        let paths = certificate.write_to(files.path());
        NginxServerBuilder { files, directives: Vec::new(), protocols: "" }
            .directive(&format!("ssl_certificate {};", paths.chain.display()))
            .directive(&format!("ssl_certificate_key {};", paths.key.display()))
    }

    /// The Unix socket that it listens on.
    pub fn path(&self) -> PathBuf {
        socket(self.files.path())
    }

    /// Waits until it has complained of this: of a handshake that failed, and why.
    pub async fn complains_of(&mut self, part: &str) {
        settle(&format!("nginx to complain of {part}"), || self.program.complaints().contains(part)).await;
    }
}

/// On Debian it lies where only the superuser looks.
fn nginx() -> String {
    let system = "/usr/sbin/nginx";
    if Path::new(system).exists() { system.to_owned() } else { "nginx".to_owned() }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("socket")
}

/// The terms of an [`NginxServer`].
#[derive(Debug)]
#[must_use = "nothing listens before `start`"]
pub struct NginxServerBuilder {
    files: TempDir,
    directives: Vec<String>,
    protocols: &'static str,
}

impl NginxServerBuilder {
    /// Adds any directive of a `server`.
    pub fn directive(mut self, directive: &str) -> Self {
        self.directives.push(directive.to_owned());
        self
    }

    /// Speaks HTTP/2 too, and prefers it.
    pub fn http2(self) -> Self {
        Self { protocols: "http2", ..self }
    }

    /// Asks for a certificate of the client that this root vouches for; without one its requests are answered all the
    /// same, so that the answer tells.
    pub fn request_certificate(self, root_pem: &str) -> Self {
        let path = self.files.path().join("ca.pem");
        fs::write(&path, root_pem).expect("a file in a temporary directory");
        self.directive(&format!("ssl_client_certificate {};", path.display()))
            .directive("ssl_verify_client optional; ssl_verify_depth 4;")
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    /// Where nginx refuses a directive, with what it says about it.
    pub async fn start(self) -> NginxServer {
        let directory = self.files.path();
        fs::write(directory.join("x"), vec![b'x'; NginxServer::LARGE])
            .expect("a file in a temporary directory");
        let configuration = directory.join("nginx.conf");
        fs::write(&configuration, self.configuration()).expect("a file in a temporary directory");
        let mut command = Command::new(nginx());
        let mut program = Program::start(
            command.arg("-p").arg(directory).arg("-c").arg(&configuration).args(["-e", "stderr"]),
        );
        let path = socket(directory);
        settle("nginx to listen", || {
            assert!(program.is_running(), "nginx does not start: {}", program.complaints());
            std::os::unix::net::UnixStream::connect(&path).is_ok()
        })
        .await;
        NginxServer { program, files: self.files }
    }

    fn configuration(&self) -> String {
        let (directory, directives) = (self.files.path().display(), self.directives.join("\n"));
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String =
            kinds.iter().map(|kind| format!("{kind}_temp_path {directory}/{kind};\n")).collect();
        format!(
            "daemon off;
            master_process off;
            pid {directory}/pid;
            error_log stderr info;
            events {{}}
            http {{
                access_log off;
                {temporary}
                server {{
                    listen unix:{directory}/socket ssl {protocols};
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_session_cache shared:sessions:1m;
                    {directives}
                    location / {{ default_type application/json; return 200 '{VIEW}'; }}
                    location = /x {{ alias {directory}/x; }}
                }}
            }}",
            protocols = self.protocols,
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{NodeServer, Pki, node_oracle};

    const GET: &str = "return new Promise((resolve, reject) => {
        const options = { socketPath: input.socket, servername: 'localhost', path: input.path, ca: input.ca };
        require('https').get({ ...options, cert: input.cert, key: input.key }, (response) => {
            let text = '';
            response.on('data', (data) => { text += data; });
            response.on('end', () => resolve(text));
        }).on('error', reject);
    });";

    #[tokio::test]
    async fn it_answers_node() {
        if !NginxServer::is_available() || !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let server = NginxServer::with(pki.localhost()).request_certificate(&pki.root().pem()).start().await;
        let get = async |path: &str| {
            let input = json!({ "socket": server.path(), "path": path, "ca": pki.root().pem(),
                "cert": pki.client().chain_pem(), "key": pki.client().key_pem() });
            node_oracle(GET, input).await.as_str().unwrap().to_owned()
        };
        let view: Value = serde_json::from_str(&get("/").await).unwrap();
        assert_eq!((&view["protocol"], &view["reused"]), (&json!("TLSv1.3"), &json!(".")));
        assert_eq!((&view["verify"], &view["client"]), (&json!("SUCCESS"), &json!("CN=Test Client")));
        assert_eq!((&view["servername"], &view["alpn"]), (&json!("localhost"), &json!("")));
        assert_eq!(get("/x").await.len(), NginxServer::LARGE);
    }

    #[tokio::test]
    async fn a_directive_that_is_refused_is_told() {
        if !NginxServer::is_available() {
            return;
        }
        let server = NginxServer::with(Pki::shared().localhost()).directive("nonsense;");
        let failure = tokio::spawn(server.start()).await.unwrap_err();
        assert!(failure.to_string().contains("unknown directive"), "{failure}");
    }
}
