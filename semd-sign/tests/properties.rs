//! Mutated containers: never a panic, never a passed verdict unless nothing that is protected changed.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use common::{DOCUMENT, NOW};
use proptest::prelude::*;
use semd_sign::cades;
use semd_sign::cms::attached_content;
use semd_sign::gost::ParameterSet;
use semd_sign::verify::{ControlTime, Policy, Request, SignatureReport, TrustStore, verify};

fn judge(content: &[u8], signature: &[u8], trust: &TrustStore) -> SignatureReport {
    verify(&Request {
        content: content.into(),
        signature,
        trust,
        time: ControlTime::Now(NOW),
        policy: Policy::Remd,
    })
}

/// Whether the octet is one that nothing protects and no verdict rests on: the two version numbers, and the list of
/// digest algorithms at the head of SignedData, which repeats what every signer says for itself.
fn is_unprotected(container: &[u8], offset: usize) -> bool {
    let head = find(container, &[0x02, 0x01, 0x01, 0x31]);
    // encapContentInfo: SEQUENCE with id-data only.
    let content =
        find(container, &[0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]);
    let signer = container.windows(4).rposition(|window| window == [0x02, 0x01, 0x01, 0x30]).unwrap();
    (head..content).contains(&offset) || offset == signer + 2
}

fn find(octets: &[u8], needle: &[u8]) -> usize {
    octets.windows(needle.len()).position(|window| window == needle).unwrap()
}

#[test]
fn no_flipped_bit_of_the_container_is_accepted_unless_unprotected() {
    let (authority, issued) = common::person(ParameterSet::TC26_256_A);
    let trust = common::trust(&authority);
    let container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
    assert!(judge(DOCUMENT, &container, &trust).is_passed());
    let mut refused = 0;
    for offset in 0..container.len() {
        for bit in [0x01, 0x80] {
            let mut mutated = container.clone();
            mutated[offset] ^= bit;
            if judge(DOCUMENT, &mutated, &trust).is_passed() {
                assert!(
                    is_unprotected(&container, offset),
                    "octet {offset} of {}: {bit:#04x}",
                    container.len()
                );
            } else {
                refused += 1;
            }
        }
    }
    println!("refused {refused} of {} mutations", 2 * container.len());
    assert!(refused > 0);
}

#[test]
fn any_changed_byte_of_the_document_is_a_digest_mismatch() {
    let (authority, issued) = common::person(ParameterSet::TC26_512_A);
    let trust = common::trust(&authority);
    let container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
    for offset in 0..DOCUMENT.len() {
        let mut other = DOCUMENT.to_vec();
        other[offset] ^= 0x20;
        let report = judge(&other, &container, &trust);
        assert_eq!(report.sub_indication, Some("HASH_FAILURE"));
        assert_eq!(report.codes[0], "DIGEST_MISMATCH");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_octets_are_judged_without_panic(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = attached_content(&octets);
        prop_assert!(!judge(DOCUMENT, &octets, &TrustStore::new()).is_passed());
    }

    #[test]
    fn mutated_containers_are_judged_without_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let (_, issued) = common::person(ParameterSet::XCHA);
        let mut container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
        for (place, value) in edits {
            let place = place.index(container.len());
            container[place] = value;
        }
        let _ = judge(DOCUMENT, &container, &TrustStore::new());
        container.truncate(cut.index(container.len()));
        prop_assert!(!judge(DOCUMENT, &container, &TrustStore::new()).is_passed());
    }
}
