//! Lists and answers at hand.

use super::evidence::{self, Evidence, Moment, RevocationFinding};
use super::{Crl, OcspResponse, RevocationError};
use crate::certificate::Certificate;

/// Revocation lists and OCSP responses, wherever they came from. Nothing here is trusted because it is here: every item
/// must be signed by whoever may sign it.
#[derive(Clone, Debug, Default)]
pub struct RevocationData {
    crls: Vec<Crl>,
    responses: Vec<OcspResponse>,
}

impl RevocationData {
    /// No data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a revocation list, PEM or DER.
    ///
    /// # Errors
    /// The octets are not a list.
    pub fn add_crl(&mut self, pem_or_der: &[u8]) -> Result<(), RevocationError> {
        self.crls.push(Crl::from_bytes(pem_or_der)?);
        Ok(())
    }

    /// Adds an OCSP response, DER.
    ///
    /// # Errors
    /// The octets are not a response.
    pub fn add_ocsp(&mut self, der: &[u8]) -> Result<(), RevocationError> {
        self.responses.push(OcspResponse::from_bytes(der)?);
        Ok(())
    }

    /// Adds everything another collection holds.
    pub fn extend(&mut self, other: &Self) {
        self.crls.extend(other.crls.iter().cloned());
        self.responses.extend(other.responses.iter().cloned());
    }

    /// Whether there is no data at all.
    pub fn is_empty(&self) -> bool {
        self.crls.is_empty() && self.responses.is_empty()
    }

    /// The lists.
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The OCSP responses.
    pub fn responses(&self) -> &[OcspResponse] {
        &self.responses
    }

    /// What is known of a certificate under its issuer at a moment.
    ///
    /// ```
    /// use semd_sign::gost::ParameterSet;
    /// use semd_sign::pki::{Subject, TestAuthority};
    /// use semd_sign::revocation::{Moment, RevocationData};
    /// use time::{Duration, macros::datetime};
    ///
    /// let now = datetime!(2026-05-20 10:00 UTC);
    /// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    /// let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
    /// let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
    /// let finding = RevocationData::new().status(&issued.certificate, authority.certificate(), Moment::now(now));
    /// assert!(finding.status.is_none(), "nobody was asked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        moment: Moment,
    ) -> RevocationFinding {
        evidence::status(
            &Evidence { crls: &self.crls, responses: &self.responses, responders: &[] },
            certificate,
            issuer,
            moment,
        )
    }
}
