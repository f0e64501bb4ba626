//! What every holder of keys must do.

use semd_sign::backend::{SignError, SignatureAlgorithm, Signer};
use semd_sign::cades::{self, Placement};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Service, TestAuthority, TestTimeStampAuthority};
use semd_sign::tsp::TspError;
use semd_sign::verify::{
    CheckStatus, Content, ControlTime, DocumentDigests, Policy, Request, SignatureReport, TrustStore, verify,
};
use semd_sign::xmldsig::{self, Spelling, XmlSignatureError};
use time::{Duration, OffsetDateTime};

use crate::common::{DOCUMENT, set};

/// A signer under test.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) signer: Box<dyn Signer>,
    /// The same key with the certificate of another one.
    pub(crate) foreign: Result<Box<dyn Signer>, SignError>,
    /// The anchor of the certificate, DER.
    pub(crate) root: Vec<u8>,
}

/// Certificates made by openssl begin now.
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn judge(content: Content<'_>, signature: &[u8], roots: &[&[u8]]) -> SignatureReport {
    let mut trust = TrustStore::new();
    for root in roots {
        trust.add(root).unwrap();
    }
    let policy = "schema = 'semd.policy/1'\nextends = 'basic'\n[demands]\ngost-algorithms = 'warn'\n";
    let policy = Policy::from_toml(policy).unwrap();
    verify(&Request { content, signature, trust: &trust, time: ControlTime::SigningTime, policy })
}

/// The container passes over the document, and over nothing else.
pub(crate) fn passes(container: &[u8], document: &[u8], root: &[u8]) {
    let report = judge(document.into(), container, &[root]);
    assert!(report.is_passed(), "{:#?}", report.checks);
    let other = judge(b"<Other/>".into(), container, &[root]);
    assert_eq!(other.sub_indication, Some("HASH_FAILURE"));
}

/// Runs the suite.
pub(crate) fn holds(made: Made) {
    let Made { name, algorithm, signer, foreign, root } = made;
    let signer = &*signer;
    assert_eq!(signer.algorithm(), Ok(algorithm), "{name}");

    let container =
        cades::sign_detached(signer, DOCUMENT, now()).unwrap_or_else(|error| panic!("{name}: {error}"));
    passes(&container, DOCUMENT, &root);
    let attached = cades::sign(signer, DOCUMENT, now(), Placement::Attached).unwrap();
    assert!(judge(Content::Inside, &attached, &[&root]).is_passed(), "{name}");

    // An empty document is a document, and a large one is read in pieces.
    passes(&cades::sign_detached(signer, b"", now()).unwrap(), b"", &root);
    let large = vec![b'x'; 3 << 20];
    let digests = DocumentDigests::for_signers(&mut &large[..], [signer]).unwrap();
    passes(&cades::sign_detached(signer, &digests, now()).unwrap(), &large, &root);
    let nothing = DocumentDigests::for_signers(&mut &large[..], []).unwrap();
    assert_eq!(cades::sign_detached(signer, &nothing, now()), Err(SignError::NoDigest), "{name}");

    // Threads share a signer.
    std::thread::scope(|scope| {
        for number in 0..4_u8 {
            let root = &root;
            scope.spawn(move || {
                for turn in 0..3_u8 {
                    let document = [number, turn];
                    passes(&cades::sign_detached(signer, &document, now()).unwrap(), &document, root);
                }
            });
        }
    });

    // A certificate of another key never gets into a container.
    match foreign {
        Ok(foreign) => {
            let refused = cades::sign_detached(&*foreign, DOCUMENT, now()).unwrap_err();
            assert!(matches!(refused, SignError::Token(_) | SignError::Command(_)), "{name}: {refused:?}");
        }
        Err(error) => assert_eq!(error, SignError::KeyMismatch, "{name}"),
    }

    time_stamp(&container, &root);

    let signed = xmldsig::sign_enveloped("<order><item>1</item></order>", Spelling::Urn, signer);
    match algorithm {
        // XML signatures by ECDSA are not made here.
        SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::EcdsaSha384 => {
            assert!(matches!(signed, Err(XmlSignatureError::Algorithm { .. })), "{name}");
        }
        _ => {
            let signed = signed.unwrap();
            let document =
                semd_core::xml::parse(signed.as_bytes(), &semd_core::xml::Limits::default()).unwrap();
            let element = xmldsig::signatures(&document)[0];
            let verified = xmldsig::verify(&document, element, &xmldsig::Options::default()).unwrap();
            assert_eq!(&verified.certificate, signer.certificate(), "{name}");
        }
    }
    println!("contract kept: {name}");
}

/// The container takes a time stamp, by the hash function of its key.
fn time_stamp(container: &[u8], root: &[u8]) {
    let (gost, start, validity) = (set(ParameterSet::XCHA), now() - Duration::DAY, Duration::days(9));
    let authority = TestAuthority::create("УЦ", gost, start, validity).unwrap();
    let service = authority.issue_service(Service::TimeStamping, "TSA", gost, start, validity).unwrap();
    let service = TestTimeStampAuthority::new(service);
    let ask = |request: &[u8]| {
        service.answer(request, now()).map_err(|error| TspError::Transport(error.to_string()))
    };
    let stamped = cades::add_time_stamp(container, &ask).unwrap();
    let report = judge(DOCUMENT.into(), &stamped, &[root, authority.certificate().der()]);
    assert!(report.is_passed(), "{:#?}", report.checks);
    let stamp = report.checks.iter().find(|check| check.id == "time-stamp-value").unwrap();
    assert_eq!(stamp.status, CheckStatus::Ok);
}
