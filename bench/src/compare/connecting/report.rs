//! The table of those who connect.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

use super::{
    plan::{Best, Plan, Results},
    scripts::Scripts,
};
use crate::{
    Outcome,
    compare::report::{Section, figure, rounded, when_and_where},
    connecting::{Case, Kind, Peer},
};

const TITLE: &str = "Connecting";

const EXPLANATION: &str = "\
One server for all, nginx, on loopback ports and a Unix socket: TLS 1.3, X25519, a P-256 leaf with an intermediate, session
tickets on. The client has a core for itself, one thread that does the work, and an address and a name that nobody looks up.

`full`: connect, set `TCP_NODELAY`, shake hands without a session, verify chain and name, say goodbye (`close_notify`), close.
`resumed`: the same with a session of a connection before; the tickets for those to come are read as everybody reads them, with
an answer, so `GET / HTTP/1.0` is sent, and what comes is read to its end. `plain TCP`: connect, set `TCP_NODELAY`, close.
`plain Unix`: connect, close. By default tredici does not verify the chain of a server that it meets again; in `chain verified
anew` its `rememberVerdicts` is off, so that it does as everybody else does in both. Each makes its context once, Node and
undici too, who would make one for each connection where they are given `ca`.

`tokio-rustls` and `tokio-openssl` are what one writes by hand, without TLS tokio alone. `hyper-rustls` and `hyper-openssl` are
connectors over hyper-util's `HttpConnector`, called as services, without a client. `tls.connect` is Node's, without TLS
`net.connect`; `undici` is its `buildConnector`. All that are on the `openssl` crate link the same OpenSSL.

CPU time is user and system time of the client's process alone, after a warm-up of half as many connections as are measured;
each figure is the best of all rounds, each turn in a fresh process, the contenders taking turns. System calls are counted by
strace in runs of their own. A ratio is the best of the others divided by tredici's (of connections per second the inverse):
above 1, tredici is ahead of all of them; where there is TLS, tredici on openssl is set beside those whose TLS is OpenSSL.
";

pub(super) fn without_server() -> Outcome<Section> {
    let heading = format!("Nobody has connected, because nginx is not here; {}", when_and_where()?);
    Ok(Section { title: TITLE, heading, explanation: EXPLANATION, tables: String::new() })
}

pub(super) fn section(results: &Results, plan: &Plan, nginx: &str, scripts: &Scripts) -> Outcome<Section> {
    let versions: String =
        scripts.versions().iter().map(|(peer, version)| format!(", {} {version}", program(*peer))).collect();
    let (place, openssl, rounds) = (when_and_where()?, openssl::version::version(), plan.rounds);
    let heading = format!("Clients of nginx {nginx}, {place}, {openssl}{versions}; rounds: {rounds}");
    let mut tables = format!("{}\n", times(results, plan));
    for remark in remarks(results, scripts) {
        tables += &format!("\n- {remark}");
    }
    if !tables.ends_with("|\n") {
        tables += "\n";
    }
    if results.are_calls_counted {
        tables += &format!("\n{}\n", calls(results));
    }
    Ok(Section { title: TITLE, heading, explanation: EXPLANATION, tables })
}

fn program(peer: Peer) -> &'static str {
    match peer {
        Peer::Node => "Node",
        Peer::Bun => "Bun",
        other => other.name(),
    }
}

/// One line of the table.
struct Line {
    measured: &'static str,
    of: fn(&Best) -> Option<f64>,
    is_more_better: bool,
}

const LINES: [Line; 3] = [
    Line { measured: "CPU, us", of: |best| Some(best.cpu), is_more_better: false },
    Line { measured: "connections/s", of: |best| Some(1e6 / best.wall), is_more_better: true },
    Line {
        measured: "system calls",
        of: |best| best.calls.as_ref().map(|calls| calls.values().sum()),
        is_more_better: false,
    },
];

fn times(results: &Results, plan: &Plan) -> Table {
    let peers: Vec<_> =
        Peer::ALL.into_iter().filter(|&peer| results.all.iter().any(|best| best.peer == peer)).collect();
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let mut header = vec!["", "at once", "of each"];
    for peer in &peers {
        header.push(peer.name());
        header.extend(peer.is_tredici().then_some("ratio"));
    }
    table.set_header(header);
    for &case in &plan.cases {
        for line in &LINES {
            let of = |peer: Peer| {
                results.of(measured_in(case, peer), peer).filter(|best| best.made > 0).and_then(line.of)
            };
            if !peers.iter().any(|&peer| of(peer).is_some()) {
                continue;
            }
            let mut cells =
                vec![case.kind.name().to_owned(), case.at_once.to_string(), line.measured.to_owned()];
            for &peer in &peers {
                cells.push(of(peer).map_or_else(String::new, rounded));
                if peer.is_tredici() {
                    let ratio = ratio(line, of(peer), others(case, peer).filter_map(of));
                    cells.push(ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")));
                }
            }
            table.add_row(cells);
        }
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Those who verify each chain anew do so in the other row, too.
fn measured_in(case: Case, peer: Peer) -> Case {
    match case.kind {
        Kind::Anew if !peer.makes(Kind::Anew) => Case { kind: Kind::Full, ..case },
        _ => case,
    }
}

/// Whom a tredici is measured against.
fn others(case: Case, tredici: Peer) -> impl Iterator<Item = Peer> {
    let all = Peer::ALL.into_iter().filter(|peer| !peer.is_tredici());
    all.filter(move |peer| tredici == Peer::TrediciRustls || !case.kind.has_tls() || peer.is_on_openssl())
}

fn ratio(line: &Line, ours: Option<f64>, others: impl Iterator<Item = f64>) -> Option<f64> {
    let ours = ours?;
    if line.is_more_better {
        others.reduce(f64::max).map(|best| ours / best)
    } else {
        others.reduce(f64::min).map(|best| best / ours)
    }
}

/// What the figures alone do not say.
fn remarks(results: &Results, scripts: &Scripts) -> Vec<String> {
    let mut remarks: Vec<_> =
        scripts.absent().iter().map(|(peer, why)| format!("{} is absent: {why}", peer.name())).collect();
    for best in &results.all {
        let place = format!("{}, {}", best.peer.name(), best.case.name());
        let share = 100.0 * best.resumed as f64 / best.made.max(1) as f64;
        if best.made > 0 && share < best.expected_share() - 0.05 {
            remarks.push(format!("{place}: {share:.1} % were resumed"));
        } else if share > best.expected_share() + 0.05 {
            remarks.push(format!("{place}: {share:.1} % were resumed, although none should be"));
        }
        if best.failed > 0 {
            let (failed, all) = (best.failed, best.failed + best.made);
            remarks.push(format!("{place}: {failed} of {all} failed, the first with: {}", best.failure()));
        }
    }
    remarks
}

fn calls(results: &Results) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["", "", "system calls", "which"]);
    for best in results.all.iter().filter(|best| best.case.at_once == 1) {
        let Some(calls) = &best.calls else { continue };
        let which: Vec<_> = calls.iter().map(|(call, count)| format!("{call} {}", figure(*count))).collect();
        let name = best.case.kind.name().to_owned();
        table.add_row([name, best.peer.name().to_owned(), figure(calls.values().sum()), which.join(", ")]);
    }
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
