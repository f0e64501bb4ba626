//! Certificate revocation lists (RFC 5280 5).

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use pkcs8::ObjectIdentifier;
use time::OffsetDateTime;

use super::{RevocationError, RevocationReason};
use crate::asn1::{Asn1Error, Element, Reader, read_time, tag};
use crate::certificate::Certificate;
use crate::{oid, pem};

/// Extensions of a list or of an entry; real ones have a handful.
const MAX_EXTENSIONS: usize = 32;

/// A certificate revocation list, read once and cheap to clone.
#[derive(Clone)]
pub struct Crl {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    tbs: Range<usize>,
    issuer: Range<usize>,
    algorithm: ObjectIdentifier,
    algorithms_agree: bool,
    signature: Range<usize>,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    number: Option<Range<usize>>,
    scope: Scope,
    /// Critical extensions, of the list or an entry, that are not understood.
    unknown_critical: bool,
    keeps_expired_since: Option<OffsetDateTime>,
    /// Sorted by serial number.
    entries: Vec<Entry>,
    /// The issuer asked about first, and whether its key made the signature: a list is asked about again and again, and
    /// takes longer to hash than a document.
    checked: OnceLock<(Certificate, bool)>,
}

/// One revoked certificate.
#[derive(Clone, Debug)]
struct Entry {
    /// Contents of the serial number's INTEGER, in the list.
    serial: Range<usize>,
    at: OffsetDateTime,
    reason: RevocationReason,
}

/// issuingDistributionPoint: which certificates a list is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scope {
    only_users: bool,
    only_authorities: bool,
    /// Attribute certificates only, certificates of other issuers, or only some reasons: says nothing here.
    elsewhere: bool,
    /// Addresses of the point, when it is named.
    urls: Option<Vec<String>>,
}

impl Crl {
    /// Reads a list, PEM or DER.
    ///
    /// # Errors
    /// The octets are not a list.
    pub fn from_bytes(pem_or_der: &[u8]) -> Result<Self, RevocationError> {
        if !pem::is_pem(pem_or_der) {
            return Self::from_der(pem_or_der.to_vec());
        }
        match pem::blocks(pem_or_der).into_iter().find(|block| block.label == "X509 CRL") {
            Some(block) => Self::from_der(block.octets),
            None => Err(RevocationError::NotCrl(Asn1Error::Truncated)),
        }
    }

    fn from_der(der: Vec<u8>) -> Result<Self, RevocationError> {
        let inner = Inner::read(der).map_err(RevocationError::NotCrl)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The list, DER.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// When the list was made.
    pub fn this_update(&self) -> OffsetDateTime {
        self.inner.this_update
    }

    /// When the next one is due at the latest.
    pub fn next_update(&self) -> Option<OffsetDateTime> {
        self.inner.next_update
    }

    /// How many certificates are revoked.
    pub fn len(&self) -> usize {
        self.inner.entries.len()
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.inner.entries.is_empty()
    }

    /// cRLNumber, contents of the INTEGER: grows with every list.
    pub fn number(&self) -> Option<&[u8]> {
        self.inner.number.clone().map(|range| &self.inner.der[range])
    }

    /// Issuer name as it stands.
    pub(super) fn issuer_raw(&self) -> &[u8] {
        &self.inner.der[self.inner.issuer.clone()]
    }

    /// Whether there are critical extensions nobody here understands: the list must not be used (RFC 5280 5.2).
    pub(super) fn has_unknown_critical(&self) -> bool {
        self.inner.unknown_critical
    }

    /// Whether the list tells about expired certificates too: from `moment` on, expiry removes nobody.
    pub(super) fn keeps_expired_at(&self, moment: OffsetDateTime) -> bool {
        self.inner.keeps_expired_since.is_some_and(|since| since <= moment)
    }

    /// Whether the list is about certificates like this one.
    pub(super) fn covers(&self, certificate: &Certificate) -> bool {
        let scope = &self.inner.scope;
        let extensions = certificate.extensions();
        let kind = if extensions.is_ca { !scope.only_users } else { !scope.only_authorities };
        let point =
            scope.urls.as_ref().is_none_or(|urls| urls.iter().any(|url| extensions.crl_urls.contains(url)));
        kind && point && !scope.elsewhere
    }

    /// When and why a certificate with this serial number (contents of the INTEGER) was revoked.
    pub(super) fn entry(&self, serial: &[u8]) -> Option<(OffsetDateTime, RevocationReason)> {
        let inner = &self.inner;
        let found =
            inner.entries.binary_search_by(|entry| inner.der[entry.serial.clone()].cmp(serial)).ok()?;
        let entry = &inner.entries[found];
        Some((entry.at, entry.reason))
    }

    /// Whether `issuer` is named as issuer and its key, which may sign lists, made the signature.
    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let (known, verdict) =
            self.inner.checked.get_or_init(|| (issuer.clone(), self.verifies_under(issuer)));
        if known == issuer { *verdict } else { self.verifies_under(issuer) }
    }

