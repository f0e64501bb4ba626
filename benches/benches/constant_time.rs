//! Whether signing takes time that depends on secrets: Welch's t-test between a fixed secret and random ones, the method
//! of "Dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017).
//!
//! `cargo bench -p semd-benches --bench constant_time -- 1000000 [SET]`; run by hand, results in
//! `docs/measurements/constant-time.md`. |t| above 4.5 says that the two classes differ. Measurements of both classes lie
//! mixed in one array of one layout, so that caches treat them alike; slow outliers are cut at several thresholds, and
//! the worst |t| counts.
#![allow(missing_docs, clippy::print_stdout, reason = "a program that prints a table")]

use std::hint::black_box;
use std::time::Instant;

use semd_sign::gost::{ParameterSet, SecretKey};

/// Measurements between two drawings of fresh secrets.
const BATCH: usize = 5_000;
/// Above this the classes are told apart.
const LIMIT: f64 = 4.5;
/// Shares of the measurements that are kept, the fastest ones.
const KEPT: [f64; 5] = [1.0, 0.99, 0.95, 0.8, 0.5];

#[derive(Clone)]
struct Sample {
    key: SecretKey,
    digest: Vec<u8>,
    random: bool,
}

/// Count, mean and sum of squared deviations, updated one by one (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let difference = value - self.mean;
        self.mean += difference / self.count;
        self.squares += difference * (value - self.mean);
    }

    fn t(&self, other: &Self) -> f64 {
        let error = |moments: &Self| moments.squares / (moments.count - 1.0) / moments.count;
        (self.mean - other.mean) / (error(self) + error(other)).sqrt()
    }
}

fn main() {
    let wanted = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000_usize);
    let sets = [
        ("CryptoPro-A", ParameterSet::CRYPTOPRO_A),
        ("TC26-256-A", ParameterSet::TC26_256_A),
        ("CryptoPro-B", "1.2.643.2.2.35.2"),
        ("CryptoPro-C", "1.2.643.2.2.35.3"),
        ("TC26-512-A", ParameterSet::TC26_512_A),
        ("TC26-512-B", "1.2.643.7.1.2.1.2.2"),
        ("TC26-512-C", "1.2.643.7.1.2.1.2.3"),
    ];
    let only = std::env::args().find(|argument| sets.iter().any(|(name, _)| name == argument));
    for (name, oid) in sets.into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        let set = ParameterSet::by_oid(oid).expect("a known set");
        test(&format!("{name}: scalar multiplication"), set, wanted, |sample| {
            black_box(black_box(&sample.key).public_key());
        });
        test(&format!("{name}: signing, hedged nonce"), set, wanted, |sample| {
            black_box(black_box(&sample.key).sign(&sample.digest).expect("a digest and randomness"));
        });
        test(&format!("{name}: signing, deterministic nonce"), set, wanted, |sample| {
            black_box(black_box(&sample.key).sign_deterministic(&sample.digest).expect("a digest"));
        });
    }
}

fn test(name: &str, set: &'static ParameterSet, wanted: usize, run: impl Fn(&Sample)) {
    // The fixed secret: a small number, about as unlike a random one as there is.
    let mut small = vec![0; set.width()];
    small[0] = 3;
    let fixed = SecretKey::from_le_bytes(set, &small).expect("3 is below every order");
    let mut thresholds = [f64::INFINITY; KEPT.len()];
    let mut classes = [[Moments::default(); 2]; KEPT.len()];
    let (mut measured, mut batch) = (0, 0);
    while measured < wanted {
        let samples = draw(set, &fixed);
        let times: Vec<f64> = samples
            .iter()
            .map(|sample| {
                // A fresh copy lies in the nearest cache, whatever the class and wherever the original was put.
                let sample = black_box(sample.clone());
                let start = Instant::now();
                run(&sample);
                start.elapsed().as_nanos() as f64
            })
            .collect();
        batch += 1;
        if batch == 1 {
            // Warms up and says where to cut; counts for nothing.
            let mut sorted = times;
            sorted.sort_by(f64::total_cmp);
            for (threshold, kept) in thresholds.iter_mut().zip(KEPT).filter(|(_, kept)| *kept < 1.0) {
                *threshold = sorted[(sorted.len() as f64 * kept) as usize];
            }
            continue;
        }
        measured += samples.len();
        for (sample, time) in samples.iter().zip(times) {
            for (class, threshold) in classes.iter_mut().zip(thresholds) {
                if time <= threshold {
                    class[usize::from(sample.random)].add(time);
                }
            }
        }
    }
    let t = classes.map(|[fixed, random]| fixed.t(&random));
    let worst = t.iter().fold(0_f64, |worst, t| worst.max(t.abs()));
    let verdict = if worst < LIMIT { "no leak seen" } else { "LEAK" };
    let listed: Vec<String> =
        KEPT.iter().zip(t).map(|(kept, t)| format!("{t:.2} of {:.0} %", kept * 100.0)).collect();
    println!(
        "{name}: {measured} measurements, worst |t| = {worst:.2}, {verdict} (t = {})",
        listed.join(", ")
    );
}

/// Fixed and random secrets at random places; where they lie in memory says nothing about the class.
fn draw(set: &'static ParameterSet, fixed: &SecretKey) -> Vec<Sample> {
    let mut coins = vec![0_u8; BATCH];
    getrandom::fill(&mut coins).expect("randomness");
    coins
        .into_iter()
        .map(|coin| {
            let (random, mut digest) = (coin & 1 == 1, vec![0_u8; set.width()]);
            // Drawn for both classes, so that both leave the allocator and the caches in the same state.
            let drawn = SecretKey::generate(set).expect("randomness");
            getrandom::fill(&mut digest).expect("randomness");
            if !random {
                digest.fill(0x5A);
            }
            Sample { key: if random { drawn } else { fixed.clone() }, digest, random }
        })
        .collect()
}
