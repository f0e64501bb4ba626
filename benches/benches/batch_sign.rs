//! `semd sign` of 10,000 documents of 20 KB on one thread against the bare time of hashing and signing them.
//!
//! `cargo build --release && cargo bench -p semd-benches --bench batch_sign`. The command and the bare loop take turns, and the
//! ratio is the median over the rounds, by the clock and by processor time; `SEMD_BENCH_ROUNDS` and `SEMD_BENCH_DOCUMENTS` change
//! how many. The folder is where `TMPDIR` points: what a disk costs is part of the answer.
#![allow(missing_docs, clippy::print_stdout, reason = "a program that prints a table")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use semd_sign::PrivateKey;
use semd_sign::digest::streebog_256;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use time::OffsetDateTime;

/// Octets of a document.
const SIZE: usize = 20_000;

fn main() {
    let number = |name: &str, default: usize| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let quick = std::env::args().any(|argument| argument == "--test");
    let documents = if quick { 50 } else { number("SEMD_BENCH_DOCUMENTS", 10_000) };
    let rounds = if quick { 1 } else { number("SEMD_BENCH_ROUNDS", 5) };
    let Some(command) = command() else {
        println!("skipped: target/release/semd is not built");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key_of(folder.path());
    let input = folder.path().join("documents");
    std::fs::create_dir(&input).expect("a writable folder");
    let texts: Vec<Vec<u8>> = (0..documents).map(document).collect();
    for (index, text) in texts.iter().enumerate() {
        std::fs::write(input.join(format!("{index:05}.xml")), text).expect("room for the documents");
    }
    let (mut by_clock, mut by_processor) = (Vec::new(), Vec::new());
    // Nothing is removed between the rounds: the file system would be busy with it in the next.
    for round in 0..rounds {
        let (started, used) = (Instant::now(), processor_time());
        for text in &texts {
            std::hint::black_box(key.sign_digest(&streebog_256(text)).expect("randomness"));
        }
        let (bare, bare_used) = (started.elapsed(), processor_time() - used);
        let out = folder.path().join(format!("out{round}"));
        let (started, used) = (Instant::now(), processor_time());
        sign(&command, folder.path(), &input, &out);
        let (whole, whole_used) = (started.elapsed(), processor_time() - used);
        let written = std::fs::read_dir(&out).expect("signatures").count();
        assert_eq!(written, documents);
        by_clock.push(whole.as_secs_f64() / bare.as_secs_f64());
        by_processor.push(whole_used.as_secs_f64() / bare_used.as_secs_f64());
        println!(
            "round {round}: bare {:.2} s ({:.2} s of processor), semd sign {:.2} s ({:.2} s)",
            bare.as_secs_f64(),
            bare_used.as_secs_f64(),
            whole.as_secs_f64(),
            whole_used.as_secs_f64()
        );
    }
    let (clock, processor) = (median(by_clock), median(by_processor));
    println!("semd sign of {documents} documents of {SIZE} octets, one thread:");
    println!("{clock:>6.2} ×  the bare time of hashing and signing, by the clock (at most 1.5 wanted)");
    println!("{processor:>6.2} ×  by processor time");
}

/// The command, beside the benches.
fn command() -> Option<PathBuf> {
    let this = std::env::current_exe().ok()?;
    this.ancestors().map(|folder| folder.join("semd")).find(|path| path.is_file())
}

/// A key of the most common parameter set, with its certificate, as files.
fn key_of(folder: &Path) -> PrivateKey {
    let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    let (start, validity) = (OffsetDateTime::now_utc() - time::Duration::DAY, time::Duration::days(30));
    let authority = TestAuthority::create("bench", set, start, validity).expect("randomness");
    let issued = authority.issue(&Subject::sample_person(), set, start, validity).expect("randomness");
    issued.save(folder, "doctor", None).expect("a writable folder");
    issued.key
}

fn document(index: usize) -> Vec<u8> {
    let mut text = format!("<ClinicalDocument><id extension=\"{index}\"/>").into_bytes();
    text.resize(SIZE - 20, b' ');
    text.extend_from_slice(b"</ClinicalDocument>\n");
    text
}

fn sign(command: &Path, keys: &Path, input: &Path, out: &Path) {
    let status = Command::new(command)
        .args(["sign", "--jobs", "1", "--quiet", "--key"])
        .arg(keys.join("doctor.key"))
        .arg("--cert")
        .arg(keys.join("doctor.crt"))
        .arg("--out")
        .arg(out)
        .arg(input)
        .stdout(std::process::Stdio::null())
        .status()
        .expect("the command runs");
    assert!(status.success(), "{status}");
}

/// Processor time of this process and of the commands it ran, as Linux counts it; nothing elsewhere.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    // utime, stime, cutime, cstime, in hundredths of a second.
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
