//! Every option: one row each, in the file of its group. To add one is to add a row there, what the row names to the
//! imports here, and a form where its kind of value is new.

/// Gives the rows that there are so far to the next group, which adds its own; after the last they are the table.
macro_rules! next {
    ([] $($rows:tt)*) => { options! { $($rows)* } };
    ([$group:ident $($groups:ident)*] $($rows:tt)*) => { $group! { [$($groups)*] $($rows)* } };
}

#[macro_use]
mod dialling;
#[macro_use]
mod socket;
#[macro_use]
mod trust;
#[macro_use]
mod speech;
#[macro_use]
mod memory;
#[macro_use]
mod insight;

use std::{
    fmt, io,
    net::IpAddr,
    os::fd::BorrowedFd,
    path::PathBuf,
    time::{Duration, SystemTime},
};

#[cfg(feature = "serde")]
use super::form::read;
use super::{
    AddressFamily, AlpnProtocols, CaStore, ConnectDanger, ConnectOptions, DnsResultOrder, Engine,
    ListenDanger, ListenOptions, Lookup, Networks, Observer, OptionRow, PemList, PrivateKeys, Secret,
    Sessions, Side, TlsVersion,
    callback::{CheckServerIdentity, Clock, ConfigureSocket, KeyLog},
    duration::{Delay, Milliseconds, PartTimeout, Timeout},
    form::{Form, Place, given},
    limit::{self, Beyond},
    lookup::{LookupCache, LookupHints, SharedLookup},
    networks::AllowedNetworks,
    observer::SharedObserver,
    path::FileName,
    pins::PinList,
    revocation::RevocationLists,
    scalar::{Address, Boolean, CacheSize, Device, Port, ServiceType, Text, UndiciBoolean, Whole},
    servername::Servername,
    session_store::{SessionStore, SharedSessionStore},
    version::{MaxVersion, MinVersion},
};
use crate::{
    certificate::PeerCertificate,
    error::Error,
    target::{RemoteAddress, SocketPath},
    verify::Pins,
};

next! { [dialling socket trust speech memory insight] }

#[cfg(all(test, feature = "serde"))]
mod tests;
