//! What must never pass: one table of forgeries, each with the answer that is due.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::asn1::{Reader, Writer, tag};
use crate::backend::SignatureAlgorithm;
use crate::cades::{self, signed_attributes};
use crate::cms::{SignedData, SignedDataParts, attributes_to_sign, write_signed_data};
use crate::crypto::HashFunction;
use crate::digest::Streebog;
use crate::gost::ParameterSet;
use crate::key::PrivateKey;
use crate::pki::{
    Issued, Revoked, RevokedList, Service, Subject, TestAuthority, TestResponder, TestTimeStampAuthority,
};
use crate::revocation::{OcspRequest, RevocationReason};
use crate::{SoftwareSigner, oid};

const NOW: OffsetDateTime = datetime!(2026-05-20 10:00 UTC);
const DOCUMENT: &[u8] = b"<ClinicalDocument>one</ClinicalDocument>";
const YEAR: Duration = Duration::days(365);

/// An authority, a doctor, their signature.
struct Scene {
    authority: TestAuthority,
    doctor: Issued,
    trust: TrustStore,
    container: Vec<u8>,
}

fn set() -> &'static ParameterSet {
    ParameterSet::by_oid(ParameterSet::XCHA).unwrap()
}

fn scene() -> Scene {
    let authority = TestAuthority::create("УЦ", set(), NOW - YEAR, YEAR * 3).unwrap();
    let doctor = authority.issue(&Subject::sample_person(), set(), NOW - YEAR, YEAR * 2).unwrap();
    let mut trust = TrustStore::new();
    trust.add(authority.certificate().der()).unwrap();
    let container = sign(&doctor, DOCUMENT);
    Scene { authority, doctor, trust, container }
}

fn sign(issued: &Issued, content: &[u8]) -> Vec<u8> {
    let signer = SoftwareSigner::new(issued.key.clone(), issued.certificate.clone()).unwrap();
    cades::sign_detached(&signer, content, NOW).unwrap()
}

/// A container with chosen attributes, algorithm and certificate, rightly signed.
fn with_attributes(
    key: &PrivateKey,
    certificate: &Certificate,
    digest: Streebog,
    attributes: Vec<Vec<u8>>,
) -> Vec<u8> {
    let signed = attributes_to_sign(&attributes);
    let signature = key.sign_digest(&key.digest().digest(&signed)).unwrap();
    write_signed_data(SignedDataParts {
        content_type: &oid::DATA,
        content: None,
        algorithm: SignatureAlgorithm::Gost(digest),
        certificate,
        certificate_inside: true,
        attributes,
        signature: &signature,
    })
}

fn attributes(issued: &Issued, digest: Streebog) -> Vec<Vec<u8>> {
    attributes_of(&oid::DATA, DOCUMENT, &issued.certificate, digest)
}

fn attributes_of(
    content_type: &pkcs8::ObjectIdentifier,
    content: &[u8],
    certificate: &Certificate,
    digest: Streebog,
) -> Vec<Vec<u8>> {
    let hash = HashFunction::Streebog(digest);
    signed_attributes(content_type, &hash.digest(content), NOW, certificate, hash)
}

/// The container with some octets replaced by others of the same length.
fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = octets.windows(from.len()).position(|window| window == from).expect("the octets are there");
    let mut changed = octets.to_vec();
    changed[at..at + to.len()].copy_from_slice(to);
    changed
}

/// The container with another signature value.
fn with_value(scene: &Scene, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let data = SignedData::read(&scene.container).unwrap();
    let signer = &data.signers[0];
    let value = change(&signer.signature);
    let fields = &signer.fields;
    let info = Writer::build(|writer| {
        writer.sequence(|info| {
            for field in &fields[..fields.len() - 1] {
                info.raw(field.raw);
            }
            info.octet_string(&value);
        });
    });
    with_signers(&scene.container, &[], &[info])
}

/// The container with other signers, and more certificates.
fn with_signers(container: &[u8], certificates: &[&[u8]], signers: &[Vec<u8>]) -> Vec<u8> {
    let data = SignedData::read(container).unwrap();
    Writer::build(|writer| {
        writer.sequence(|info| {
            info.oid(&oid::SIGNED_DATA).constructed(tag::context(0), |explicit| {
                explicit.sequence(|signed_data| {
                    signed_data.unsigned(&[1]).raw(data.digest_algorithms.raw).raw(data.encapsulated.raw);
                    let all = [data.certificates.as_slice(), certificates].concat();
                    signed_data.primitive(tag::context(0), &all.concat());
                    signed_data.set_of(tag::SET, signers.to_vec());
                });
            });
        });
    })
}

