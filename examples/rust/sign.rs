//! Sign a document with a key in a file and judge the signature: `example-sign DOCUMENT FOLDER`
//!
//! The key is software: for tests and where no qualified signature is demanded. A token or a certified provider attaches as
//! `own_signer.rs` shows; nothing else changes.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::path::{Path, PathBuf};

use semd_core::report::Lang;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
use semd_sign::{Certificate, PrivateKey, SoftwareSigner, cades};
use time::{Duration, OffsetDateTime};

const PASSWORD: &[u8] = b"secret";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(document), Some(folder)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("example-sign DOCUMENT FOLDER".into());
    };
    let now = OffsetDateTime::now_utc();
    make_keys(&folder, now)?;

    let key = PrivateKey::from_bytes(&std::fs::read(folder.join("doctor.key"))?, Some(PASSWORD))?;
    let certificate = Certificate::from_bytes(&std::fs::read(folder.join("doctor.crt"))?)?;
    let signer = SoftwareSigner::new(key, certificate)?;
    // The octets of the file are what is signed. They must not change until the register has them.
    let document = std::fs::read(document)?;
    let container = cades::sign_detached(&signer, &document, now)?;
    std::fs::write(folder.join("document.doctor.p7s"), &container)?;

    let mut trust = TrustStore::new();
    trust.add(&std::fs::read(folder.join("root.crt"))?)?;
    for (what, content) in
        [("the document", document.clone()), ("a changed one", [&*document, b" "].concat())]
    {
        let report = verify(&Request {
            content: (&content).into(),
            signature: &container,
            trust: &trust,
            time: ControlTime::Now(now),
            policy: Policy::Remd,
        });
        let view = serde_json::to_value(report.view(Lang::En, false))?;
        println!("{what}: {} {}", view["verdict"], view["codes"]);
    }
    Ok(())
}

/// A test authority and what it issued, as files.
fn make_keys(folder: &Path, now: OffsetDateTime) -> Result<(), Box<dyn Error>> {
    let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).ok_or("no such parameter set")?;
    let since = now - Duration::days(1);
    let authority = TestAuthority::create("Пример", set, since, Duration::days(365))?;
    let doctor = authority.issue(&Subject::sample_person(), set, since, Duration::days(90))?;
    authority.save(folder, None)?;
    doctor.save(folder, "doctor", Some(PASSWORD))?;
    Ok(())
}