    fn verifies_under(&self, issuer: &Certificate) -> bool {
        let inner = &self.inner;
        inner.algorithms_agree
            && self.issuer_raw() == issuer.subject_raw()
            && issuer.extensions().key_usage.is_none_or(|usage| usage.crl_sign)
            && issuer.verifies(
                &inner.algorithm,
                &inner.der[inner.tbs.clone()],
                &inner.der[inner.signature.clone()],
            )
    }
}

impl std::fmt::Debug for Crl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Crl({}, {} entries)", self.inner.this_update, self.len())
    }
}

impl Inner {
    fn read(der: Vec<u8>) -> Result<Self, Asn1Error> {
        let within = |part: &[u8]| within(&der, part);
        let mut outer = Reader::single(&der, tag::SEQUENCE)?.reader();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let outer_algorithm = outer.expect(tag::SEQUENCE)?;
        let signature = outer.expect(tag::BIT_STRING)?.bit_string()?;
        outer.finish()?;

        let mut fields = tbs.reader();
        fields.optional(tag::INTEGER)?;
        let inner_algorithm = fields.expect(tag::SEQUENCE)?;
        let issuer = fields.expect(tag::SEQUENCE)?;
        let (this_update, _) = read_time(&fields.read()?)?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(read_time(&fields.read()?)?.0),
            _ => None,
        };
        let revoked = fields.optional(tag::SEQUENCE)?;
        let extensions = fields.optional(tag::context(0))?;
        fields.finish()?;

        let mut unknown_critical = false;
        let mut entries = Vec::new();
        if let Some(revoked) = revoked {
            let mut revoked = revoked.reader();
            while !revoked.is_empty() {
                let (serial, at, reason) = read_entry(&revoked.read()?, &mut unknown_critical)?;
                // Only delta lists, which are not used, take entries back.
                if reason != RevocationReason::RemoveFromCrl {
                    entries.push(Entry { serial: within(serial), at, reason });
                }
            }
        }
        entries.sort_by(|left, right| der[left.serial.clone()].cmp(&der[right.serial.clone()]));

        let (mut scope, mut number, mut keeps_expired_since) = (Scope::default(), None, None);
        if let Some(extensions) = extensions {
            for extension in read_extensions(&extensions)? {
                match extension.oid {
                    oid::ISSUING_DISTRIBUTION_POINT => scope = Scope::read(extension.value)?,
                    oid::CRL_NUMBER => {
                        number = Some(within(Reader::single(extension.value, tag::INTEGER)?.content));
                    }
                    oid::EXPIRED_CERTS_ON_CRL => {
                        let since = Reader::single(extension.value, tag::GENERALIZED_TIME)?;
                        keeps_expired_since = Some(read_time(&since)?.0);
                    }
                    oid::AUTHORITY_KEY_IDENTIFIER => {}
                    // The indicator of a delta list is critical and lands here.
                    _ => unknown_critical |= extension.critical,
                }
            }
        }
        Ok(Self {
            tbs: within(tbs.raw),
            issuer: within(issuer.raw),
            algorithm: outer_algorithm.reader().expect(tag::OID)?.oid()?,
            algorithms_agree: inner_algorithm.raw == outer_algorithm.raw,
            signature: within(signature),
            this_update,
            next_update,
            number,
            scope,
            unknown_critical,
            keeps_expired_since,
            entries,
            checked: OnceLock::new(),
            der,
        })
    }
}

