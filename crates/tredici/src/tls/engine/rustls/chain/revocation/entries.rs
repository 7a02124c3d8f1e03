//! Who stands in a list: found by the serial number, however many there are.

use std::num::NonZeroU32;

use super::{
    super::{
        der::{self, ENUMERATED, Elements, INTEGER, SEQUENCE, Span},
        distribution_point::directories,
        extensions::Extension,
        general_name::GeneralName,
        name,
    },
    list::is_date,
};

/// The entries of a list in the order of their serial numbers; of equal ones the first stays the first. They take less
/// memory than the list itself, in which the numbers stand.
pub(super) struct Entries {
    sorted: Vec<Entry>,
    /// Whose certificates entries say that they are about.
    issuers: Vec<Span>,
    /// An entry has a critical extension that is not understood.
    pub(super) has_unknown_critical: bool,
}

struct Entry {
    serial: Span,
    /// The place among the issuers, counted from one.
    issuer: Option<NonZeroU32>,
    /// It is in force again.
    is_taken_back: bool,
}

/// The shortest entry of a list has twenty bytes.
const _: () = assert!(size_of::<Entry>() <= 16);

const REASON: u8 = 21;
const CERTIFICATE_ISSUER: u8 = 29;
const REMOVE_FROM_LIST: u8 = 8;

impl Entries {
    /// From what stands one after another in `whole`; `None` where it is none.
    pub(super) fn read(whole: &[u8], entries: &[u8]) -> Option<Self> {
        let mut read = Self { sorted: Vec::new(), issuers: Vec::new(), has_unknown_critical: false };
        let mut is_sound = true;
        for entry in Elements::of(entries) {
            let mut fields = Elements::of(entry.filter(|element| element.tag == SEQUENCE)?.content);
            let serial = fields.take(INTEGER).filter(|serial| der::is_integer(serial))?;
            fields.next().filter(|date| is_date(*date))?;
            let details = Details::read(fields.take_if(SEQUENCE)?.unwrap_or_default())?;
            if !fields.is_empty() {
                return None;
            }
            let mut entry = Entry { serial: Span::of(serial, whole), issuer: None, is_taken_back: false };
            // What stands behind a malformed extension OpenSSL does not look into.
            if is_sound {
                is_sound = read.look_into(whole, &details, &mut entry).is_some();
            }
            read.sorted.push(entry);
        }
        read.sorted.shrink_to_fit();
        read.sorted.sort_by(|one, other| one.serial.within(whole).cmp(other.serial.within(whole)));
        Some(read)
    }

    /// `None` where an extension is malformed: what was understood before it counts.
    fn look_into(&mut self, whole: &[u8], details: &Details<'_>, entry: &mut Entry) -> Option<()> {
        if let Some(issuer) = details
            .issuer
            .read(|value| der::first(value, SEQUENCE).filter(|names| GeneralName::are_sound(names)))?
        {
            self.issuers.push(Span::of(issuer, whole));
        }
        // Who was named before is meant until another is (RFC 5280, section 5.3.3).
        entry.issuer = u32::try_from(self.issuers.len()).ok().and_then(NonZeroU32::new);
        let reason = details
            .reason
            .read(|value| der::first(value, ENUMERATED).filter(|reason| der::is_integer(reason)))?;
        entry.is_taken_back = reason == Some(&[REMOVE_FROM_LIST]);
        self.has_unknown_critical |= details.has_unknown_critical;
        Some(())
    }

    /// Whether the certificate of this number and this issuer, who is that of the list, stands in it.
    pub(super) fn name(&self, whole: &[u8], serial: &[u8], issuer: &[u8]) -> bool {
        let start = self.sorted.partition_point(|entry| entry.serial.within(whole) < serial);
        let mut same = self.sorted[start..].iter().take_while(|entry| entry.serial.within(whole) == serial);
        let meant = same.find(|entry| {
            self.issuers_of(entry)
                .is_none_or(|span| directories(span.within(whole)).any(|name| name::equal(name, issuer)))
        });
        meant.is_some_and(|entry| !entry.is_taken_back)
    }

    /// Whose certificate it is, where it says so.
    fn issuers_of(&self, entry: &Entry) -> Option<Span> {
        self.issuers.get(entry.issuer?.get() as usize - 1).copied()
    }
}

/// The extensions of an entry.
#[derive(Default)]
struct Details<'a> {
    issuer: Slot<'a>,
    reason: Slot<'a>,
    has_unknown_critical: bool,
}

impl<'a> Details<'a> {
    /// From the extensions that stand one after another; `None` where they are none.
    fn read(extensions: &'a [u8]) -> Option<Self> {
        let mut read = Self::default();
        for extension in Extension::each(extensions) {
            let extension = extension?;
            match extension.number() {
                Some(CERTIFICATE_ISSUER) => read.issuer.fill(extension.value),
                Some(REASON) => read.reason.fill(extension.value),
                _ => {}
            }
            let is_known = extension.number() == Some(CERTIFICATE_ISSUER);
            read.has_unknown_critical |= extension.is_critical && !is_known;
        }
        Some(read)
    }
}

/// The value of an extension that may stand once.
#[derive(Clone, Copy, Default)]
enum Slot<'a> {
    #[default]
    Empty,
    Once(&'a [u8]),
    Repeated,
}

impl<'a> Slot<'a> {
    fn fill(&mut self, value: &'a [u8]) {
        *self = if matches!(self, Self::Empty) { Self::Once(value) } else { Self::Repeated };
    }

    /// What `read` makes of the value; the outer `None` where it makes nothing of it, or there are several.
    fn read(self, read: impl Fn(&'a [u8]) -> Option<&'a [u8]>) -> Option<Option<&'a [u8]>> {
        match self {
            Self::Empty => Some(None),
            Self::Once(value) => read(value).map(Some),
            Self::Repeated => None,
        }
    }
}