/// The SignerInfo of a container.
fn signer_info(container: &[u8]) -> Vec<u8> {
    let data = SignedData::read(container).unwrap();
    Writer::build(|writer| {
        writer.sequence(|info| {
            for field in &data.signers[0].fields {
                info.raw(field.raw);
            }
        });
    })
}

fn judge(content: &[u8], signature: &[u8], trust: &TrustStore, now: OffsetDateTime) -> SignatureReport {
    verify(&Request {
        content: content.into(),
        signature,
        trust,
        time: ControlTime::Now(now),
        policy: Policy::Remd,
    })
}

fn stamped(scene: &Scene, issued: Issued, at: OffsetDateTime) -> Vec<u8> {
    let authority = TestTimeStampAuthority::new(issued);
    let ask = |request: &[u8]| {
        authority.answer(request, at).map_err(|error| crate::tsp::TspError::Transport(error.to_string()))
    };
    cades::add_time_stamp(&scene.container, &ask).unwrap()
}

fn tsa(authority: &TestAuthority) -> Issued {
    authority.issue_service(Service::TimeStamping, "tsa", set(), NOW - YEAR, YEAR * 2).unwrap()
}

/// Name, document, container, store, moment, the sub-indication that is due.
type Forgery = (&'static str, Vec<u8>, Vec<u8>, TrustStore, OffsetDateTime, &'static str);

fn of_contents(scene: &Scene) -> Vec<Forgery> {
    let trust = || scene.trust.clone();
    let doctor = &scene.doctor;
    let good = |attributes| with_attributes(&doctor.key, &doctor.certificate, Streebog::S256, attributes);
    let mut no_type = attributes(doctor, Streebog::S256);
    no_type.remove(0);
    let mut no_digest = attributes(doctor, Streebog::S256);
    no_digest.remove(2);
    let mut no_certificate = attributes(doctor, Streebog::S256);
    no_certificate.remove(3);
    let mut twice = attributes(doctor, Streebog::S256);
    twice.push(attributes_of(&oid::DATA, b"other", &doctor.certificate, Streebog::S256).remove(2));
    let other_digest =
        with_attributes(&doctor.key, &doctor.certificate, Streebog::S512, attributes(doctor, Streebog::S512));
    let renewed = scene.authority.renew(doctor, NOW - YEAR, YEAR * 2);
    let substituted =
        with_attributes(&doctor.key, &renewed, Streebog::S256, attributes(doctor, Streebog::S256));
    let colleague = scene.authority.issue(&Subject::sample_organisation(), set(), NOW - YEAR, YEAR).unwrap();
    let data = SignedData::read(&scene.container).unwrap();
    let swapped = {
        let theirs = sign(&colleague, DOCUMENT);
        let theirs = SignedData::read(&theirs).unwrap();
        let fields = &data.signers[0].fields;
        let info = Writer::build(|writer| {
            writer.sequence(|info| {
                info.raw(fields[0].raw).raw(theirs.signers[0].fields[1].raw);
                for field in &fields[2..] {
                    info.raw(field.raw);
                }
            });
        });
        with_signers(&scene.container, &[colleague.certificate.der()], &[info])
    };
    let two = with_signers(
        &scene.container,
        &[colleague.certificate.der()],
        &[signer_info(&scene.container), signer_info(&sign(&colleague, DOCUMENT))],
    );
    let row = |name, container: Vec<u8>, due| (name, DOCUMENT.to_vec(), container, trust(), NOW, due);
    vec![
        (
            "content changed",
            b"<ClinicalDocument>two</ClinicalDocument>".to_vec(),
            scene.container.clone(),
            trust(),
            NOW,
            "HASH_FAILURE",
        ),
        row(
            "attributes changed",
            replaced(&scene.container, b"260520100000Z", b"260519100000Z"),
            "SIG_CRYPTO_FAILURE",
        ),
        row("no contentType", good(no_type), "FORMAT_FAILURE"),
        row("no messageDigest", good(no_digest), "FORMAT_FAILURE"),
        row("no signing-certificate", good(no_certificate), "SIG_CONSTRAINTS_FAILURE"),
        row("two messageDigests", good(twice), "FORMAT_FAILURE"),
        row("digest of another length", other_digest, "SIG_CONSTRAINTS_FAILURE"),
        row("certificate substituted", substituted, "SIG_CONSTRAINTS_FAILURE"),
        row("signer swapped", swapped, "SIG_CRYPTO_FAILURE"),
        row("two signers", two, "SIG_CONSTRAINTS_FAILURE"),
        row(
            "attributes of another type of content",
            {
                let attributes = attributes_of(&oid::TST_INFO, DOCUMENT, &doctor.certificate, Streebog::S256);
                good(attributes)
            },
            "FORMAT_FAILURE",
        ),
    ]
}

