//! What to look into.

macro_rules! insight {
    ($($before:tt)*) => { next! { $($before)*

    in "What to look into":

    /// Is told what happens while a connection comes about, event by event.
    ///
    /// Default: none. It runs on the task that connects. Several can be given as a `Vec` or a pair. Not in JSON. An
    /// addition of this library: undici's diagnostics channels, for one connector.
    client - - observer: SharedObserver = "none" => observer(impl Observer + 'static);

    /// Is given the secrets of every TLS connection, a line of the NSS key log format each time.
    ///
    /// Default: none. **Who has these lines can read the connection.** For tools that decrypt a capture, such
    /// as Wireshark. The line has no line end. Not in JSON, which has `keylogFile`. Node's event `keylog`.
    both tls danger keylog: KeyLog = "none" => keylog(impl Fn(&str) + Send + Sync + 'static);

    /// Appends the secrets of every TLS connection to a file, a line of the NSS key log format each time.
    ///
    /// Default: none; **the environment's `SSLKEYLOGFILE` is not asked**, and a program that wants it to be names the file
    /// here. **Who has this file can read the connections.** Where it is not there it is made, readable by its owner
    /// alone. In JSON a string or `{"file": "..."}`. A line that cannot be written is lost, and `tracing` is warned. An
    /// addition of this library: Node's `--tls-keylog`, for one connector or listener.
    ///
    /// Errors: the system's code for a file that cannot be opened; from JSON `ERR_INVALID_ARG_TYPE`.
    both tls danger keylogFile: FileName = "none" => keylog_file(impl Into<PathBuf>);

    /// Tells the time by which certificates and sessions are judged.
    ///
    /// Default: the system's clock. **A wrong time makes an expired certificate valid.** Not in JSON. An
    /// addition of this library.
    both tls danger clock: Clock = "the system's" => clock(impl Fn() -> SystemTime + Send + Sync + 'static);

    }};
}
