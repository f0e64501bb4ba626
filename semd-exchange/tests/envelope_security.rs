//! The security of envelopes: sealed here and checked here, the vectors of the bus, and wrapped or stale messages.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::path::PathBuf;

use semd_core::xml::Limits;
use semd_exchange::message::{GetRegistryItemRequest, Payload as _};
use semd_exchange::security::{Checked, Form, Inbound, Names, Profile, Security, SecurityError};
use semd_exchange::soap::{Headers, Received, Version};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::xmldsig::XmlSignatureError;
use semd_sign::{Certificate, Signer as _, SoftwareSigner};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

fn signer(oid: &str) -> SoftwareSigner {
    let set = ParameterSet::by_oid(oid).unwrap();
    let start = datetime!(2020-01-01 0:00 UTC);
    let authority = TestAuthority::create("Учебный УЦ", set, start, Duration::days(9000)).unwrap();
    let issued = authority.issue(&Subject::sample_person(), set, start, Duration::days(9000)).unwrap();
    SoftwareSigner::new(issued.key, issued.certificate).unwrap()
}

/// Both sides of a conversation with one key.
fn security(oid: &str, profile: Profile) -> Security {
    let signer = signer(oid);
    let certificate = signer.certificate().clone();
    Security::new(Some(Box::new(signer)), vec![certificate], profile)
}

fn envelope(version: Version) -> Vec<u8> {
    let mut headers: Headers = GetRegistryItemRequest::headers();
    headers.version = version;
    headers.to = Some("https://register.example/?a=1&b=2".into());
    headers.client_entity_id = Some("11111111-2222-3333-4444-555555555555".into());
    GetRegistryItemRequest { emdr_id: "119.77.26.05.000000001".into() }.envelope(&headers)
}

