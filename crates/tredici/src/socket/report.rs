//! A socket as data, in the field names of Node and Bun.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};
use std::net::SocketAddr;

use super::Socket;
use crate::{certificate::PeerCertificate, verify::AuthorizationError};

impl Socket {
    /// Everything that the socket tells about itself, to be serialised. What does not apply is `null`, but for
    /// `pinFailure`, which is there only where `pinsReportOnly` has let one pass; no secret is in it.
    ///
    /// ```no_run
    /// # fn example(socket: tredici::Socket) -> Result<(), Box<dyn std::error::Error>> {
    /// println!("{}", serde_json::to_string_pretty(&socket.report())?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn report(&self) -> SocketReport<'_> {
        SocketReport(self)
    }
}

/// What [`Socket::report`] gives.
#[derive(Debug)]
pub struct SocketReport<'a>(&'a Socket);

impl Serialize for SocketReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let socket = self.0;
        let (local, remote) = (socket.local_address(), socket.remote_address());
        let mut fields =
            serializer.serialize_struct("Socket", 27 + usize::from(socket.pin_failure().is_some()))?;
        fields.serialize_field("readyState", socket.ready_state().as_str())?;
        fields.serialize_field("encrypted", &socket.encrypted())?;
        fields.serialize_field("authorized", &socket.authorized())?;
        fields.serialize_field(
            "authorizationError",
            &socket.authorization_error().map(AuthorizationError::code),
        )?;
        if let Some(failure) = socket.pin_failure() {
            fields.serialize_field("pinFailure", failure)?;
        }
        fields.serialize_field("alpnProtocol", &OrFalse::of(socket.alpn_protocol(), socket.encrypted()))?;
        fields.serialize_field("servername", &OrFalse::of(socket.servername(), socket.encrypted()))?;
        fields.serialize_field("localAddress", &local.map(|address| address.ip()))?;
        fields.serialize_field("localFamily", &local.map(family))?;
        fields.serialize_field("localPort", &local.map(|address| address.port()))?;
        fields.serialize_field("remoteAddress", &remote.map(|address| address.ip()))?;
        fields.serialize_field("remoteFamily", &remote.map(family))?;
        fields.serialize_field("remotePort", &remote.map(|address| address.port()))?;
        fields.serialize_field("bytesRead", &socket.bytes_read())?;
        fields.serialize_field("bytesWritten", &socket.bytes_written())?;
        fields.serialize_field("tlsVersion", &socket.tls_version())?;
        fields.serialize_field("cipher", &socket.cipher())?;
        fields.serialize_field("ephemeralKeyInfo", &socket.ephemeral_key_info())?;
        fields.serialize_field("isSessionReused", &socket.encrypted().then(|| socket.is_session_reused()))?;
        fields.serialize_field("sharedSigalgs", &socket.shared_sigalgs().ok())?;
        fields.serialize_field("finished", &socket.finished().ok().flatten().as_deref().map(hex))?;
        fields.serialize_field("peerFinished", &socket.peer_finished().ok().flatten().as_deref().map(hex))?;
        fields.serialize_field(
            "ticket",
            &socket.ticket().ok().flatten().map(|ticket| STANDARD.encode(ticket)),
        )?;
        fields.serialize_field("engine", &socket.engine())?;
        fields.serialize_field("engineReason", &socket.engine_reason())?;
        let certificate = socket.certificate();
        fields
            .serialize_field("certificate", &socket.encrypted().then_some(OrEmpty(certificate.as_ref())))?;
        fields.serialize_field(
            "peerCertificate",
            &socket.encrypted().then_some(OrEmpty(socket.peer_certificate())),
        )?;
        fields.end()
    }
}

fn family(address: SocketAddr) -> &'static str {
    if address.is_ipv4() { "IPv4" } else { "IPv6" }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What Node tells as `false`: TLS agreed on none.
enum OrFalse<'a> {
    Some(&'a str),
    False,
    Null,
}

impl<'a> OrFalse<'a> {
    fn of(value: Option<&'a str>, encrypted: bool) -> Self {
        match value {
            Some(value) => Self::Some(value),
            None if encrypted => Self::False,
            None => Self::Null,
        }
    }
}

impl Serialize for OrFalse<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Some(value) => serializer.serialize_str(value),
            Self::False => serializer.serialize_bool(false),
            Self::Null => serializer.serialize_none(),
        }
    }
}

/// A certificate, or `{}` where there is none, as in Node.
struct OrEmpty<'a>(Option<&'a PeerCertificate>);

impl Serialize for OrEmpty<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(certificate) => certificate.serialize(serializer),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}
