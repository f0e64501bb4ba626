//! TLS towards the register, PostgreSQL, the bus and operators. Only builds with the feature `tls` have these tests.
#![cfg(feature = "tls")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they skip"
)]

#[path = "../../semd-exchange/tests/common/stores.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "a part of it is used here")]
mod stores;
mod support;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslConnector, SslFiletype, SslMethod};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};
use stores::Place;
use support::serve::{GOOD, Serve};
use support::{Run, Sandbox, http, run};

/// An authority for TLS, and what it certified, as files.
struct Tls {
    folder: PathBuf,
    authority: (X509, PKey<Private>),
}

impl Tls {
    fn new(folder: &Path) -> Self {
        let authority = certificate("authority", None);
        fs::write(folder.join("ca.pem"), authority.0.to_pem().unwrap()).unwrap();
        let tls = Self { folder: folder.to_owned(), authority };
        for name in ["server", "client"] {
            let (certificate, key) = certificate(name, Some(&tls.authority));
            fs::write(tls.path(&format!("{name}.pem")), certificate.to_pem().unwrap()).unwrap();
            fs::write(tls.path(&format!("{name}.key")), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        }
        fs::write(tls.path("other-ca.pem"), certificate("other", None).0.to_pem().unwrap()).unwrap();
        tls
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Flags by name and file.
    fn flags(&self, flags: &[(&str, &str)]) -> Vec<String> {
        flags.iter().flat_map(|(flag, file)| [format!("--{flag}"), self.text(file)]).collect()
    }
}

fn certificate(name: &str, by: Option<&(X509, PKey<Private>)>) -> (X509, PKey<Private>) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(name.len() as u32 * 7 + 1).unwrap().to_asn1_integer().unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(by.map_or(&*subject, |(issuer, _)| issuer.subject_name())).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    match by {
        None => builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap(),
        Some((issuer, _)) => {
            let context = builder.x509v3_context(Some(issuer), None);
            let names =
                SubjectAlternativeName::new().ip("127.0.0.1").dns("localhost").build(&context).unwrap();
            builder.append_extension(names).unwrap();
        }
    }
    builder.sign(by.map_or(&key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

fn strings(flags: &[String]) -> Vec<&str> {
    flags.iter().map(String::as_str).collect()
}

/// A sandbox that speaks TLS and asks for certificates, and a signed document.
fn register_over_tls(folder: &Path) -> (Tls, Sandbox, PathBuf) {
    let documents = support::serve::documents(folder);
    let tls = Tls::new(folder);
    let flags = tls.flags(&[
        ("tls-cert", "server.pem"),
        ("tls-key", "server.key"),
        ("tls-client-ca", "ca.pem"),
        ("tls-ca", "ca.pem"),
        ("tls-client-cert", "client.pem"),
        ("tls-client-key", "client.key"),
    ]);
    let sandbox = Sandbox::start(&folder.join("pki/root.crt"), &strings(&flags));
    assert!(sandbox.url.starts_with("https://"), "{}", sandbox.url);
    (tls, sandbox, documents.join("good.xml"))
}

#[test]
fn register_is_believed_and_believes_by_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, sandbox, document) = register_over_tls(folder.path());
    let send = |name: &str, wait: &str, flags: &[(&str, &str)]| -> Run {
        let journal = format!("sqlite:{}", folder.path().join(name).display());
        let document = document.to_str().unwrap();
        let known = ["register", document, "--register", &sandbox.url, "--journal", &journal, "--wait", wait];
        run(known.iter().map(|flag| (*flag).to_owned()).chain(tls.flags(flags)))
    };
    let own = [("tls-client-cert", "client.pem"), ("tls-client-key", "client.key")];
    let stranger = send("stranger.db", "1s", &[&own[..], &[("tls-ca", "other-ca.pem")]].concat());
    assert_eq!(stranger.code, Some(4), "{}", stranger.stderr);
    assert!(stranger.stderr.contains("certificate verify failed"), "{}", stranger.stderr);
    let nobody = send("nobody.db", "1s", &[("tls-ca", "ca.pem")]);
    assert_eq!(nobody.code, Some(4), "{}", nobody.stderr);
    let wrong = send("wrong.db", "1s", &[("tls-ca", "client.key")]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("client.key"), "{}", wrong.stderr);
    let good = send("good.db", "60s", &[&own[..], &[("tls-ca", "ca.pem")]].concat());
    assert_eq!(good.code, Some(0), "{}", good.stderr);
}

#[test]
fn service_speaks_tls_both_ways_and_certificates_open_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, sandbox, document) = register_over_tls(folder.path());
    let journal = format!("sqlite:{}", folder.path().join("j.db").display());
    let queued = run([
        "register",
        document.to_str().unwrap(),
        "--register",
        "http://127.0.0.1:1/",
        "--journal",
        &journal,
        "--wait",
        "1s",
    ]);
    assert_eq!(queued.code, Some(4), "{}", queued.stderr);
    let mut flags = tls.flags(&[
        ("tls-cert", "server.pem"),
        ("tls-key", "server.key"),
        ("page-client-ca", "ca.pem"),
        ("callback-client-ca", "ca.pem"),
        ("tls-ca", "ca.pem"),
        ("tls-client-cert", "client.pem"),
        ("tls-client-key", "client.key"),
    ]);
    flags.extend([
        "--register".to_owned(),
        sandbox.url.clone(),
        "--listen".to_owned(),
        "0.0.0.0:0".to_owned(),
    ]);
    let serve = Serve::start(&journal, &strings(&flags), None);
    assert!(serve.page.starts_with("https://") && serve.callback.starts_with("https://"));
    let port = serve.page.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let host = format!("127.0.0.1:{port}");
    let ask = |certificate: bool, path: &str| {
        let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
        connector.set_ca_file(tls.path("ca.pem")).unwrap();
        if certificate {
            connector.set_certificate_chain_file(tls.path("client.pem")).unwrap();
            connector.set_private_key_file(tls.path("client.key"), SslFiletype::PEM).unwrap();
        }
        let stream = TcpStream::connect(&host).unwrap();
        let stream = connector.build().connect("127.0.0.1", stream).map_err(std::io::Error::other)?;
        http::over(stream, "GET", (&host, path), &[], b"")
    };
    assert!(ask(false, "/").is_err(), "without a certificate there is no page");
    let page = ask(true, "/").unwrap();
    assert_eq!(page.status, 200);
    let plain = TcpStream::connect(&host).unwrap();
    assert!(http::over(plain, "GET", (&host, "/"), &[], b"").is_err(), "without TLS there is no answer");
    let started = Instant::now();
    // The register's calls came over TLS, with its certificate.
    while !ask(true, &format!("/document/{GOOD}")).unwrap().text().contains("state registered") {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn journal_is_reached_over_tls_when_asked_for() {
    let Some(place) = Place::postgres() else { return };
    let mut sql = place.sql().unwrap();
    let show = |sql: &mut postgres::Client, name: &str| -> String {
        sql.query_one(&format!("SHOW {name}"), &[]).unwrap().get(0)
    };
    let (on, certificate) = (show(&mut sql, "ssl"), show(&mut sql, "ssl_cert_file"));
    let readable = X509::from_pem(&fs::read(&certificate).unwrap_or_default());
    let known = readable.is_ok_and(|certificate| {
        let names = certificate.subject_alt_names().into_iter().flatten();
        names.into_iter().any(|name| name.dnsname() == Some("localhost"))
    });
    let url = place.text();
    if on != "on" || !known || !url.contains("@127.0.0.1:") {
        println!(
            "skipped: the server for tests has no TLS certificate for localhost that can be read ({certificate})"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls::new(folder.path());
    let url = url.replace("@127.0.0.1:", "@localhost:") + "&hostaddr=127.0.0.1&sslmode=require&sslrootcert=";
    place.open();
    let list = |authority: &str| run(["journal", "list", "--journal", &format!("{url}{authority}")]);
    let good = list(&certificate);
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    let stranger = list(&tls.text("other-ca.pem"));
    assert_eq!(stranger.code, Some(4), "{}", stranger.stderr);
    let other_name = url.replace("@localhost:", "@127.0.0.1:").replace("&hostaddr=127.0.0.1", "");
    let other_name = run(["journal", "list", "--journal", &format!("{other_name}{certificate}")]);
    assert_eq!(other_name.code, Some(4), "the name is checked, too: {}", other_name.stderr);
}
