//! WS-Security around XML signatures: security headers and their addressees, certificate tokens, time stamps of messages.
//!
//! SOAP Message Security 1.1 and X.509 Token Profile 1.1 of OASIS, as far as the bus, СМЭВ 3 and the social fund use them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semd_core::xml::{Document, ElementId};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::certificate::Certificate;
use crate::xmldsig::{NAMESPACE, WSSE, WSU};

const BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
pub(crate) const X509_TOKEN: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";

/// A `wsse:Security` header block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityHeader {
    /// The element.
    pub element: ElementId,
    /// Whom it is meant for: `actor` (SOAP 1.1) or `role` (1.2). A message has at most one block for each.
    pub actor: Option<String>,
}

impl SecurityHeader {
    /// The signatures of the block.
    pub fn signatures(&self, document: &Document<'_>) -> Vec<ElementId> {
        document.children_named(self.element, NAMESPACE, "Signature").collect()
    }

    /// The `wsu:Timestamp` of the block; `None` when absent.
    ///
    /// # Errors
    /// There are several, or the times cannot be read.
    pub fn timestamp(&self, document: &Document<'_>) -> Result<Option<Timestamp>, BadTimestamp> {
        let mut found = document.children_named(self.element, WSU, "Timestamp");
        let Some(element) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(BadTimestamp);
        }
        let time = |local: &str| {
            let mut found = document.children_named(element, WSU, local);
            match (found.next(), found.next()) {
                (None, _) => Ok(None),
                (Some(time), None) => OffsetDateTime::parse(document.string_value(time).trim(), &Rfc3339)
                    .map(Some)
                    .map_err(|_| BadTimestamp),
                (Some(_), Some(_)) => Err(BadTimestamp),
            }
        };
        let created = time("Created")?.ok_or(BadTimestamp)?;
        Ok(Some(Timestamp { element, created, expires: time("Expires")? }))
    }
}

/// The time stamp of a message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time stamp of the message cannot be read")]
pub struct BadTimestamp;

/// `wsu:Timestamp`: how long a message is meant to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// The element.
    pub element: ElementId,
    /// When the message was made.
    pub created: OffsetDateTime,
    /// When it dies.
    pub expires: Option<OffsetDateTime>,
}

impl Timestamp {
    /// Whether the message is alive at `now`. `skew` is how far the sender's clock may be ahead; the end is taken as it stands,
    /// because it leaves room enough. A message without an end lives for `life`.
    pub fn is_fresh(&self, now: OffsetDateTime, skew: Duration, life: Duration) -> bool {
        let end = self.expires.unwrap_or(self.created.saturating_add(life));
        self.created <= now.saturating_add(skew) && now <= end
    }
}

/// The `wsse:Security` blocks among the children of `header`, in document order.
pub fn security_headers(document: &Document<'_>, header: ElementId) -> Vec<SecurityHeader> {
    let actor = |element: ElementId| {
        let attributes = document.attributes(element).iter();
        attributes
            .filter(|attribute| matches!(document.expanded_name(attribute.name).local, "actor" | "role"))
            .map(|attribute| document.value(attribute).to_owned())
            .next()
    };
    document
        .children_named(header, WSSE, "Security")
        .map(|element| SecurityHeader { element, actor: actor(element) })
        .collect()
}

/// A `wsse:BinarySecurityToken` with a certificate. The prefixes `wsse` and `wsu` must be in scope where it is put.
pub fn token(id: &str, certificate: &Certificate) -> String {
    format!(
        "<wsse:BinarySecurityToken EncodingType=\"{BASE64}\" ValueType=\"{X509_TOKEN}\" wsu:Id=\"{id}\">{}</wsse:BinarySecurityToken>",
        STANDARD.encode(certificate.der())
    )
}

/// A `wsu:Timestamp`, times in UTC with seconds. The prefix `wsu` must be in scope where it is put.
pub fn timestamp(id: &str, created: OffsetDateTime, life: Duration) -> String {
    let text = |time: OffsetDateTime| {
        let time = time.to_offset(UtcOffset::UTC);
        let time = time.replace_nanosecond(0).unwrap_or(time);
        time.format(&Rfc3339).unwrap_or_default()
    };
    format!(
        "<wsu:Timestamp wsu:Id=\"{id}\"><wsu:Created>{}</wsu:Created><wsu:Expires>{}</wsu:Expires></wsu:Timestamp>",
        text(created),
        text(created.saturating_add(life))
    )
}

#[cfg(test)]
mod tests {
    use semd_core::xml::{self, Limits};
    use time::macros::datetime;

    use super::*;

    fn read(timestamps: &str) -> Result<Option<Timestamp>, BadTimestamp> {
        let text = format!(
            "<h xmlns:wsse='{WSSE}' xmlns:wsu='{WSU}'><wsse:Security>{timestamps}</wsse:Security></h>"
        );
        let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
        security_headers(&document, document.root())[0].timestamp(&document)
    }

    #[test]
    fn time_stamp_is_read_back_and_lives_as_long_as_it_says() {
        let created = datetime!(2026-05-20 13:00:00.7 +3);
        let stamp = read(&timestamp("TS-1", created, Duration::minutes(5))).unwrap().unwrap();
        assert_eq!(stamp.created, datetime!(2026-05-20 10:00:00 UTC));
        assert_eq!(stamp.expires, Some(datetime!(2026-05-20 10:05:00 UTC)));
        let fresh = |now| stamp.is_fresh(now, Duration::minutes(1), Duration::minutes(10));
        assert!(fresh(datetime!(2026-05-20 9:59:30 UTC)) && fresh(datetime!(2026-05-20 10:05:00 UTC)));
        assert!(!fresh(datetime!(2026-05-20 9:58:30 UTC)) && !fresh(datetime!(2026-05-20 10:05:01 UTC)));
    }

    #[test]
    fn absent_time_stamp_is_no_error_and_a_doubtful_one_is() {
        assert_eq!(read(""), Ok(None));
        let good = timestamp("a", datetime!(2026-05-20 10:00 UTC), Duration::minutes(5));
        assert_eq!(read(&format!("{good}{good}")), Err(BadTimestamp));
        assert_eq!(read("<wsu:Timestamp/>"), Err(BadTimestamp));
        assert_eq!(
            read("<wsu:Timestamp><wsu:Created>yesterday</wsu:Created></wsu:Timestamp>"),
            Err(BadTimestamp)
        );
    }
}