fn of_values(scene: &Scene) -> Vec<Forgery> {
    let q_and_above = vec![0xFF; 32];
    let row =
        |name, container: Vec<u8>, due| (name, DOCUMENT.to_vec(), container, scene.trust.clone(), NOW, due);
    let halves = |s: &[u8], r: &[u8]| [s, r].concat();
    let key = scene.doctor.key.public_key().to_le_bytes();
    let mut off_curve = key.clone();
    off_curve[0] ^= 1;
    // XchA is 1.2.643.2.2.36.0; the same curve is 1.2.643.2.2.35.1, and 36.1 is another.
    let xcha = [0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x24, 0x00];
    let xchb = [0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x24, 0x01];
    let test = [0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x00];
    let long_length = {
        // 30 82 xx xx becomes 30 83 00 xx xx.
        let container = &scene.container;
        assert_eq!(container[..2], [0x30, 0x82]);
        [&[0x30, 0x83, 0x00], &container[2..]].concat()
    };
    vec![
        row("s is zero", with_value(scene, |value| halves(&[0; 32], &value[32..])), "SIG_CRYPTO_FAILURE"),
        row("r is zero", with_value(scene, |value| halves(&value[..32], &[0; 32])), "SIG_CRYPTO_FAILURE"),
        row(
            "s is above q",
            with_value(scene, |value| halves(&q_and_above, &value[32..])),
            "SIG_CRYPTO_FAILURE",
        ),
        row(
            "r is above q",
            with_value(scene, |value| halves(&value[..32], &q_and_above)),
            "SIG_CRYPTO_FAILURE",
        ),
        row(
            "halves swapped",
            with_value(scene, |value| halves(&value[32..], &value[..32])),
            "SIG_CRYPTO_FAILURE",
        ),
        row("an octet too many", with_value(scene, |value| halves(value, &[0])), "SIG_CRYPTO_FAILURE"),
        row("a leading zero", with_value(scene, |value| halves(&[0], value)), "SIG_CRYPTO_FAILURE"),
        row("empty value", with_value(scene, |_| Vec::new()), "SIG_CRYPTO_FAILURE"),
        row(
            "value as DER SEQUENCE",
            with_value(scene, |value| {
                Writer::build(|writer| {
                    writer.sequence(|pair| {
                        pair.unsigned(&value[32..]).unsigned(&value[..32]);
                    });
                })
            }),
            "SIG_CRYPTO_FAILURE",
        ),
        row("length not the shortest", long_length, "FORMAT_FAILURE"),
        row("octets behind the container", [scene.container.as_slice(), &[0, 0]].concat(), "FORMAT_FAILURE"),
        row(
            "point not on the curve",
            replaced(&scene.container, &key, &off_curve),
            "CRYPTO_CONSTRAINTS_FAILURE",
        ),
        row("another parameter set", replaced(&scene.container, &xcha, &xchb), "CRYPTO_CONSTRAINTS_FAILURE"),
        row(
            "a parameter set for tests",
            replaced(&scene.container, &xcha, &test),
            "CRYPTO_CONSTRAINTS_FAILURE",
        ),
    ]
}

