//! The tables.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use time::OffsetDateTime;

use super::{
    machine,
    programs::Programs,
    rounds::{Best, Plan},
    syscalls::Calls,
};
use crate::{Outcome, contender::Name};

pub(crate) const EXPLANATION: &str = "\
Everybody is under the same terms: TLS 1.3, suites, groups, signature algorithms, one root, a P-256 leaf with an
intermediate, verification of chain and host name, `TCP_NODELAY`, ten seconds to connect, tickets used once. Both that are on
OpenSSL link the same one, built from source; `system's` is the same program on the OpenSSL of the machine. The server is
tokio and OpenSSL.

Over loopback the server is another process, and the client has a core for itself. Each connection begins when the server
has come to rest, and is all of a connection: connecting, shaking hands, one byte there and back, goodbye there and back. In
memory the two take turns in one thread, with a pipe of tokio's between them, and what the client's turns take is counted: no
system, no waiting. Everybody offers X25519MLKEM768, X25519, P-256 and P-384, and the server chooses X25519, but for one row.
tredici and rustls remember what it chose, and send a key of that alone from the second connection on; OpenSSL by itself
always sends two. In `full handshake` tredici's `rememberVerdicts` is off; in `remembered verdict` a chain that was verified
before counts as verified. Bulk goes into the caller's buffer of 64 KiB. An idle connection has exchanged 16 KiB and waits for
more; its memory is what the client's anonymous pages grew by. A connector is `Connector::new` with the default roots. On
rustls the first one of a process also seeds the generator of random numbers, which else the first handshake does.

Each figure is the best of all rounds, each turn in a fresh process, the contenders taking turns. A ratio is the other's figure
divided by tredici's on the same library: above 1, tredici is ahead.
";

/// Today, and on which machine.
pub(crate) fn when_and_where() -> Outcome<String> {
    Ok(format!("{}: {}", OffsetDateTime::now_utc().date(), machine::describe()?))
}

pub(crate) fn heading(plan: &Plan, programs: &Programs) -> Outcome<String> {
    let when_and_where = when_and_where()?;
    let vendored = openssl::version::version();
    let system =
        programs.system_version()?.map_or_else(String::new, |version| format!(" (the system's: {version})"));
    let rounds = plan.rounds;
    Ok(format!(
        "tredici, tokio-openssl and tokio-rustls, {when_and_where}, {vendored}{system}; rounds: {rounds}"
    ))
}

pub(crate) fn times(all: &[Best], plan: &Plan) -> String {
    let names: Vec<_> = Name::ALL
        .into_iter()
        .filter(|&name| plan.tasks.iter().any(|&task| plan.contenders(task).contains(&name)))
        .collect();
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let mut header = vec!["", "where", "of each", "measured"];
    for name in &names {
        header.push(name.as_str());
        header.extend(name.rival().map(|_| "ratio"));
    }
    table.set_header(header);
    for best in all {
        let row = best.task.row;
        let mut cells = vec![row.name().to_owned(), best.task.place.name().to_owned()];
        cells.extend([row.unit().to_owned(), best.quantity.name().to_owned()]);
        for &name in &names {
            cells.push(best.of(name).map_or_else(String::new, rounded));
            if let Some(rival) = name.rival() {
                let ratio = best.of(rival).zip(best.of(name)).map(|(theirs, ours)| theirs / ours);
                cells.push(ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")));
            }
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n")
}

/// Three digits are as many as are worth anything.
pub(crate) fn rounded(figure: f64) -> String {
    if figure < 100.0 { format!("{figure:.1}") } else { format!("{figure:.0}") }
}

pub(crate) fn syscalls(all: &[Calls]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["", "of each", "", "system calls", "which"]);
    for Calls { task, name, counts } in all {
        let which: Vec<_> = counts.iter().map(|(call, count)| format!("{call} {}", figure(*count))).collect();
        table.add_row([
            task.row.name().to_owned(),
            task.row.unit().to_owned(),
            name.as_str().to_owned(),
            figure(counts.values().sum()),
            which.join(", "),
        ]);
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("\n{table}\n")
}

/// With decimals only where there are any.
pub(crate) fn figure(count: f64) -> String {
    let text = format!("{count:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One comparison.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What was compared, when and where, in a line.
    pub(crate) heading: String,
    pub(crate) explanation: &'static str,
    pub(crate) tables: String,
}

impl Section {
    /// For whoever waits for it, without what does not change.
    pub(crate) fn as_text(&self) -> String {
        format!("{}\n\n{}", self.heading, self.tables)
    }

    fn as_markdown(&self) -> String {
        let Self { title, heading, explanation, tables } = self;
        format!("## {title}\n\n{heading}.\n\n{explanation}\n{tables}\n")
    }
}

pub(crate) fn document(sections: &[Section]) -> String {
    let sections: String = sections.iter().map(Section::as_markdown).collect();
    format!("# Results\n\n{sections}Made by `cargo bench --manifest-path bench/Cargo.toml -- --write`.\n")
}
