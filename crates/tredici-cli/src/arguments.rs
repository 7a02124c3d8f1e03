//! What can be said on the command line.

mod count;
mod duration;
mod escapes;
mod prose;
mod terms;
mod usage;

use std::{ffi::OsString, num::NonZeroUsize, path::PathBuf, time::Duration};

use anstyle::{AnsiColor, Style};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint, builder::Styles};
use tredici::{ConnectOptions, Destination, Error, ListenOptions, Target};

pub(crate) use escapes::Bytes;
pub(crate) use terms::Terms;
pub(crate) use usage::Usage;

/// Connect, verify, and see everything: TCP and Unix sockets, plain and TLS
#[derive(Debug, Parser)]
#[command(
    name = "tredici",
    version,
    styles = STYLES,
    arg_required_else_help = true,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    disable_help_subcommand = true,
    after_help = ROOT_SHORT,
    after_long_help = ROOT_LONG,
)]
struct Tredici {
    #[command(subcommand)]
    verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Connect, verify, and tell everything about the connection
    Connect(Box<Connect>),
    /// Accept connections, and tell everything about them
    Listen(Box<Listen>),
    /// Print the pins of a server's certificates, ready to paste
    Pin(Box<Pin>),
    /// Check whether a certificate is for a name
    Verify(Verify),
    /// Print the completions for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
    /// Print a page of the manual
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// The verb that the page is about; without it the page is about the command
        verb: Option<String>,
    },
}

/// Connect, verify, and tell everything about the connection
///
/// Without TARGET, and without host, port, path or socketPath among the options, it starts a TLS server of its own,
/// with a certificate authority made on the spot, and connects to that twice: in full, then resumed. It says so on
/// standard error, and each line of JSON has "demonstration": true.
#[derive(Debug, Args)]
#[command(after_help = CONNECT_SHORT, after_long_help = CONNECT_LONG)]
pub(crate) struct Connect {
    /// https://host[:port], tls://host:port, http://host[:port], tcp://host:port or unix:/path
    #[arg(value_hint = ValueHint::Url)]
    pub(crate) target: Option<String>,
    /// Make N connections, one after another, by the same connector
    ///
    /// The first is told in full, the others in a line each; then what happened when of the slowest, where it clearly took
    /// longer than the others. A failure is told in full where it is the first with its code in its phase. --json has
    /// what happened when of every one, as waterfall.
    #[arg(long, value_name = "N", value_parser = count::read)]
    pub(crate) times: Option<NonZeroUsize>,
    /// Make so many of them at once, of those that --times says
    #[arg(long, value_name = "C", value_parser = count::read)]
    pub(crate) concurrency: Option<NonZeroUsize>,
    /// Write this once connected; \r \n \t \\ \xHH are escapes
    #[arg(long, value_name = "TEXT", value_parser = escapes::read)]
    pub(crate) send: Option<Bytes>,
    /// Read until the peer closes or the time is up, and report what was read
    ///
    /// In TLS 1.3 a server may refuse the client's certificate, or its want of one, after the handshake: who reads hears
    /// of it.
    #[arg(long, value_name = "DURATION", value_parser = duration::read)]
    pub(crate) read: Option<Duration>,
    /// Standard input to the socket, the socket to standard output; the report goes to standard error
    #[arg(long, conflicts_with_all = ["read", "times"])]
    pub(crate) pipe: bool,
    /// Write the TLS sessions, for --session-in of a later call
    ///
    /// The file holds secrets, and is readable by its owner alone. Only the engine openssl can write them, and is
    /// taken for it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) session_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) terms: Terms<ConnectOptions>,
}

/// Accept connections, and tell everything about them
///
/// With --self-signed, or with any of the options of TLS, it is a TLS server; else it is plain.
#[derive(Debug, Args)]
#[command(after_help = LISTEN_SHORT, after_long_help = LISTEN_LONG)]
pub(crate) struct Listen {
    /// host:port, where port 0 picks one, or unix:/path; plain, unless options of TLS or --self-signed are given
    pub(crate) address: String,
    /// What to do with each connection
    #[arg(long, value_enum, default_value_t)]
    pub(crate) mode: Mode,
    /// End after N connections; 0 is never
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) count: usize,
    /// End after this time
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::read)]
    pub(crate) duration: Option<Duration>,
    /// Make a throw-away authority, and a certificate for these names and addresses
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with_all = ["cert", "key"])]
    pub(crate) self_signed: Vec<String>,
    /// Write the throw-away authority's certificate in PEM: what a client gives to --ca
    #[arg(long, value_name = "FILE", requires = "self_signed", value_hint = ValueHint::FilePath)]
    pub(crate) ca_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) terms: Terms<ListenOptions>,
}

/// What a listener does with a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Send back what comes
    Echo,
    /// Read and drop
    Discard,
    /// Answer each HTTP/1.1 request with the connection's report as JSON
    Http,
    /// Send the connection's report as one line of JSON, and close
    #[default]
    Report,
}

