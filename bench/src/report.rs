//! The tables.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use time::OffsetDateTime;

use crate::{
    Outcome,
    contender::Name,
    machine,
    rounds::{Best, Plan},
    row::Row,
    syscalls::Calls,
};

const EXPLANATION: &str = "\
Both link the same vendored OpenSSL, and are under the same terms: TLS 1.3, suites, groups, signature algorithms, one
root, a P-256 leaf with an intermediate, verification of chain and host name, `TCP_NODELAY`, ten seconds to connect,
tickets used once. The server is another process (tokio and OpenSSL), the client runs on one thread. A handshake is all
of a connection: connecting, shaking hands, one byte there and back, saying goodbye. The first handshake is that of a
connector which has met nobody yet; in a later one tredici knows a chain that it has verified before. Bulk goes through the caller's buffer of 64 KiB, in
records of 16 KiB. An idle connection has exchanged 16 KiB and waits for more; its memory is what the client's anonymous
pages grew by. Each figure is the best of all rounds, each turn in a fresh process, the contenders taking turns.
A ratio is tokio-openssl's figure divided by tredici's: above 1, tredici is ahead.
";

pub(crate) fn heading(plan: &Plan) -> Outcome<String> {
    let date = OffsetDateTime::now_utc().date();
    let machine = machine::describe()?;
    Ok(format!("tredici beside tokio-openssl, {date}: {machine}; rounds: {}\n\n", plan.rounds))
}

pub(crate) fn times(all: &[Best]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["", "per", "measured", "tokio-openssl", "tredici", "ratio"]);
    for best in all {
        for &name in best.row.contenders().iter().filter(|name| **name != Name::TokioOpenssl) {
            let (Some(theirs), Some(ours)) = (best.of(Name::TokioOpenssl), best.of(name)) else { continue };
            table.add_row([
                row_name(best.row, name),
                best.row.unit().to_owned(),
                best.quantity.name().to_owned(),
                format!("{theirs:.0}"),
                format!("{ours:.0}"),
                format!("{:.2}", theirs / ours),
            ]);
        }
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n")
}

fn row_name(row: Row, name: Name) -> String {
    match name {
        Name::TrediciWithoutKeepAlive => format!("{}, keepAlive off", row.name()),
        Name::TokioOpenssl | Name::Tredici => row.name().to_owned(),
    }
}

pub(crate) fn syscalls(all: &[Calls]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["", "per", "", "system calls", "which"]);
    for Calls { row, name, counts } in all {
        let which: Vec<_> = counts.iter().map(|(call, count)| format!("{call} {}", figure(*count))).collect();
        table.add_row([
            row.name().to_owned(),
            row.unit().to_owned(),
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
fn figure(count: f64) -> String {
    let text = format!("{count:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(crate) fn as_markdown(report: &str) -> Outcome<String> {
    let (heading, tables) = report.split_once("\n\n").ok_or("the report has no heading")?;
    Ok(format!(
        "# Results\n\n{heading}.\n\n{EXPLANATION}\n{tables}\n\
         Made by `cargo bench --manifest-path bench/Cargo.toml -- --write --syscalls`.\n"
    ))
}
