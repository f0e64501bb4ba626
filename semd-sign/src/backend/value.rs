//! Signature values as tokens and programs give them, and as containers want them.

use super::SignatureAlgorithm;
use crate::asn1::Writer;
use crate::certificate::Certificate;

/// The value in the form that containers want. Which of the forms in use it has is found by verifying: PKCS #11 and CMS agree
/// on the order of octets in GOST signatures, but not all modules keep to it, and CryptoAPI turns every value round.
///
/// `None` when the value is no signature over `digest` by the key of the certificate in any form.
pub(super) fn in_standard_form(
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
    value: &[u8],
) -> Option<Vec<u8>> {
    let (first, second) = value.split_at(value.len() / 2);
    let reversed = |octets: &[u8]| octets.iter().rev().copied().collect::<Vec<_>>();
    let forms: Vec<Vec<u8>> = match algorithm {
        SignatureAlgorithm::Gost(_) => vec![
            value.to_vec(),
            reversed(value),
            [second, first].concat(),
            [reversed(first), reversed(second)].concat(),
        ],
        SignatureAlgorithm::RsaSha256 => vec![value.to_vec(), reversed(value)],
        SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::EcdsaSha384 => {
            vec![value.to_vec(), sig_value(first, second)]
        }
    };
    forms.into_iter().find(|form| certificate.verifies_digest(algorithm.hash(), digest, form))
}

/// ECDSA-Sig-Value (RFC 3279 2.2.3).
fn sig_value(r: &[u8], s: &[u8]) -> Vec<u8> {
    Writer::build(|writer| {
        writer.sequence(|pair| {
            pair.unsigned(r).unsigned(s);
        });
    })
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;
    use crate::digest::Streebog;
    use crate::gost::ParameterSet;
    use crate::pki::{Subject, TestAuthority};

    #[test]
    fn every_order_of_octets_is_recognised_and_a_foreign_value_is_not() {
        let now = datetime!(2026-05-20 10:00 UTC);
        let set = ParameterSet::by_oid(ParameterSet::TC26_512_A).unwrap();
        let authority = TestAuthority::create("УЦ", set, now, Duration::days(9)).unwrap();
        let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(9)).unwrap();
        let digest = Streebog::S512.digest(b"attributes");
        let value = issued.key.sign_digest(&digest).unwrap();
        let standard = |value: &[u8]| {
            in_standard_form(&issued.certificate, SignatureAlgorithm::Gost(Streebog::S512), &digest, value)
        };
        let mut reversed = value.clone();
        reversed.reverse();
        let swap = |value: &[u8]| [&value[64..], &value[..64]].concat();
        for given in [&value, &reversed, &swap(&value), &swap(&reversed)] {
            assert_eq!(standard(given).as_ref(), Some(&value));
        }
        assert_eq!(standard(&issued.key.sign_digest(&[7; 64]).unwrap()), None);
        assert_eq!(standard(&[]), None);
    }
}