/// Where `part` lies in `whole`, of which it is a slice.
fn within(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn read_entry<'a>(
    element: &Element<'a>,
    unknown_critical: &mut bool,
) -> Result<(&'a [u8], OffsetDateTime, RevocationReason), Asn1Error> {
    element.require(tag::SEQUENCE)?;
    let mut fields = element.reader();
    let serial = fields.expect(tag::INTEGER)?.content;
    let (at, _) = read_time(&fields.read()?)?;
    let mut reason = RevocationReason::Unspecified;
    if !fields.is_empty() {
        for extension in read_list(&fields.expect(tag::SEQUENCE)?)? {
            if extension.oid == oid::CRL_REASON {
                reason = RevocationReason::read(&Reader::single(extension.value, tag::ENUMERATED)?);
            } else {
                // certificateIssuer is critical: the entry is of another issuer's certificate.
                *unknown_critical |= extension.critical;
            }
        }
    }
    fields.finish()?;
    Ok((serial, at, reason))
}

/// One extension.
pub(super) struct Extension<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

/// Reads explicitly tagged Extensions.
pub(super) fn read_extensions<'a>(explicit: &Element<'a>) -> Result<Vec<Extension<'a>>, Asn1Error> {
    read_list(&Reader::single(explicit.content, tag::SEQUENCE)?)
}

fn read_list<'a>(list: &Element<'a>) -> Result<Vec<Extension<'a>>, Asn1Error> {
    let mut reader = list.reader();
    let mut extensions = Vec::new();
    while !reader.is_empty() {
        if extensions.len() == MAX_EXTENSIONS {
            return Err(Asn1Error::TooMany);
        }
        let mut fields = reader.expect(tag::SEQUENCE)?.reader();
        let oid = fields.expect(tag::OID)?.oid()?;
        let critical = fields.optional(tag::BOOLEAN)?.is_some_and(|critical| critical.content != [0]);
        let value = fields.expect(tag::OCTET_STRING)?.content;
        fields.finish()?;
        extensions.push(Extension { oid, critical, value });
    }
    Ok(extensions)
}

impl Scope {
    /// IssuingDistributionPoint (RFC 5280 5.2.5).
    fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        let mut fields = Reader::single(value, tag::SEQUENCE)?.reader();
        let mut scope = Self::default();
        if let Some(point) = fields.optional(tag::context(0))? {
            let mut names = point.reader();
            scope.urls = match names.optional(tag::context(0))? {
                Some(full) => Some(
                    full.reader()
                        .elements()?
                        .iter()
                        .filter(|name| name.tag == tag::context_primitive(6))
                        .map(|name| String::from_utf8_lossy(name.content).into_owned())
                        .collect(),
                ),
                // A name relative to the issuer's: no certificate here names its point so.
                None => Some(Vec::new()),
            };
        }
        let mut flag = |number| {
            let flag = fields.optional(tag::context_primitive(number))?;
            Ok::<_, Asn1Error>(flag.is_some_and(|flag| flag.content != [0]))
        };
        scope.only_users = flag(1)?;
        scope.only_authorities = flag(2)?;
        let some_reasons = flag(3)?;
        let indirect = flag(4)?;
        let attributes = flag(5)?;
        scope.elsewhere = some_reasons || indirect || attributes;
        fields.finish()?;
        Ok(scope)
    }
}
