//! Envelopes of every operation, sealed here, verified by an implementation that shares no code with this one: canonical form
//! by the JDK, Streebog and GOST R 34.10-2012 by BouncyCastle. Changed and wrapped ones are refused here.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use semd_core::xml::Limits;
use semd_exchange::checksum::Checksum;
use semd_exchange::message::{
    Acknowledgement, AcknowledgementKind, Association, DeliverDocumentFileRequest, DemandContentRequest,
    DocumentFile, GetDocumentFileRequest, GetDocumentFileResponse, GetRegistryItemRequest,
    GetRegistryItemResponse, Payload, RegisterDocumentRequest, RegisterDocumentResult, RegisterError,
    RegistryItem, SearchRegistryItemRequest, SearchRegistryItemResponse, SendDocumentFileRequest,
    SendNoticeRequest, SignatureData, Status,
};
use semd_exchange::security::{Checked, Form, Inbound, Names, Profile, Security, SecurityError};
use semd_exchange::soap::{FaultSide, Headers, MessageId, Received, SoapFault, Version};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::{Signer as _, SoftwareSigner};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// What canonical forms are about: escapes, white space, letters beyond ASCII.
const TEXT: &str = "Осмотр <1> & \"2\" 'три'\r\n\t четыре";

/// The judge, a program that answers line by line.
struct Judge {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    /// `None`, said aloud, where Java or BouncyCastle is absent.
    fn start(folder: &Path) -> Option<Self> {
        let jar = Path::new("/usr/share/java/bcprov.jar");
        if !jar.is_file() {
            println!("skipped: no BouncyCastle (Debian: libbcprov-java)");
            return None;
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/EnvelopeJudge.java");
        let compiled = Command::new("javac").arg("-cp").arg(jar).arg("-d").arg(folder).arg(source).output();
        let Ok(output) = compiled else {
            println!("skipped: no javac (Debian: default-jdk-headless)");
            return None;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let path = format!("{}:{}", jar.display(), folder.display());
        let mut process = Command::new("java")
            .args(["-cp", &path, "EnvelopeJudge"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (questions, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Some(Self { process, questions, answers: BufReader::new(answers) })
    }

    fn verdict(&mut self, file: &Path) -> String {
        writeln!(self.questions, "{}", file.display()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn headers(mut headers: Headers, version: Version) -> Headers {
    headers.version = version;
    headers.to = Some("https://register.example/?a=1&b=2".into());
    headers.reply_to = Some("http://127.0.0.1:1/callback".into());
    headers.client_entity_id = Some("11111111-2222-3333-4444-555555555555".into());
    headers
}

/// One envelope of every operation, both directions, with the name of its payload.
fn envelopes(version: Version) -> Vec<(&'static str, Vec<u8>)> {
    fn of<P: Payload>(version: Version, message: &P) -> (&'static str, Vec<u8>) {
        (P::local_name(), message.envelope(&headers(P::headers(), version)))
    }
    let errors = vec![RegisterError::new("RUNTIME_ERROR", TEXT)];
    let item = RegistryItem {
        emdr_id: "119.77.26.05.000000001".into(),
        kind: Some("119".into()),
        registration_warnings: errors.clone(),
        ..RegistryItem::default()
    };
    let file = DocumentFile::new(TEXT.as_bytes().to_vec(), Checksum::default());
    let signature = SignatureData::new(b"signature", Checksum::default());
    let related = Some(MessageId::random());
    let mut all = vec![
        of(
            version,
            &RegisterDocumentRequest {
                local_uid: "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10".into(),
                kind: "119".into(),
                description: Some(TEXT.into()),
                org_signature: Some(signature.clone()),
                ..RegisterDocumentRequest::default()
            },
        ),
        of(
            version,
            &RegisterDocumentResult {
                relates_to_message: related.clone(),
                local_uid: None,
                status: Status::Success,
                registry_item: Some(item.clone()),
                errors: Vec::new(),
            },
        ),
        of(
            version,
            &GetDocumentFileRequest { local_uid: Some(TEXT.into()), ..GetDocumentFileRequest::default() },
        ),
        of(
            version,
            &GetDocumentFileResponse {
                status: Status::Success,
                file: Some(file.clone()),
                errors: Vec::new(),
            },
        ),
        of(
            version,
            &SendDocumentFileRequest {
                relates_to_message: related.clone(),
                status: Status::Success,
                file: Some(file.clone()),
                errors: errors.clone(),
            },
        ),
        of(version, &GetRegistryItemRequest { emdr_id: TEXT.into() }),
        of(
            version,
            &GetRegistryItemResponse {
                status: Status::Success,
                item: Some(item.clone()),
                errors: Vec::new(),
            },
        ),
        of(
            version,
            &SearchRegistryItemRequest {
                organization: Some(TEXT.into()),
                kind: None,
                register_date_begin: None,
                register_date_end: None,
                patient_snils: None,
            },
        ),
        of(
            version,
            &SearchRegistryItemResponse { status: Status::Success, matches: vec![item], errors: Vec::new() },
        ),
        of(version, &DemandContentRequest { emdr_id: TEXT.into() }),
        of(
            version,
            &DeliverDocumentFileRequest {
                relates_to_message: related,
                emdr_id: Some("119.77.26.05.000000001".into()),
                file: Some(file),
                org_signature: Some(signature.clone()),
                personal_signatures: vec![signature],
            },
        ),
        of(
            version,
            &SendNoticeRequest {
                emdr_id: TEXT.into(),
                kind: None,
                association: Some(Association { target: TEXT.into(), kind: "1".into() }),
            },
        ),
    ];
    for kind in [
        AcknowledgementKind::RegisterDocument,
        AcknowledgementKind::SendDocumentFile,
        AcknowledgementKind::DemandContent,
        AcknowledgementKind::SendRegisterDocumentResult,
        AcknowledgementKind::DeliverDocumentFile,
        AcknowledgementKind::SendNotice,
    ] {
        let headers = headers(Headers::new(kind.action()), version);
        all.push((kind.action(), Acknowledgement::error(errors.clone()).envelope(kind, &headers)));
    }
    let fault = SoapFault { side: FaultSide::Receiver, reason: TEXT.into() };
    all.push(("Fault", fault.write(&headers(Headers::new("fault"), version))));
    all
}

fn security(oid: &str, profile: Profile) -> Security {
    let set = ParameterSet::by_oid(oid).unwrap();
    let start = datetime!(2020-01-01 0:00 UTC);
    let authority = TestAuthority::create("Учебный УЦ", set, start, Duration::days(9000)).unwrap();
    let issued = authority.issue(&Subject::sample_person(), set, start, Duration::days(9000)).unwrap();
    let signer = SoftwareSigner::new(issued.key, issued.certificate).unwrap();
    let certificate = signer.certificate().clone();
    Security::new(Some(Box::new(signer)), vec![certificate], profile)
}

fn check(security: &Security, bytes: &[u8]) -> Result<Checked, SecurityError> {
    let received = Received::read(bytes, &Limits::default()).unwrap();
    security.check(&received, OffsetDateTime::now_utc())
}

/// The envelope with another body in place of the signed one, which is moved where nobody looks.
fn wrapped(sealed: &str) -> String {
    let start = sealed.find("<s:Body").unwrap();
    let end = sealed.find("</s:Body>").unwrap() + "</s:Body>".len();
    let body = &sealed[start..end];
    let forged = "<s:Body><x/></s:Body>";
    sealed.replacen(body, forged, 1).replacen("</s:Header>", &format!("<w>{body}</w></s:Header>"), 1)
}

/// The envelope with one letter of the text in its body changed.
fn changed(sealed: &str) -> String {
    let body = sealed.find("<s:Body").unwrap();
    let at = body + sealed[body..].find("</").unwrap();
    format!("{}x{}", &sealed[..at], &sealed[at..])
}

#[test]
fn envelopes_of_every_operation_are_good_to_an_implementation_that_shares_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut judge) = Judge::start(folder.path()) else { return };
    let mut judge = |bytes: &[u8]| {
        let file = folder.path().join("envelope.xml");
        std::fs::write(&file, bytes).unwrap();
        judge.verdict(&file)
    };
    let (mut good, mut refused) = (0, 0);
    for oid in [ParameterSet::XCHA, ParameterSet::TC26_256_A, ParameterSet::TC26_512_A] {
        for (algorithm_names, version) in [(Names::Uri, Version::V12), (Names::Urn, Version::V11)] {
            let profile = Profile { algorithm_names, inbound: Inbound::Require, ..Profile::default() };
            for (form, covered) in
                [(Form::Full, "good Body Timestamp MessageID ReplyTo To Action"), (Form::Short, "good Body")]
            {
                let security = security(oid, Profile { form, ..profile.clone() });
                for (name, envelope) in envelopes(version) {
                    let sealed = String::from_utf8(security.seal(envelope).unwrap()).unwrap();
                    assert_eq!(judge(sealed.as_bytes()), covered, "{name}: {sealed}");
                    assert!(
                        matches!(check(&security, sealed.as_bytes()), Ok(Checked::Signed { .. })),
                        "{name}"
                    );
                    good += 1;

                    let changed = changed(&sealed);
                    assert!(judge(changed.as_bytes()).starts_with("bad"), "{name}: {changed}");
                    assert!(check(&security, changed.as_bytes()).is_err(), "{name}: {changed}");
                    // The judge looks at signatures alone and finds this one good; what it covers is not the body.
                    let wrapped = wrapped(&sealed);
                    assert_eq!(judge(wrapped.as_bytes()), covered, "{name}: {wrapped}");
                    let not_covered = Err(SecurityError::NotCovered { part: "Body" });
                    assert_eq!(check(&security, wrapped.as_bytes()), not_covered, "{name}: {wrapped}");
                    refused += 2;
                }
            }
        }
    }
    println!("compared {good} envelopes with the judge; {refused} changed and wrapped ones were refused");
}

/// The judge itself, held against signatures that neither it nor this project made.
#[test]
fn the_judge_gives_the_recorded_verdict_about_envelopes_of_the_bus() {
    let shared = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let vectors = shared.join("vectors/gost/xmldsig");
    if !vectors.is_dir() {
        println!("skipped: no vectors at {}", vectors.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(mut judge) = Judge::start(folder.path()) else { return };
    for (name, verdict) in [
        ("ips-request.xml", "good Body Timestamp MessageID ReplyTo To Action"),
        ("ips-request-urn.xml", "good Body Timestamp MessageID ReplyTo To Action"),
        ("ips-response-body-only.xml", "good Body"),
        ("ips-body-not-signed.xml", "good Timestamp MessageID ReplyTo To Action"),
        ("ips-tampered-body.xml", "bad java.lang.IllegalArgumentException: digest of Body"),
    ] {
        assert_eq!(judge.verdict(&vectors.join(name)), verdict, "{name}");
    }
    println!("compared 5 envelopes of the bus with the judge");
}