/// Print the pins of every certificate in a server's chain, ready to paste
///
/// The server is verified first, as always; where the options let one pass that is not, it is said.
#[derive(Debug, Args)]
#[command(after_help = PIN_EXAMPLES)]
pub(crate) struct Pin {
    /// https://host[:port] or tls://host:port
    #[arg(value_hint = ValueHint::Url)]
    pub(crate) target: String,
    /// Read the pins of a server that is not verified, and say so
    #[arg(long)]
    pub(crate) insecure_read: bool,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) terms: Terms<ConnectOptions>,
}

/// Check whether a certificate is for a name, by the rules of Node's tls.checkServerIdentity
///
/// It says nothing of who has issued the certificate, nor of its dates.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// The name, or the IP address
    pub(crate) hostname: String,
    /// PEM, DER, a JSON object with subject and subjectaltname, as Node's getPeerCertificate() gives, or what connect
    /// --json prints; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) certificate: PathBuf,
    /// By RFC 9525: no common names, no partial wildcards
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// For whom the output is.
#[derive(Debug, Args)]
pub(crate) struct Form {
    /// Print JSON for a script, one document a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads the arguments; the first is the program's name.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Verb, Usage> {
    Tredici::try_parse_from(arguments).map(|parsed| parsed.verb).map_err(|error| Usage::of(error, arguments))
}

/// Whom a target names.
pub(crate) fn destination(target: &str) -> Result<Destination, Error> {
    let read = Target::try_from(target).map_err(Error::from);
    let read = read.map(|target| target.destination().clone());
    // What was meant as the value of the flag before it.
    match usage::STRAY.contains(&target) {
        true => read.map_err(|error| error.with_hint(usage::WITH_EQUALS)),
        false => read,
    }
}

/// Whether JSON is asked for, also where the arguments are wrong.
pub(crate) fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}

/// The whole definition: what completions and manual are made of.
pub(crate) fn command() -> clap::Command {
    Tredici::command()
}

const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Green.on_default())
    .valid(AnsiColor::Cyan.on_default());

const ROOT_SHORT: &str = "\
Begin with `tredici connect`: it needs no network and no other program.";

const ROOT_LONG: &str = "\
Exit status:
    0  it did what was asked
    1  the connection failed, and why is told
    2  the call or an option is wrong, and nothing touched the network
  130  Ctrl-C

Begin with `tredici connect`: it needs no network and no other program.
`tredici VERB --help` tells of every option; `tredici man VERB` is its page of the manual.";

const CONNECT_SHORT: &str = "`--help` shows every option, with examples.";

const CONNECT_LONG: &str = "\
Examples:
  Connect to a server made for the moment, twice
      tredici connect
  To a server whose authority is in a file
      tredici connect https://localhost:8443 --ca ca.pem
  Four times, to see sessions resumed, and take them along
      tredici connect https://localhost:8443 --ca ca.pem --times 4 --session-out sessions.json
  Say something, and read for a second
      tredici connect tcp://localhost:7 --send 'hello\\r\\n' --read 1s
  TLS over a Unix socket
      tredici connect https://db.internal --socket-path /run/db.sock --ca ca.pem
  The report as JSON
      tredici connect https://localhost:8443 --ca ca.pem --json

Exit status:
    0  every connection was made, and verified where it is TLS, unless --reject-unauthorized=false
    1  one failed, and why is told
    2  the call or an option is wrong, and nothing touched the network
  130  Ctrl-C; what was open has been closed";

const LISTEN_SHORT: &str = "`--help` shows every option, with examples.";

const LISTEN_LONG: &str = "\
Examples:
  A TLS server for localhost that sends back what comes
      tredici listen localhost:8443 --self-signed localhost --ca-out ca.pem --mode echo
  One that asks its clients for a certificate
      tredici listen localhost:8443 --cert server.pem --key server.key --request-cert --ca clients.pem
  A plain server on a Unix socket, for one connection
      tredici listen unix:/tmp/app.sock --count 1

Exit status:
    0  the count or the time is reached; connections that failed are told, and change nothing
    1  the address cannot be had
    2  the call or an option is wrong, and nothing touched the network
  130  Ctrl-C; what was open has been closed";

const PIN_EXAMPLES: &str = "\
Examples:
  tredici pin https://localhost:8443 --ca ca.pem
  tredici pin https://localhost:8443 --insecure-read --json

The pin of a certificate in a file is cert-sha256: and the digits, with their colons, that this prints:
  openssl x509 -noout -fingerprint -sha256 -in server.pem";

const VERIFY_EXAMPLES: &str = "\
Examples:
  tredici verify db.internal --certificate server.pem
  tredici connect tls://localhost:8443 --ca ca.pem --json > report.json
  tredici verify localhost --certificate report.json
  tredici verify 127.0.0.1 --certificate peer.json --strict

Exit status: 0 it is for that name, 1 it is not, 2 the call is wrong.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tredici completions bash > ~/.local/share/bash-completion/completions/tredici
  tredici completions zsh > ~/.zfunc/_tredici
  tredici completions fish > ~/.config/fish/completions/tredici.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  tredici man | man -l -
  tredici man connect > /usr/local/share/man/man1/tredici-connect.1";
