//! Every example runs to its end.
#![cfg(feature = "self-signed")]

use std::{collections::BTreeSet, fs, path::Path, sync::mpsc, thread};

use tredici_test::PATIENCE;

/// Each example as a module and as a test of its name.
macro_rules! examples {
    ($($(#[$condition:meta])? $name:ident: $path:literal,)+) => {$(
        $(#[$condition])?
        #[path = $path]
        pub(crate) mod $name;
    )+

    mod runs {$(
        $(#[$condition])?
        #[test]
        fn $name() {
            super::to_its_end(|| super::$name::main().map_err(|error| error.to_string()));
        }
    )+}

    const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

examples! {
    block_list: "../../examples/block_list.rs",
    check: "../../examples/check.rs",
    closure: "../../examples/closure.rs",
    compose: "../../examples/compose.rs",
    errors: "../../examples/errors.rs",
    #[cfg(feature = "hyper")]
    grpc: "../../examples/grpc.rs",
    #[cfg(feature = "hyper")]
    http_client: "../../examples/http_client.rs",
    #[cfg(feature = "serde")]
    json_options: "../../examples/json_options.rs",
    keylog: "../../examples/keylog.rs",
    listener: "../../examples/listener.rs",
    lookup: "../../examples/lookup.rs",
    observer: "../../examples/observer.rs",
    pin_ca: "../../examples/pin_ca.rs",
    pins: "../../examples/pins.rs",
    proxy: "../../examples/proxy.rs",
    raw_socket: "../../examples/raw_socket.rs",
    rotation: "../../examples/rotation.rs",
    session_store: "../../examples/session_store.rs",
    signal: "../../examples/signal.rs",
    starttls: "../../examples/starttls.rs",
    unix_socket: "../../examples/unix_socket.rs",
}

/// It has a runtime of its own.
fn to_its_end(main: fn() -> Result<(), String>) {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(main()));
    end.recv_timeout(PATIENCE).expect("it ends, and without a panic").expect("it succeeds");
}

#[test]
fn none_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).expect("the examples").map(|file| file.expect("a file").path());
    let files = files.filter(|file| file.is_file());
    let there: BTreeSet<_> = files.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    assert_eq!(there, NAMES.iter().map(|name| (*name).to_owned()).collect());
}
