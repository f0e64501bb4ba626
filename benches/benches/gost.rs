//! GOST R 34.10-2012 against its peers in one run, one thread: ECDSA P-256 of the system's OpenSSL, and the GOST engine.
//!
//! `cargo bench -p semd-benches --bench gost`. The engine is used where OpenSSL finds it; on Debian, and only as root, it
//! is installed when missing (`libengine-gost-openssl`). Everything is measured in turns of a few milliseconds, so a
//! busy machine slows all alike; a ratio is the median over the turns of (peer's time / our time): above 1 we are faster.
#![allow(missing_docs, clippy::print_stdout, reason = "a program that prints a table")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use semd_sign::PrivateKey;
use semd_sign::gost::ParameterSet;
use streebog::Digest;

/// How long one operation runs before the next takes its turn.
const TURN: Duration = Duration::from_millis(8);
const TURNS: usize = 60;
/// Says that this process was started by itself with the engine configured.
const CONFIGURED: &str = "SEMD_BENCH_ENGINE";

const SETS: [(&str, &str); 6] = [
    ("CryptoPro-A", ParameterSet::CRYPTOPRO_A),
    ("TC26-256-A", ParameterSet::TC26_256_A),
    ("CryptoPro-B", "1.2.643.2.2.35.2"),
    ("CryptoPro-C", "1.2.643.2.2.35.3"),
    ("TC26-512-A", ParameterSet::TC26_512_A),
    ("TC26-512-C", "1.2.643.7.1.2.1.2.3"),
];

struct Operation<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
    /// Seconds an operation took, one for every turn.
    seconds: Vec<f64>,
}

fn main() {
    if std::env::var_os(CONFIGURED).is_none() && restart_with_engine() {
        return;
    }
    openssl::init();
    let mut operations = Vec::new();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("P-256 is in every OpenSSL");
    let p256 = PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key");
    peer(&mut operations, "ECDSA P-256", &p256, 32);
    for (name, oid) in SETS {
        let set = ParameterSet::by_oid(oid).expect("a known set");
        let key = PrivateKey::generate(set).expect("randomness");
        ours(&mut operations, name, &key);
        let pem = key.to_pem(None).expect("a key without a password");
        match PKey::private_key_from_pem(pem.as_bytes()) {
            Ok(same) => peer(&mut operations, &format!("engine {name}"), &same, set.width()),
            Err(_) => println!("skipped: OpenSSL has no GOST engine for {name}"),
        }
    }
    hashing(&mut operations);

    for _ in 0..TURNS {
        for operation in &mut operations {
            let (start, mut count) = (Instant::now(), 0_u32);
            while start.elapsed() < TURN {
                (operation.run)();
                count += 1;
            }
            operation.seconds.push(start.elapsed().as_secs_f64() / f64::from(count));
        }
    }
    report(&operations);
}

/// Runs this bench again with the engine in OpenSSL's configuration; false when there is no engine.
fn restart_with_engine() -> bool {
    let Some(engine) = engine().or_else(|| {
        let installed =
            Command::new("apt-get").args(["install", "-y", "-qq", "libengine-gost-openssl"]).status();
        installed.is_ok_and(|status| status.success()).then(engine).flatten()
    }) else {
        println!("skipped: no GOST engine here and it cannot be installed");
        return false;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let configuration = folder.path().join("openssl.cnf");
    let text = format!(
        "openssl_conf = top\n[top]\nengines = engines\n[engines]\ngost = gost\n[gost]\nengine_id = gost\n\
         dynamic_path = {}\ndefault_algorithms = ALL\n",
        engine.display()
    );
    std::fs::write(&configuration, text).expect("a writable temporary folder");
    let this = std::env::current_exe().expect("the path of this program");
    let status = Command::new(this).env("OPENSSL_CONF", &configuration).env(CONFIGURED, "1").status();
    status.is_ok_and(|status| status.success())
}

fn engine() -> Option<PathBuf> {
    ["/usr/lib/x86_64-linux-gnu/engines-3/gost.so", "/usr/lib/aarch64-linux-gnu/engines-3/gost.so"]
        .into_iter()
        .map(Path::new)
        .find(|path| path.exists())
        .map(Path::to_owned)
}

fn operation<'a>(operations: &mut Vec<Operation<'a>>, name: String, run: impl FnMut() + 'a) {
    operations.push(Operation { name, run: Box::new(run), seconds: Vec::with_capacity(TURNS) });
}

