//! Files that are renewed in place.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    runtime::Handle,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::spawn_blocking,
};
use tredici::{Connector, Error, FileWatch, Pem};
use tredici_test::{Authority, CertificateSpec, Pki, alive_tasks, settle, within};

use super::{
    super::ends::{Echo, client_options, connector, localhost, pair, port, replacements, showing, target},
    code, elsewhere,
};

/// More often than anybody would: a test wants to be over.
const OFTEN: Duration = Duration::from_millis(5);

struct Files {
    directory: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// In one step, as it should be done: no look sees less of it.
    fn write(&self, name: &str, content: &str) {
        fs::write(self.path("new"), content).expect("writes");
        self.put("new", name);
    }

    fn put(&self, new: &str, name: &str) {
        fs::rename(self.path(new), self.path(name)).expect("renames");
    }

    /// Whether there is one now.
    fn make_pipe(&self, name: &str) -> bool {
        Command::new("mkfifo").arg(self.path(name)).status().is_ok_and(|made| made.success())
    }

    /// Once somebody has begun to read it.
    async fn open_pipe(&self, name: &str) -> File {
        let path = self.path(name);
        let open = spawn_blocking(move || File::options().write(true).open(path));
        within("the pipe to be read", open).await.expect("no panic").expect("its other end")
    }

    fn pem(&self, name: &str) -> Pem {
        Pem::file(self.path(name))
    }
}

/// The files of a connector, and what the watch has told.
struct Watched {
    _watch: FileWatch,
    told: UnboundedReceiver<Result<(), Error>>,
}

impl Watched {
    fn begin(connector: &Connector) -> Self {
        let (tell, told) = unbounded_channel();
        // The test may have ended meanwhile.
        let watch = connector.watch_files(OFTEN, move |outcome| drop(tell.send(outcome)));
        Self { _watch: watch.expect("files to watch"), told }
    }

    async fn outcome(&mut self) -> Result<(), String> {
        let told = within("the files to be looked at", self.told.recv()).await.expect("it is watched");
        told.map_err(|error| error.code().to_owned())
    }
}

