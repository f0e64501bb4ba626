//! The built command as a whole: start to verdict, a large document, two jobs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use semd_core::package::{PackageCache, PackageStore};

/// Documents of the run that is done with one job and with two.
const BATCH: usize = 1000;
/// How often it is done with each.
const BATCHES: usize = 9;

pub(crate) fn print(semd: &Path, data: &Path, work: &Path) {
    println!("\n| the command | figure |");
    println!("|---|---|");
    let compiled = load_times(data, None);
    println!(
        "| package compiled, median of {} packages | {:.1} ms |",
        compiled.len(),
        compiled[compiled.len() / 2]
    );
    println!("| package compiled, slowest | {:.1} ms |", compiled.last().copied().unwrap_or(0.0));
    let cache = PackageCache::new(work.join("compiled"));
    // The first run compiles what the cache does not have yet.
    let _ = load_times(data, Some(&cache));
    let cached = load_times(data, Some(&cache));
    println!("| package loaded from the cache, median | {:.1} ms |", cached[cached.len() / 2]);
    println!("| package loaded from the cache, slowest | {:.1} ms |", cached.last().copied().unwrap_or(0.0));
    let packages = data.join("semd-packages");
    let one = data.join("corpus/docs/r-ConsultRedaction4.xml");
    let runs: Vec<f64> = (0..15).map(|_| timed(semd, &packages, std::slice::from_ref(&one), 1)).collect();
    println!("| process start to verdict, one document | {:.1} ms |", middle(runs) * 1e3);
    let large = large_document(&one, work);
    let size = fs::metadata(&large).map_or(0, |file| file.len());
    let time = timed(semd, &packages, std::slice::from_ref(&large), 1);
    let memory = peak(semd, &packages, &[large], 1);
    println!("| a document of {:.1} MB | {time:.2} s, {memory:.0} MB |", size as f64 / 1e6);
    let mut documents: Vec<PathBuf> = fs::read_dir(data.join("corpus/docs"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    documents.sort();
    let batch: Vec<PathBuf> = documents.iter().cycle().take(BATCH).cloned().collect();
    let (mut single, mut double) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        single.push(timed(semd, &packages, &batch, 1));
        double.push(timed(semd, &packages, &batch, 2));
    }
    let (single, double) = (middle(single), middle(double));
    let memory = peak(semd, &packages, &batch, 2);
    println!("| {BATCH} documents, one job ÷ two jobs | {:.2}, {memory:.0} MB |", single / double);
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Times that all packages are made ready, one after the other.
const PASSES: usize = 5;

/// Milliseconds in which each official package is made ready, files read included, in ascending order: compiled, or loaded
/// from a cache. Of each package the median over the passes.
fn load_times(data: &Path, cache: Option<&PackageCache>) -> Vec<f64> {
    let folders = [data.join("semd-packages")];
    let mut passes: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..PASSES {
        let store = PackageStore::open_with(&folders, cache.cloned()).expect("the official packages");
        for kind in store.kinds() {
            let start = Instant::now();
            let _ = store.package(kind);
            passes.entry(kind.to_owned()).or_default().push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let mut times: Vec<f64> = passes.into_values().map(middle).collect();
    times.sort_unstable_by(f64::total_cmp);
    times
}

/// Seconds of one call of `semd validate`.
fn timed(semd: &Path, packages: &Path, documents: &[PathBuf], jobs: usize) -> f64 {
    let start = Instant::now();
    let _ = begun(semd, packages, documents, jobs).wait();
    start.elapsed().as_secs_f64()
}

/// Peak memory of one call of `semd validate`, MB. Its time is not measured: the looks at it take the time of a processor that it has
/// a use for.
fn peak(semd: &Path, packages: &Path, documents: &[PathBuf], jobs: usize) -> f64 {
    let mut child = begun(semd, packages, documents, jobs);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    while let Ok(status) = fs::read_to_string(&status)
        && let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))
    {
        peak = line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0;
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let _ = child.wait();
    peak
}

/// `semd validate` with a list of documents on its standard input.
fn begun(semd: &Path, packages: &Path, documents: &[PathBuf], jobs: usize) -> Child {
    let list: String = documents.iter().map(|path| format!("{}\n", path.display())).collect();
    let mut child = Command::new(semd)
        .args([
            "validate",
            "-",
            "-q",
            "--no-progress",
            "--format",
            "jsonl",
            "--jobs",
            &jobs.to_string(),
            "--packages",
        ])
        .arg(packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    if let Some(mut input) = child.stdin.take() {
        let _ = input.write_all(list.as_bytes());
    }
    child
}

/// A document of 20 MB: the sections of a real one again and again.
fn large_document(from: &Path, work: &Path) -> PathBuf {
    let text = fs::read_to_string(from).expect("a document of the corpus");
    let start = text.find("<structuredBody").and_then(|at| text[at..].find('>').map(|end| at + end + 1));
    let end = text.rfind("</structuredBody>");
    let (Some(start), Some(end)) = (start, end) else { return from.to_owned() };
    let times = 20_000_000 / (end - start) + 1;
    let large = format!("{}{}{}", &text[..start], text[start..end].repeat(times), &text[end..]);
    let path = work.join("large.xml");
    fs::write(&path, large).expect("a prepared document");
    path
}
