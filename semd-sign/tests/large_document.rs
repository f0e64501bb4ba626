//! A document read once, in pieces, for several signatures.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use std::io::{self, Read};

use common::{NOW, person, signer, trust};
use semd_sign::cades::{self, Placement};
use semd_sign::gost::ParameterSet;
use semd_sign::verify::{Content, ControlTime, DocumentDigests, Policy, Request, verify};

/// Gives a few octets at a time, is interrupted now and then, and counts.
struct Slow<'d> {
    rest: &'d [u8],
    reads: usize,
    octets: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.rest.len().min(buffer.len()).min(7001);
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        self.octets += count;
        Ok(count)
    }
}

#[test]
fn two_signatures_cost_one_reading() {
    let document: Vec<u8> = (0..1_000_000_u32).map(|octet| (octet % 251) as u8).collect();
    let authorities = [person(ParameterSet::XCHA), person(ParameterSet::TC26_512_A)];
    let mut containers = Vec::new();
    for (_, issued) in &authorities {
        containers.push(cades::sign(&signer(issued), &document, NOW, Placement::Detached).unwrap());
        containers.push(cades::sign(&signer(issued), &document, NOW, Placement::Attached).unwrap());
    }
    let digests = |document: &[u8]| {
        let mut slow = Slow { rest: document, reads: 0, octets: 0 };
        let digests = DocumentDigests::read(&mut slow, containers.iter().map(Vec::as_slice)).unwrap();
        assert_eq!((slow.octets, digests.length()), (document.len(), document.len() as u64));
        digests
    };
    let (right, short) = (digests(&document), digests(&document[1..]));
    let mut judged = 0;
    for (index, container) in containers.iter().enumerate() {
        let trust = trust(&authorities[index / 2].0);
        let judge = |content| {
            let time = ControlTime::Now(NOW);
            verify(&Request { content, signature: container, trust: &trust, time, policy: Policy::Basic })
        };
        assert!(judge(Content::Digests(&right)).is_passed());
        assert!(judge(Content::Bytes(&document)).is_passed());
        assert_eq!(judge(Content::Digests(&short)).sub_indication, Some("HASH_FAILURE"));
        let inside = judge(Content::Inside);
        let attached = index % 2 == 1;
        assert_eq!(inside.is_passed(), attached);
        if !attached {
            assert_eq!(inside.sub_indication, Some("SIGNED_DATA_NOT_FOUND"));
        }
        judged += 4;
    }
    // A digest nobody asked for is not there: undecided, never good.
    let none = DocumentDigests::read(&mut &document[..], []).unwrap();
    let report = verify(&Request {
        content: Content::Digests(&none),
        signature: &containers[0],
        trust: &trust(&authorities[0].0),
        time: ControlTime::Now(NOW),
        policy: Policy::Basic,
    });
    assert_eq!(report.sub_indication, Some("SIGNED_DATA_NOT_FOUND"));
    println!("judged {judged} times");
}