#[tokio::test]
async fn a_file_that_is_renamed_into_place_is_taken() {
    let files = Files::new();
    let (root, leaf) = elsewhere();
    let (old, new) = (Echo::tls().await, Echo::with(showing(&leaf)).await);
    files.write("ca.pem", &Pki::shared().root().pem());
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    let mut watched = Watched::begin(&connector);
    assert_eq!(code(&connector, &old).await, "resumed: false");
    files.write("ca.pem", &root.pem());
    assert_eq!(watched.outcome().await, Ok(()));
    assert_eq!(code(&connector, &new).await, "resumed: false");
    assert_eq!(code(&connector, &old).await, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    files.write("ca.pem", &Pki::shared().root().pem());
    assert_eq!(watched.outcome().await, Ok(()));
    assert_eq!(code(&connector, &old).await, "resumed: false");
}

/// A certificate and its key are two files: between the first and the second nothing fits.
#[tokio::test]
async fn half_a_renewal_breaks_nothing() {
    let files = Files::new();
    let pki = Pki::shared();
    let second = pki.root().leaf(CertificateSpec::client("Second"));
    let listener = super::listen(localhost().ca(pki.root().pem()).request_cert(true)).await;
    files.write("cert.pem", &pki.client().chain_pem());
    files.write("key.pem", &pki.client().key_pem());
    let own = replacements().cert(files.pem("cert.pem")).key(files.pem("key.pem"));
    let connector = connector();
    connector.rotate(own).expect("an identity");
    let shown = async || {
        let (_client, server) = pair(&connector, &listener, target(port(&listener))).await;
        server.peer_certificate().expect("one").raw().to_vec()
    };
    let mut watched = Watched::begin(&connector);
    let (whole, key) = (second.chain_pem(), second.key_pem());

    files.write("cert.pem", &whole[..whole.len() / 2]);
    assert_eq!(watched.outcome().await, Err("ERR_OSSL_PEM_BAD_BASE64_DECODE".to_owned()));
    assert_eq!(shown().await, pki.client().der());
    files.write("cert.pem", &whole);
    assert_eq!(watched.outcome().await, Err("ERR_OSSL_X509_KEY_VALUES_MISMATCH".to_owned()));
    assert_eq!(shown().await, pki.client().der());
    files.write("key.pem", &key);
    assert_eq!(watched.outcome().await, Ok(()));
    assert_eq!(shown().await, second.der());
    fs::remove_file(files.path("key.pem")).expect("removes");
    assert_eq!(watched.outcome().await, Err("ENOENT".to_owned()));
    assert_eq!(shown().await, second.der());
}

/// Whoever has heard that the files are no good hears that they are good again, though they say what they said before.
#[tokio::test]
async fn what_comes_back_is_told_and_what_is_bad_by_its_file() {
    let files = Files::new();
    let pem = Pki::shared().root().pem();
    let server = Echo::tls().await;
    files.write("ca.pem", &pem);
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    assert_eq!(code(&connector, &server).await, "resumed: false");
    let mut watched = Watched::begin(&connector);
    fs::remove_file(files.path("ca.pem")).expect("removes");
    assert_eq!(watched.outcome().await, Err("ENOENT".to_owned()));
    files.write("ca.pem", "half a certificate");
    let error = watched.told.recv().await.expect("it is watched").expect_err("no certificate");
    let said =
        format!("options.ca (file {}) holds no certificate in PEM form", files.path("ca.pem").display());
    assert_eq!(error.message(), said);
    files.write("ca.pem", &pem);
    assert_eq!(watched.outcome().await, Ok(()));
    assert_eq!(code(&connector, &server).await, "resumed: true", "they are the terms that were there");
}

/// What says the same is the same trust: nothing is dropped for it. A pipe in the file's place tells when it is read.
#[tokio::test]
async fn what_says_the_same_changes_nothing() {
    let files = Files::new();
    let pem = Pki::shared().root().pem();
    let server = Echo::tls().await;
    files.write("ca.pem", &pem);
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    assert_eq!(code(&connector, &server).await, "resumed: false");
    if !files.make_pipe("pipe") {
        return eprintln!("SKIPPED: there is no mkfifo here");
    }
    files.put("pipe", "ca.pem");
    let mut watched = Watched::begin(&connector);
    let same = format!("the same, with a remark\n{pem}");
    // Two looks, what they lead to, and more looks after that.
    for left in (0..8).rev() {
        let pipe = files.open_pipe("ca.pem").await;
        match left {
            0 => files.write("ca.pem", &same),
            _ if files.make_pipe("pipe") => files.put("pipe", "ca.pem"),
            _ => panic!("another pipe"),
        }
        (&pipe).write_all(same.as_bytes()).expect("somebody reads");
    }
    assert!(watched.told.try_recv().is_err(), "nobody was told of anything");
    assert_eq!(code(&connector, &server).await, "resumed: true");
}

/// A change between the options' reading and the first look is one, too.
#[tokio::test]
async fn what_changed_before_it_began_is_taken() {
    let files = Files::new();
    let (root, leaf) = elsewhere();
    let server = Echo::with(showing(&leaf)).await;
    files.write("ca.pem", &Pki::shared().root().pem());
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    files.write("ca.pem", &root.pem());
    assert_eq!(Watched::begin(&connector).outcome().await, Ok(()));
    assert_eq!(code(&connector, &server).await, "resumed: false");
}

#[tokio::test]
async fn it_ends_with_the_guard_and_with_the_connector() {
    let files = Files::new();
    files.write("ca.pem", &Pki::shared().root().pem());
    let make = || Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    let connector = make();
    let before = alive_tasks();

    let (tell, mut told) = unbounded_channel();
    let watch =
        connector.watch_files(OFTEN, move |outcome| drop(tell.send(outcome))).expect("a file to watch");
    assert_eq!(alive_tasks(), before + 1);
    drop(watch);
    settle("the task to end", || alive_tasks() == before).await;
    files.write("ca.pem", &Authority::new("Another").pem());
    assert!(within("the end", told.recv()).await.is_none(), "nobody is told of anything");
    let server = Echo::tls().await;
    assert_eq!(code(&connector, &server).await, "resumed: false", "the old is in force");

    drop(server);
    settle("the server to end", || alive_tasks() == before).await;
    let watch = connector.watch_files(OFTEN, drop).expect("a file to watch");
    drop(connector);
    settle("the task to end", || alive_tasks() == before).await;
    drop(watch);
}

#[test]
fn what_cannot_be_watched_is_said() {
    let outside = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let connector = connector();
    let code = |connector: &Connector, interval| {
        let error = connector.watch_files(interval, drop).expect_err("nothing to watch");
        assert_eq!(error.phase().as_str(), "options");
        error.code().to_owned()
    };
    outside.block_on(async {
        assert_eq!(code(&connector, OFTEN), "ERR_MISSING_ARGS");
        assert_eq!(code(&connector, Duration::ZERO), "ERR_INVALID_ARG_VALUE");
    });
    let files = Files::new();
    files.write("ca.pem", &Pki::shared().root().pem());
    connector.rotate(replacements().ca(files.pem("ca.pem"))).expect("a file");
    assert_eq!(code(&connector, OFTEN), "ERR_INVALID_STATE", "there is no runtime");
}

/// A file on a disk that does not answer holds up who reads it, and nobody else.
#[tokio::test]
async fn a_reload_that_hangs_holds_up_nobody_who_wants_to_watch() {
    let files = Files::new();
    files.write("ca.pem", &Pki::shared().root().pem());
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    if !files.make_pipe("pipe") {
        return eprintln!("SKIPPED: there is no mkfifo here");
    }
    files.put("pipe", "ca.pem");
    let reloading = connector.clone();
    let reloading = spawn_blocking(move || reloading.reload());
    let held = files.open_pipe("ca.pem").await;

    let runtime = Handle::current();
    let watching = spawn_blocking(move || {
        let _entered = runtime.enter();
        connector.watch_files(OFTEN, drop).map(drop)
    });
    within("a watch beside it", watching).await.expect("no panic").expect("files to watch");
    assert!(!reloading.is_finished());

    files.write("ca.pem", &Pki::shared().root().pem());
    drop(held);
    let outcome = within("the reload to end", reloading).await.expect("no panic");
    assert_eq!(outcome.expect_err("the pipe was empty").phase().as_str(), "options");
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn a_runtime_without_timers_is_known_to_who_calls() {
    let files = Files::new();
    files.write("ca.pem", &Pki::shared().root().pem());
    let connector = Connector::new(client_options().ca(files.pem("ca.pem"))).expect("a connector");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async { connector.watch_files(OFTEN, drop).map(drop) }).expect("files to watch");
}
