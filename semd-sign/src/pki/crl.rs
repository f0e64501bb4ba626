//! Making revocation lists (RFC 5280 5.1).

use time::{Duration, OffsetDateTime};

use super::issue::{extension, key_identifier, signature_algorithm, signed};
use super::{PkiError, RevokedList, TestAuthority};
use crate::asn1::{Writer, tag, write_time};
use crate::oid;

impl TestAuthority {
    /// The authority's revocation list at a moment, DER.
    ///
    /// ```
    /// use semd_sign::gost::ParameterSet;
    /// use semd_sign::pki::{Revoked, RevokedList, Subject, TestAuthority};
    /// use semd_sign::revocation::{CertificateStatus, Moment, RevocationData, RevocationReason};
    /// use time::{Duration, macros::datetime};
    ///
    /// let now = datetime!(2026-05-20 10:00 UTC);
    /// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    /// let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
    /// let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
    /// let mut revoked = RevokedList::default();
    /// revoked.add(Revoked::new(&issued.certificate, now, RevocationReason::KeyCompromise));
    ///
    /// let mut data = RevocationData::new();
    /// data.add_crl(&authority.revocation_list(&revoked, now, Duration::days(7))?)?;
    /// let finding = data.status(&issued.certificate, authority.certificate(), Moment::now(now));
    /// assert!(matches!(finding.status, Some(CertificateStatus::Revoked { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Signing failed.
    pub fn revocation_list(
        &self,
        revoked: &RevokedList,
        now: OffsetDateTime,
        validity: Duration,
    ) -> Result<Vec<u8>, PkiError> {
        let key = self.key();
        let tbs = Writer::build(|writer| {
            writer.sequence(|tbs| {
                tbs.unsigned(&[1]).raw(&signature_algorithm(key)).raw(self.certificate().subject_raw());
                write_time(tbs, now);
                write_time(tbs, now.saturating_add(validity));
                if !revoked.entries().is_empty() {
                    tbs.sequence(|list| {
                        for entry in revoked.entries() {
                            list.sequence(|fields| {
                                fields.primitive(tag::INTEGER, entry.serial());
                                write_time(fields, entry.at);
                                fields.sequence(|extensions| {
                                    extension(extensions, &oid::CRL_REASON, false, |value| {
                                        value.primitive(tag::ENUMERATED, &[entry.reason.code()]);
                                    });
                                });
                            });
                        }
                    });
                }
                tbs.constructed(tag::context(0), |explicit| {
                    explicit.sequence(|extensions| {
                        extension(extensions, &oid::AUTHORITY_KEY_IDENTIFIER, false, |value| {
                            value.sequence(|identifier| {
                                let identifier_octets = key_identifier(key.public_key());
                                identifier.primitive(tag::context_primitive(0), &identifier_octets);
                            });
                        });
                        // Grows with every list: seconds since 1970.
                        let number = now.unix_timestamp().max(0).to_be_bytes();
                        extension(extensions, &oid::CRL_NUMBER, false, |value| {
                            value.unsigned(&number);
                        });
                    });
                });
            });
        });
        signed(key, &tbs)
    }
}