fn check(security: &Security, bytes: &[u8]) -> Result<Checked, SecurityError> {
    let received = Received::read(bytes, &Limits::default()).unwrap();
    security.check(&received, OffsetDateTime::now_utc())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn full_form_stands_as_the_bus_wants_it_and_passes_the_strict_check() {
    for oid in [ParameterSet::XCHA, ParameterSet::TC26_256_A, ParameterSet::TC26_512_A] {
        for algorithm_names in [Names::Uri, Names::Urn] {
            for version in [Version::V11, Version::V12] {
                let strict = Profile { algorithm_names, inbound: Inbound::Strict, ..Profile::default() };
                let security = security(oid, strict);
                let sealed = text(security.seal(envelope(version)).unwrap());
                // Order of the header blocks and of what is in the security block; six references.
                let order = [
                    "Header><wsse:Security><wsse:BinarySecurityToken",
                    "<ds:Signature ",
                    "URI=\"#body\"",
                    "URI=\"#TS-",
                    "<wsu:Timestamp",
                    "</wsse:Security><egisz:transportHeader>",
                    "<wsa:MessageID wsu:Id=",
                    "<wsa:ReplyTo wsu:Id=",
                    "<wsa:To wsu:Id=",
                    "<wsa:Action wsu:Id=",
                    "Body wsu:Id=\"body\"",
                ];
                let mut at = 0;
                for part in order {
                    at += sealed[at..]
                        .find(part)
                        .unwrap_or_else(|| panic!("{part} behind byte {at}: {sealed}"));
                }
                assert_eq!(sealed.matches("<ds:Reference URI=\"#").count(), 6);
                let uri = sealed.contains("xmldsig-more#gostr34102012-gostr34112012-");
                assert_eq!(uri, algorithm_names == Names::Uri);
                assert!(matches!(
                    check(&security, sealed.as_bytes()),
                    Ok(Checked::Signed { known: true, .. })
                ));
            }
        }
    }
}

#[test]
fn short_form_signs_the_body_only() {
    let short = Profile { form: Form::Short, inbound: Inbound::Require, ..Profile::default() };
    let security_short = security(ParameterSet::XCHA, short);
    let sealed = security_short.seal(envelope(Version::V12)).unwrap();
    let shown = text(sealed.clone());
    assert!(shown.contains("</ds:Signature><wsse:BinarySecurityToken"), "{shown}");
    assert!(shown.contains("wsu:Id=\"CertId\"") && !shown.contains("Timestamp"), "{shown}");
    assert!(check(&security_short, &sealed).is_ok());
    let strict = Profile { form: Form::Short, inbound: Inbound::Strict, ..Profile::default() };
    let strict = security(ParameterSet::XCHA, strict);
    let sealed = strict.seal(envelope(Version::V12)).unwrap();
    assert_eq!(check(&strict, &sealed), Err(SecurityError::NotCovered { part: "MessageID" }));
}

#[test]
fn unsigned_and_unknown_pass_only_where_nothing_is_demanded() {
    let lenient = security(ParameterSet::XCHA, Profile::default());
    let demanding = security(ParameterSet::XCHA, Profile { inbound: Inbound::Require, ..Profile::default() });
    let plain = envelope(Version::V12);
    assert_eq!(check(&lenient, &plain), Ok(Checked::Unsigned));
    assert_eq!(check(&demanding, &plain), Err(SecurityError::Unsigned));
    let sealed = lenient.seal(plain).unwrap();
    assert_eq!(check(&demanding, &sealed), Err(SecurityError::UnknownSigner));
    let ignoring = security(ParameterSet::XCHA, Profile { inbound: Inbound::Ignore, ..Profile::default() });
    assert_eq!(check(&ignoring, b"<Envelope><Body><x/></Body></Envelope>"), Ok(Checked::NotLookedAt));
}

#[test]
fn wrapped_and_changed_envelopes_are_refused_even_by_the_lenient_check() {
    let security = security(ParameterSet::TC26_256_A, Profile::default());
    let sealed = text(security.seal(envelope(Version::V12)).unwrap());
    let start = sealed.find("<s:Body").unwrap();
    let end = sealed.find("</s:Body>").unwrap() + "</s:Body>".len();
    let body = &sealed[start..end];
    let forged = body.replace("000000001", "999999999").replace(" wsu:Id=\"body\"", "");
    let with = |new: &str| sealed.replacen(body, new, 1);
    let covered = Err(SecurityError::NotCovered { part: "Body" });

    let changed = sealed.replacen("000000001", "000000002", 1);
    assert!(matches!(
        check(&security, changed.as_bytes()),
        Err(SecurityError::Signature(XmlSignatureError::Digest { .. }))
    ));
    // The forged body before the signed one, and the signed one moved into the header.
    assert_eq!(check(&security, with(&format!("{forged}{body}")).as_bytes()), covered);
    let moved = with(&forged).replacen("</s:Header>", &format!("<w>{body}</w></s:Header>"), 1);
    assert_eq!(check(&security, moved.as_bytes()), covered);
    // The same identifier twice.
    let twice = with(&format!("{}{body}", forged.replacen("<s:Body", "<s:Body wsu:Id=\"body\"", 1)));
    assert!(matches!(
        check(&security, twice.as_bytes()),
        Err(SecurityError::Signature(XmlSignatureError::DuplicateId { .. }))
    ));
    // A second signature, a second security block, a header before the signed one.
    let block_start = sealed.find("<wsse:Security>").unwrap();
    let block_end = sealed.find("</wsse:Security>").unwrap() + "</wsse:Security>".len();
    let block = &sealed[block_start..block_end];
    let doubled = sealed.replacen(block, &format!("{block}{block}"), 1);
    assert_eq!(check(&security, doubled.as_bytes()), Err(SecurityError::Several));
    let empty_block = sealed.replacen(block, &format!("<wsse:Security/>{block}"), 1);
    assert_eq!(check(&security, empty_block.as_bytes()), Err(SecurityError::Several));
    let hidden = sealed.replacen("<s:Header>", "<s:Header><x/></s:Header><s:Header>", 1);
    assert_eq!(check(&security, hidden.as_bytes()), Ok(Checked::Unsigned));
}

#[test]
fn forged_header_before_the_signed_one_is_refused_by_the_strict_check() {
    let strict = Profile { inbound: Inbound::Strict, ..Profile::default() };
    let security = security(ParameterSet::TC26_256_A, strict);
    let sealed = text(security.seal(envelope(Version::V12)).unwrap());
    for part in ["MessageID", "To", "Action", "ReplyTo"] {
        let forged = format!("<wsa:{part}>forged</wsa:{part}></wsse:Security>");
        let behind = format!("</wsse:Security><wsa:{part}>forged</wsa:{part}>");
        assert!(check(&security, sealed.replacen("</wsse:Security>", &forged, 1).as_bytes()).is_ok());
        let text = sealed.replacen("</wsse:Security>", &behind, 1);
        assert!(
            matches!(check(&security, text.as_bytes()), Err(SecurityError::NotCovered { part: found }) if found == part)
        );
    }
}

#[test]
fn signature_of_another_kind_passes_only_where_nothing_is_demanded() {
    let lenient = security(ParameterSet::XCHA, Profile::default());
    let demanding = security(ParameterSet::XCHA, Profile { inbound: Inbound::Require, ..Profile::default() });
    let sealed = text(lenient.seal(envelope(Version::V12)).unwrap());
    let foreign = sealed.replace(
        "http://www.w3.org/2001/04/xmldsig-more#gostr34102012-gostr34112012-256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    );
    assert!(matches!(check(&lenient, foreign.as_bytes()), Ok(Checked::NotUnderstood(_))));
    assert!(matches!(check(&demanding, foreign.as_bytes()), Err(SecurityError::Signature(_))));
}

/// The folder of GOST vectors, or `None` (said aloud) where it is absent.
fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let vectors = shared.join("vectors/gost");
    if !vectors.is_dir() {
        println!("skipped: no vectors at {}", vectors.display());
        return None;
    }
    Some(vectors)
}

#[test]
fn envelopes_of_the_vectors_get_the_recorded_verdict_under_the_strict_profile() {
    let Some(folder) = vectors() else { return };
    let peer =
        |name: &str| Certificate::from_bytes(&std::fs::read(folder.join("pki").join(name)).unwrap()).unwrap();
    let peers = vec![peer("org-512.crt"), peer("doctor-256.crt")];
    let at = datetime!(2026-05-20 10:01 UTC);
    let verdict = |name: &str, inbound| {
        let bytes = std::fs::read(folder.join("xmldsig").join(name)).unwrap();
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        let profile = Profile { inbound, ..Profile::default() };
        Security::new(None, peers.clone(), profile).check(&received, at)
    };
    let mut compared = 0;
    for name in ["ips-request.xml", "ips-request-urn.xml"] {
        assert!(matches!(verdict(name, Inbound::Strict), Ok(Checked::Signed { known: true, .. })), "{name}");
        compared += 1;
    }
    let short = "ips-response-body-only.xml";
    assert!(matches!(verdict(short, Inbound::Require), Ok(Checked::Signed { known: true, .. })));
    assert!(matches!(verdict(short, Inbound::Strict), Err(SecurityError::NotCovered { .. })));
    for inbound in [Inbound::Check, Inbound::Require, Inbound::Strict] {
        let tampered = verdict("ips-tampered-body.xml", inbound);
        assert!(matches!(tampered, Err(SecurityError::Signature(XmlSignatureError::Digest { .. }))));
        let unsigned = verdict("ips-body-not-signed.xml", inbound);
        assert_eq!(unsigned, Err(SecurityError::NotCovered { part: "Body" }));
        assert_eq!(verdict("ips-expired-timestamp.xml", inbound), Err(SecurityError::Stale));
        compared += 3;
    }
    println!("compared {} envelopes of the bus", compared + 2);
}
