//! Which groups a client offers, and of which it sends a key at once.

use std::{
    ffi::CString,
    num::NonZeroUsize,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use lru::LruCache;
use openssl::{
    ssl::{SslRef, SslVersion},
    version,
};
use tredici_openssl::{group_name, set_groups_list};

use super::super::policy::{GROUPS, KEY_SHARES};

/// OpenSSL 3.5: the first with ML-KEM, and with a say in the keys that are sent at once.
const WITH_HYBRIDS: i64 = 0x3050_0000;
/// So many servers' groups are remembered.
const MOST: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// All groups, and keys of the first two.
pub(super) fn default() -> String {
    if version::number() < WITH_HYBRIDS {
        let known = GROUPS.iter().filter(|group| !group.is_hybrid());
        return known.map(|group| group.name).collect::<Vec<_>>().join(":");
    }
    marked(|at| at < KEY_SHARES)
}

/// The stars are before the groups of which a client sends a key at once. The slash after a hybrid one has a server
/// prefer it even where the client has not sent a key of it yet; of those with colons between them it takes one that
/// came.
fn marked(is_sent: impl Fn(usize) -> bool) -> String {
    let marked = GROUPS.iter().enumerate().map(|(at, group)| {
        let at_once = if is_sent(at) { "*" } else { "" };
        match group.is_hybrid() {
            // A library that is built to be small may not have it.
            true => format!("?{at_once}{}/", group.name),
            false => format!("{at_once}{}:", group.name),
        }
    });
    marked.collect::<String>().trim_end_matches(':').to_owned()
}

/// The groups that servers have chosen in TLS 1.3. A key is dear to make, and a server takes one: one that is met again
/// is sent a key of the group that it chose alone. All others are offered as before, and a server that has changed its
/// mind asks for a key of another (RFC 8446 section 4.1.4).
#[derive(Clone)]
pub(super) struct ChosenGroups(Arc<Mutex<LruCache<Box<str>, usize>>>);

impl ChosenGroups {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(MOST))))
    }

    /// Has a connection to this server send a key of its group alone.
    pub(super) fn apply(&self, ssl: &mut SslRef, servername: &str) {
        let chosen = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(servername).copied();
        if let Some(list) = chosen.and_then(only) {
            // The context has taken these groups before.
            let _taken = set_groups_list(ssl, list);
        }
    }

    /// Remembers what this server has chosen.
    pub(super) fn note(&self, ssl: &SslRef, servername: &str) {
        if ssl.version2() != Some(SslVersion::TLS1_3) {
            return;
        }
        let Some(name) = group_name(ssl) else { return };
        let Some(group) = GROUPS.iter().position(|group| group.name.eq_ignore_ascii_case(&name)) else {
            return;
        };
        let mut chosen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match chosen.get_mut(servername) {
            Some(known) => *known = group,
            None => drop(chosen.put(servername.into(), group)),
        }
    }
}

/// All groups, and a key of this one; `None` where the library has no say in that.
fn only(group: usize) -> Option<&'static CString> {
    static LISTS: OnceLock<Vec<CString>> = OnceLock::new();
    let lists = LISTS.get_or_init(|| match version::number() < WITH_HYBRIDS {
        true => Vec::new(),
        false => (0..GROUPS.len()).filter_map(|only| CString::new(marked(|at| at == only)).ok()).collect(),
    });
    lists.get(group)
}