fn of_certificates(scene: &Scene) -> Vec<Forgery> {
    let foreign = TestAuthority::create("УЦ", set(), NOW - YEAR, YEAR * 3).unwrap();
    let foreigner = foreign.issue(&Subject::sample_person(), set(), NOW - YEAR, YEAR * 2).unwrap();
    let expired =
        scene.authority.issue(&Subject::sample_person(), set(), NOW - YEAR, Duration::days(30)).unwrap();
    let future = scene.authority.issue(&Subject::sample_person(), set(), NOW + YEAR, YEAR).unwrap();
    let services = tsa(&scene.authority);
    let below = {
        // A doctor's key issues: no authority.
        let issuer = TestAuthority::create("УЦ", set(), NOW - YEAR, YEAR).unwrap();
        issuer.issue(&Subject::sample_person(), set(), NOW - YEAR, YEAR).unwrap()
    };
    let nested = scene.authority.create_under("A", set(), NOW - YEAR, YEAR * 2).unwrap();
    let too_deep = nested.create_under("B", set(), NOW - YEAR, YEAR * 2).unwrap();
    let deep = too_deep.issue(&Subject::sample_person(), set(), NOW - YEAR, YEAR * 2).unwrap();
    let mut with_both = scene.trust.clone();
    with_both.add_intermediates(nested.certificate().der()).unwrap();
    with_both.add_intermediates(too_deep.certificate().der()).unwrap();
    let mut untrusted = scene.trust.clone();
    untrusted.add_intermediates(foreign.certificate().der()).unwrap();
    let row = |name, issued: &Issued, trust: &TrustStore, due| {
        (name, DOCUMENT.to_vec(), sign(issued, DOCUMENT), trust.clone(), NOW, due)
    };
    vec![
        row("foreign chain", &foreigner, &scene.trust, "NO_CERTIFICATE_CHAIN_FOUND"),
        row("foreign root among the intermediates", &foreigner, &untrusted, "NO_CERTIFICATE_CHAIN_FOUND"),
        row("issuer of the same name", &below, &scene.trust, "NO_CERTIFICATE_CHAIN_FOUND"),
        row("authority below its path length", &deep, &with_both, "NO_CERTIFICATE_CHAIN_FOUND"),
        row("expired before signing", &expired, &scene.trust, "EXPIRED"),
        row("not yet valid", &future, &scene.trust, "NOT_YET_VALID"),
        row("certificate of a service", &services, &scene.trust, "CHAIN_CONSTRAINTS_FAILURE"),
    ]
}

fn of_revocation(scene: &Scene) -> Vec<Forgery> {
    let certificate = &scene.doctor.certificate;
    let issuer = scene.authority.certificate();
    let mut revoked = RevokedList::default();
    revoked.add(Revoked::new(certificate, NOW - Duration::days(10), RevocationReason::KeyCompromise));
    let none = RevokedList::default();
    let list =
        |revoked: &RevokedList, at| scene.authority.revocation_list(revoked, at, Duration::days(7)).unwrap();
    let with_list = |octets: &[u8]| {
        let mut trust = scene.trust.clone();
        trust.add_crl(octets).unwrap();
        trust
    };
    let request = OcspRequest::new(certificate, issuer).unwrap().to_der();
    let answer = |signer: Issued, revoked: &RevokedList| {
        let responder = TestResponder::new(issuer.clone(), signer);
        let octets = responder.answer(&request, revoked, NOW, Duration::days(1)).unwrap();
        let mut trust = scene.trust.clone();
        trust.add_ocsp(&octets).unwrap();
        trust
    };
    let delegate = |authority: &TestAuthority| {
        authority.issue_service(Service::Ocsp, "ocsp", set(), NOW - YEAR, YEAR * 2).unwrap()
    };
    let impostor = TestAuthority::create("УЦ", set(), NOW - YEAR, YEAR * 3).unwrap();
    let impostors_list = impostor.revocation_list(&none, NOW, Duration::days(7)).unwrap();
    let mut wrong_key = delegate(&scene.authority);
    wrong_key.key = PrivateKey::generate(set()).unwrap();
    let early = NOW - Duration::days(60);
    let row = |name, container: Vec<u8>, trust, due| (name, DOCUMENT.to_vec(), container, trust, NOW, due);
    let plain = || scene.container.clone();
    let timely = stamped(scene, tsa(&scene.authority), NOW);
    vec![
        row("revoked by a list", plain(), with_list(&list(&revoked, NOW)), "REVOKED_NO_POE"),
        row("revoked by OCSP", plain(), answer(delegate(&scene.authority), &revoked), "REVOKED_NO_POE"),
        row("stamped after the revocation", timely, with_list(&list(&revoked, NOW)), "REVOKED"),
        row("list by an impostor", plain(), with_list(&impostors_list), "TRY_LATER"),
        row("list out of date", plain(), with_list(&list(&none, early)), "TRY_LATER"),
        row("list from the future", plain(), with_list(&list(&none, NOW + YEAR)), "TRY_LATER"),
        row(
            "OCSP by another authority's responder",
            plain(),
            answer(delegate(&impostor), &none),
            "TRY_LATER",
        ),
        row("OCSP by the wrong key", plain(), answer(wrong_key, &none), "TRY_LATER"),
        row(
            "OCSP by the doctor",
            plain(),
            answer(
                scene.authority.issue(&Subject::sample_person(), set(), NOW - YEAR, YEAR * 2).unwrap(),
                &none,
            ),
            "TRY_LATER",
        ),
        row("OCSP by a time stamp authority", plain(), answer(tsa(&scene.authority), &none), "TRY_LATER"),
    ]
}