fn ours(operations: &mut Vec<Operation<'_>>, name: &str, key: &PrivateKey) {
    let digest = vec![0x5A; key.digest().len()];
    let signature = key.sign_digest(&digest).expect("randomness");
    let (key, public) = (key.clone(), key.public_key().clone());
    let prepared = public.prepare();
    let (digest_again, signature_again, digest_once_more) =
        (digest.clone(), signature.clone(), digest.clone());
    operation(operations, format!("{name} sign"), move || {
        black_box(key.sign_digest(black_box(&digest)).expect("randomness"));
    });
    operation(operations, format!("{name} verify"), move || {
        assert!(public.verify(black_box(&digest_again), black_box(&signature)));
    });
    operation(operations, format!("{name} verify prepared"), move || {
        assert!(prepared.verify(black_box(&digest_once_more), black_box(&signature_again)));
    });
}

fn peer(operations: &mut Vec<Operation<'_>>, name: &str, key: &PKey<Private>, digest: usize) {
    let digest = vec![0x5A; digest];
    let mut signing = PkeyCtx::new(key).expect("a context");
    signing.sign_init().expect("a key that signs");
    let mut signature = Vec::new();
    signing.sign_to_vec(&digest, &mut signature).expect("a signature");
    let mut verifying = PkeyCtx::new(key).expect("a context");
    verifying.verify_init().expect("a key that verifies");
    let (message, mut out) = (digest.clone(), vec![0; 256]);
    operation(operations, format!("{name} sign"), move || {
        black_box(signing.sign(black_box(&message), Some(&mut out)).expect("a signature"));
    });
    operation(operations, format!("{name} verify"), move || {
        assert!(verifying.verify(black_box(&digest), black_box(&signature)).unwrap_or(false));
    });
}

fn hashing(operations: &mut Vec<Operation<'_>>) {
    let message = vec![0x5A; 20_000];
    let again = message.clone();
    operation(operations, "Streebog-256 of 20 KB".to_owned(), move || {
        black_box(semd_sign::digest::streebog_256(black_box(&message)));
    });
    operation(operations, "RustCrypto Streebog-256 of 20 KB".to_owned(), move || {
        black_box(streebog::Streebog256::digest(black_box(&again)));
    });
}

fn report(operations: &[Operation<'_>]) {
    let of = |name: &str| operations.iter().find(|operation| operation.name == name);
    for operation in operations {
        println!("{:>9.1} µs  {}", median(operation.seconds.clone()) * 1e6, operation.name);
    }
    println!();
    let ratio = |ours: &str, peer: &str, wanted: f64| {
        let (Some(ours), Some(peer)) = (of(ours), of(peer)) else { return };
        let ratios = ours.seconds.iter().zip(&peer.seconds).map(|(ours, peer)| peer / ours).collect();
        let (ratio, held) = (median(ratios), |ratio: f64| if ratio >= wanted { "held" } else { "not held" });
        let verdict =
            if wanted > 0.0 { format!("  (at least {wanted}: {})", held(ratio)) } else { String::new() };
        println!("{ratio:>6.2} ×  {} against {}{verdict}", ours.name, peer.name);
    };
    for (name, _) in SETS {
        for act in ["sign", "verify"] {
            let p256 = if matches!(name, "CryptoPro-A" | "TC26-256-A") { 1.0 } else { 0.0 };
            let engine = if name == "TC26-512-A" { 3.0 } else { 0.0 };
            ratio(&format!("{name} {act}"), &format!("ECDSA P-256 {act}"), p256);
            ratio(&format!("{name} {act}"), &format!("engine {name} {act}"), engine);
        }
        ratio(&format!("{name} verify prepared"), &format!("{name} verify"), 1.5);
    }
    ratio("Streebog-256 of 20 KB", "RustCrypto Streebog-256 of 20 KB", 0.0);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
