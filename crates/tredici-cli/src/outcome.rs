//! What became of one connection, and its line of JSON.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use tredici::{Attempt, Destination, Error, PeerCertificate, Phase, Socket, Timings};

use crate::{output::Names, waterfall::Waterfall};

/// One connection, made or failed.
pub(crate) struct Outcome {
    /// Which of several it was, from 0.
    pub(crate) index: usize,
    /// Whether nobody was to be connected to, and a server was made to show how that looks.
    pub(crate) is_demonstration: bool,
    pub(crate) result: Result<Connected, Box<Failure>>,
}

/// A connection that was made, used and closed.
pub(crate) struct Connected {
    pub(crate) facts: Facts,
    /// What was read, where reading was asked for.
    pub(crate) received: Option<Vec<u8>>,
    pub(crate) end: Option<End>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct End {
    /// Whether nothing was cut off.
    pub(crate) clean: bool,
}

/// A connection that was not made, or that broke.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) journey: Journey,
    pub(crate) peer_certificate: Option<PeerCertificate>,
    /// What was read of a connection that broke, where reading was asked for.
    pub(crate) received: Option<Vec<u8>>,
}

/// The way to a connection, as far as it went.
#[derive(Default)]
pub(crate) struct Journey {
    pub(crate) target: Option<Destination>,
    pub(crate) timings: Timings,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) waterfall: Waterfall,
}

/// What a socket told about itself before it was closed.
pub(crate) struct Facts {
    pub(crate) journey: Journey,
    pub(crate) socket: Value,
    pub(crate) peer_certificate: Option<PeerCertificate>,
}

impl Facts {
    pub(crate) fn of(socket: &Socket) -> Self {
        Self {
            journey: Journey {
                target: Some(socket.destination().clone()),
                timings: *socket.timings(),
                attempts: socket.attempts().to_vec(),
                waterfall: Waterfall::of(socket.timings()),
            },
            // Nothing in it can fail to be JSON.
            socket: serde_json::to_value(socket.report()).unwrap_or_default(),
            peer_certificate: socket.peer_certificate().cloned(),
        }
    }

    /// A text of the socket's report, such as `/cipher/name`.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.socket.pointer(pointer)?.as_str()
    }

    /// A number of the socket's report; 0 where it does not apply.
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        self.socket.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }

    /// Whether something in the socket's report is true.
    pub(crate) fn is(&self, pointer: &str) -> bool {
        self.socket.pointer(pointer).is_some_and(|value| *value == true)
    }
}

impl Failure {
    /// An error that knows all about itself.
    pub(crate) fn of(error: Error) -> Self {
        Self {
            journey: Journey {
                target: error.target().cloned(),
                timings: *error.timings(),
                attempts: error.attempts().to_vec(),
                waterfall: Waterfall::of(error.timings()).blaming(&error, error.timings().total),
            },
            peer_certificate: error.peer_certificate().cloned(),
            received: None,
            error,
        }
    }

    /// The same, for an error that does not know whom it kept from being reached.
    pub(crate) fn to_reach(target: Option<Destination>, error: Error) -> Self {
        let mut failure = Self::of(error);
        failure.journey.target = failure.journey.target.or(target);
        failure
    }

    /// The same, with what somebody has seen who watched the way.
    pub(crate) fn by(mut self, waterfall: Waterfall) -> Self {
        self.journey.waterfall = waterfall.blaming(&self.error, self.journey.timings.total);
        self
    }

    /// The same, with the options in its hint called as their giver calls them: a message is data, a hint is for a
    /// person also in JSON.
    pub(crate) fn called(mut self, names: &Names) -> Self {
        if let Some(hint) = self.error.hint().map(|hint| names.tell(hint).into_owned()) {
            self.error = self.error.with_hint(hint);
        }
        self
    }

    /// What ended a connection that had been made, this long after the call.
    pub(crate) fn after(facts: Facts, error: Error, received: Option<Vec<u8>>, now: Duration) -> Self {
        let mut journey = facts.journey;
        journey.waterfall = journey.waterfall.blaming(&error, now);
        Self { error, journey, peer_certificate: facts.peer_certificate, received }
    }
}

impl Outcome {
    pub(crate) fn connected(index: usize, connected: Connected) -> Self {
        Self { index, is_demonstration: false, result: Ok(connected) }
    }

    pub(crate) fn failed(index: usize, failure: Failure) -> Self {
        Self { index, is_demonstration: false, result: Err(Box::new(failure)) }
    }

    fn waterfall(&self) -> &Waterfall {
        match &self.result {
            Ok(connected) => &connected.facts.journey.waterfall,
            Err(failure) => &failure.journey.waterfall,
        }
    }

    /// The same, with the options in its hint called as their giver calls them.
    pub(crate) fn called(self, names: &Names) -> Self {
        let result = self.result.map_err(|failure| Box::new(failure.called(names)));
        Self { result, ..self }
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.result.is_ok()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("ok", &self.is_ok())?;
        line.serialize_entry("index", &self.index)?;
        match &self.result {
            Ok(connected) => {
                connected.facts.journey.serialize_into(&mut line)?;
                line.serialize_entry("socket", &connected.facts.socket)?;
                line.serialize_entry("received", &base64(connected.received.as_ref()))?;
                line.serialize_entry("closed", &connected.end)?;
            }
            Err(failure) => {
                failure.journey.serialize_into(&mut line)?;
                line.serialize_entry("error", &failure.error)?;
                line.serialize_entry("peerCertificate", &failure.peer_certificate_json())?;
                if failure.error.phase() == Phase::Transfer {
                    line.serialize_entry("received", &base64(failure.received.as_ref()))?;
                    line.serialize_entry("closed", &End { clean: false })?;
                }
            }
        }
        line.serialize_entry("waterfall", self.waterfall())?;
        if self.is_demonstration {
            line.serialize_entry("demonstration", &true)?;
        }
        line.end()
    }
}

impl Journey {
    fn serialize_into<M: SerializeMap>(&self, line: &mut M) -> Result<(), M::Error> {
        match &self.target {
            Some(target) => line.serialize_entry("target", target)?,
            None => line.serialize_entry("target", &Unknown)?,
        }
        line.serialize_entry("timings", &self.timings)?;
        line.serialize_entry("attempts", &self.attempts)
    }
}

/// A target that could not be read: nothing of it is known.
struct Unknown;

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = ["protocol", "hostname", "port", "servername", "socketPath", "localAddress"];
        serializer.collect_map(names.map(|name| (name, ())))
    }
}

impl Failure {
    /// The certificate; `{}` where there is none, as in Node, and null where there can be none.
    fn peer_certificate_json(&self) -> Value {
        let is_plain = self.journey.target.as_ref().is_some_and(|target| !target.protocol.is_tls());
        match &self.peer_certificate {
            Some(certificate) => serde_json::to_value(certificate).unwrap_or_default(),
            None if is_plain => Value::Null,
            None => Value::Object(serde_json::Map::new()),
        }
    }
}

fn base64(bytes: Option<&Vec<u8>>) -> Option<String> {
    bytes.map(|bytes| STANDARD.encode(bytes))
}