fn of_time_stamps(scene: &Scene) -> Vec<Forgery> {
    let other = TestAuthority::create("Чужой УЦ", set(), NOW - YEAR, YEAR * 3).unwrap();
    let doctor = Issued { key: scene.doctor.key.clone(), certificate: scene.doctor.certificate.clone() };
    let good = stamped(scene, tsa(&scene.authority), NOW);
    let data = SignedData::read(&good).unwrap();
    let token = data.signers[0].unsigned_values(&oid::SIGNATURE_TIME_STAMP).next().unwrap().raw.to_vec();
    let moved = {
        // The good token on another signature of the same doctor.
        let second = sign(&scene.doctor, b"second document");
        let attribute = Writer::build(|writer| {
            writer.sequence(|attribute| {
                attribute.oid(&oid::SIGNATURE_TIME_STAMP).primitive(tag::SET, &token);
            });
        });
        let additions = crate::cms::Additions { unsigned: vec![attribute], ..Default::default() };
        crate::cms::extend(&second, additions).unwrap()
    };
    let imprint = Streebog::S256.digest(&data.signers[0].signature);
    let mut other_imprint = imprint.clone();
    other_imprint[0] ^= 1;
    let expired = scene
        .authority
        .issue_service(Service::TimeStamping, "old", set(), NOW - YEAR, Duration::days(30))
        .unwrap();
    let row =
        |name, container: Vec<u8>, due| (name, DOCUMENT.to_vec(), container, scene.trust.clone(), NOW, due);
    vec![
        (
            "token of another signature",
            b"second document".to_vec(),
            moved,
            scene.trust.clone(),
            NOW,
            "SIG_CONSTRAINTS_FAILURE",
        ),
        row("token changed", replaced(&good, &imprint, &other_imprint), "SIG_CONSTRAINTS_FAILURE"),
        row("token by a foreign authority", stamped(scene, tsa(&other), NOW), "NO_CERTIFICATE_CHAIN_FOUND"),
        row("token by the doctor", stamped(scene, doctor, NOW), "CHAIN_CONSTRAINTS_FAILURE"),
        row("token by an expired certificate", stamped(scene, expired, NOW), "CHAIN_CONSTRAINTS_FAILURE"),
        row(
            "token from the future",
            stamped(scene, tsa(&scene.authority), NOW + Duration::days(1)),
            "SIG_CONSTRAINTS_FAILURE",
        ),
    ]
}

#[test]
fn every_forgery_is_refused_with_the_reason_that_is_due() {
    let scene = scene();
    let good = judge(DOCUMENT, &scene.container, &scene.trust, NOW);
    assert!(good.is_passed(), "{:#?}", good.checks);
    let stamped = judge(DOCUMENT, &stamped(&scene, tsa(&scene.authority), NOW), &scene.trust, NOW);
    assert!(stamped.is_passed() && stamped.format == "CAdES-T", "{:#?}", stamped.checks);
    let (mut tried, mut wrong) = (0, Vec::new());
    let groups = [
        of_contents(&scene),
        of_values(&scene),
        of_certificates(&scene),
        of_revocation(&scene),
        of_time_stamps(&scene),
    ];
    for (name, content, container, trust, now, due) in groups.into_iter().flatten() {
        let report = judge(&content, &container, &trust, now);
        if report.is_passed() || report.sub_indication != Some(due) || report.codes.is_empty() {
            wrong.push(format!(
                "{name}: {:?} {:?} {:?}, due {due}",
                report.verdict, report.sub_indication, report.codes
            ));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("refused {tried} forgeries");
}

#[test]
fn single_changed_bits_of_a_container_never_pass_with_another_meaning() {
    let scene = scene();
    let length = scene.container.len();
    let data = SignedData::read(&scene.container).unwrap();
    // What no signature protects and nobody reads: the version numbers and the list of digest algorithms at the head.
    let start = |part: &[u8]| part.as_ptr() as usize - scene.container.as_ptr() as usize;
    let head = start(data.digest_algorithms.raw)..start(data.encapsulated.raw);
    let version = start(data.digest_algorithms.raw) - 1;
    let signer_version = start(data.signers[0].fields[0].raw) + 2;
    let mut tried = 0;
    for position in (0..length).filter(|position| !head.contains(position)) {
        if position == version || position == signer_version {
            continue;
        }
        let mut changed = scene.container.clone();
        changed[position] ^= 1 << (position % 8);
        let report = judge(DOCUMENT, &changed, &scene.trust, NOW);
        assert!(!report.is_passed(), "octet {position} of {length}");
        tried += 1;
    }
    // The reader sees both ends of the container.
    assert!(Reader::single(&scene.container, tag::SEQUENCE).is_ok());
    println!("tried {tried} changed containers");
}
