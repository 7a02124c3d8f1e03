//! Node's own `tls.checkServerIdentity`, asked many questions at once.

use std::{
    io::{ErrorKind, Write as _},
    net::IpAddr,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::cases::Case;

const SCRIPT: &str = r"
    const tls = require('tls');
    const ask = ({ host, subjectaltname, commonNames }) => {
        const CN = commonNames.length > 1 ? commonNames : commonNames[0];
        try {
            return tls.checkServerIdentity(host, { subject: { CN }, subjectaltname }) ?? null;
        } catch (error) {
            return error;
        }
    };
    const questions = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    const answer = (error) => error && { code: error.code, message: error.message, reason: error.reason, host: error.host };
    const normalised = { host: 'a\u3002b', subjectaltname: 'DNS:a.b', commonNames: [] };
    const aLabel = { host: 'xn--a', subjectaltname: 'DNS:xn--a', commonNames: [] };
    console.log(JSON.stringify({
        version: process.versions.node,
        normalises: ask(normalised) === null,
        leavesALabelsAlone: ask(aLabel) === null,
        answers: questions.map((question) => answer(ask(question))),
    }));
";

#[derive(Debug)]
pub(super) struct Question {
    pub(super) host: String,
    pub(super) subjectaltname: Option<String>,
    pub(super) common_names: Vec<String>,
}

impl From<&Case> for Question {
    fn from(case: &Case) -> Self {
        Self {
            host: case.host.to_owned(),
            subjectaltname: case.subjectaltname.map(str::to_owned),
            common_names: case.common_names.iter().copied().map(str::to_owned).collect(),
        }
    }
}

impl Question {
    /// Whether the ASCII form of the host is another one, so that an older Node matches another name.
    pub(super) fn host_needs_normalising(&self) -> bool {
        let host = self.host.strip_suffix('.').unwrap_or(&self.host);
        let is_address = host.split('%').next().is_some_and(|address| address.parse::<IpAddr>().is_ok());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_*.".contains(&byte);
        !is_address && !self.host.bytes().all(is_plain)
    }
}

/// The error of one question: `None` in its place is a match.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) reason: Option<String>,
    pub(super) host: Option<String>,
}

pub(super) struct Oracle {
    pub(super) version: String,
    /// Whether it brings the host into its ASCII form.
    pub(super) normalises: bool,
    /// Whether it takes any A-label of an ASCII host as it is.
    pub(super) leaves_a_labels_alone: bool,
    pub(super) answers: Vec<Option<Answer>>,
}

impl Oracle {
    /// The answers in the order of the questions; nothing, and a word about it, where there is no Node.
    pub(super) fn ask(questions: &[Question]) -> Option<Self> {
        let node =
            Command::new("node").args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut node = match node {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("skipped: node is not installed");
                return None;
            }
            node => node.expect("node starts"),
        };
        let asked: Vec<Value> = questions.iter().map(to_json).collect();
        let mut stdin = node.stdin.take().expect("a pipe to node");
        stdin.write_all(Value::from(asked).to_string().as_bytes()).expect("node reads the questions");
        drop(stdin);
        let output = node.wait_with_output().expect("node ends");
        assert!(output.status.success(), "node failed: {}", output.status);

        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON from node");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let answer = |value: &Value| Answer {
            code: text(&value["code"]).expect("an error has a code"),
            message: text(&value["message"]).expect("an error has a message"),
            reason: text(&value["reason"]),
            host: text(&value["host"]),
        };
        let answers = said["answers"].as_array().expect("answers").iter();
        let answers: Vec<_> = answers.map(|value| (!value.is_null()).then(|| answer(value))).collect();
        assert_eq!(answers.len(), questions.len());
        Some(Self {
            version: text(&said["version"]).expect("a version"),
            normalises: said["normalises"] == true,
            leaves_a_labels_alone: said["leavesALabelsAlone"] == true,
            answers,
        })
    }
}

fn to_json(question: &Question) -> Value {
    json!({
        "host": question.host,
        "subjectaltname": question.subjectaltname,
        "commonNames": question.common_names,
    })
}
