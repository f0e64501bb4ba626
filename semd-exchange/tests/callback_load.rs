//! The callback service under load and under attack: right statuses, bounded memory, a whole journal.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it did")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use semd_exchange::Exchange;
use semd_exchange::callback::{self, CallbackSettings, PATH, RunningCallback};
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::http_service::ServiceLimits;
use semd_exchange::journal::{Event, Filter, State, Submission, Update};
use semd_exchange::message::{
    GetDocumentFileRequest, Payload, RegisterDocumentRequest, RegisterDocumentResult, RegistryItem, Status,
};
use semd_exchange::soap::MessageId;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 64;
const CALLS: usize = 2000;
/// Every document is pulled twice, and its result comes twice.
const DOCUMENTS: usize = CALLS / 4;

fn uid(number: usize) -> String {
    format!("5f2c1a52-8c0e-4a8e-9b7d-{number:012}")
}

fn bytes(number: usize) -> Vec<u8> {
    format!("<ClinicalDocument>{number}</ClinicalDocument>").into_bytes()
}

struct Running {
    exchange: Exchange,
    callback: RunningCallback,
    messages: Vec<MessageId>,
}

/// A service whose journal holds acknowledged documents.
async fn with_accepted(folder: &Path, documents: usize, limits: ServiceLimits) -> Running {
    let journal = semd_exchange::journal::SqliteJournal::open(&folder.join("j.db")).unwrap();
    let exchange = Exchange::new(journal, common::quick_retries());
    let journal = exchange.journal();
    let now = OffsetDateTime::now_utc();
    let batch: Vec<Submission> = (0..documents)
        .map(|number| Submission {
            file: format!("{number}.xml"),
            bytes: bytes(number),
            request: RegisterDocumentRequest {
                local_uid: uid(number),
                kind: "119".into(),
                ..Default::default()
            },
        })
        .collect();
    journal.enqueue_all(&batch, now).unwrap();
    let messages = (0..documents)
        .map(|number| {
            let id = MessageId::random();
            journal.begin_attempt(None, &uid(number), &id, b"", now).unwrap();
            journal.apply(&uid(number), &Update::bare(Event::Accepted), now).unwrap();
            id
        })
        .collect();
    let settings = CallbackSettings { limits, ..CallbackSettings::default() };
    let client = Client::new(ClientLimits::default());
    let callback = callback::serve(exchange.clone(), client, settings).await.unwrap();
    Running { exchange, callback, messages }
}

fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: semd\r\nContent-Type: application/soap+xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Reads one answer: its status and its body.
async fn answer(stream: &mut TcpStream) -> std::io::Result<(u16, Vec<u8>)> {
    let mut read = Vec::new();
    let (head, length) = loop {
        let mut part = [0; 16 << 10];
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&part[..count]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        break (head.clone(), end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap()));
    };
    while read.len() < length {
        let mut part = vec![0; length - read.len()];
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&part[..count]);
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = read.split_off(head.len() + 4);
    Ok((status, body))
}

async fn ask(callback: &RunningCallback, request: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(callback.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    answer(&mut stream).await.unwrap()
}

fn envelope<P: Payload>(message: &P) -> Vec<u8> {
    message.envelope(&P::headers())
}

fn pull(number: usize) -> Vec<u8> {
    envelope(&GetDocumentFileRequest { local_uid: Some(uid(number)), ..Default::default() })
}

fn result(messages: &[MessageId], number: usize) -> Vec<u8> {
    envelope(&RegisterDocumentResult {
        relates_to_message: Some(messages[number].clone()),
        local_uid: None,
        status: Status::Success,
        registry_item: Some(RegistryItem {
            emdr_id: format!("119.77.26.05.{number:09}"),
            ..RegistryItem::default()
        }),
        errors: Vec::new(),
    })
}

/// What the operating system says about this process, KiB.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse().unwrap())
}

fn connections_of(count: usize) -> ServiceLimits {
    ServiceLimits { connections: count, ..ServiceLimits::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_thousand_calls_at_64_connections_are_all_answered_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let running = Arc::new(with_accepted(folder.path(), DOCUMENTS, ServiceLimits::default()).await);
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (running, next) = (Arc::clone(&running), Arc::clone(&next));
        clients.spawn(async move {
            let mut stream = TcpStream::connect(running.callback.address()).await.unwrap();
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= CALLS {
                    return;
                }
                let number = call % DOCUMENTS;
                let is_pull = (call / DOCUMENTS).is_multiple_of(2);
                let body = if is_pull { pull(number) } else { result(&running.messages, number) };
                stream.write_all(&request("POST", PATH, &body)).await.unwrap();
                let (status, body) = answer(&mut stream).await.unwrap();
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
            }
        });
    }
    while let Some(done) = clients.join_next().await {
        done.unwrap();
    }
    let journal = running.exchange.journal();
    assert_eq!(journal.state_counts().unwrap(), [(State::Registered, DOCUMENTS as u64)]);
    for number in [0, DOCUMENTS / 2, DOCUMENTS - 1] {
        let record = journal.document(&uid(number)).unwrap().unwrap();
        assert_eq!(record.emdr_id, Some(format!("119.77.26.05.{number:09}")));
        let events = journal.history(&uid(number)).unwrap();
        let count = |event: &str| events.iter().filter(|line| line.event.as_deref() == Some(event)).count();
        assert_eq!((count("file_requested"), count("file_sent"), count("registered")), (2, 2, 2));
    }
    let mut metrics = String::new();
    running.exchange.measurements().write(&mut metrics).unwrap();
    assert!(
        metrics.contains(&format!(r#"action="getDocumentFile",status="200"}} {}"#, CALLS / 2)),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_refused_with_the_right_status() {
    let folder = tempfile::tempdir().unwrap();
    let running = with_accepted(folder.path(), 1, ServiceLimits::default()).await;
    let good = pull(0);
    let half = &good[..good.len() / 2];
    let deep = [b"<a>".repeat(5000), b"</a>".repeat(5000)].concat();
    let entity = b"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>".to_vec();
    let bodies: [&[u8]; 9] = [
        b"",
        b"\0\xFF\xFE",
        b"not xml",
        half,
        &deep,
        &entity,
        b"<a/>",
        b"<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body/></Envelope>",
        b"<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body><dropTables/></Body></Envelope>",
    ];
    for body in bodies {
        let (status, said) = ask(&running.callback, &request("POST", PATH, body)).await;
        assert_eq!(status, 400, "{}", String::from_utf8_lossy(body));
        assert!(said.windows(5).any(|five| five == b"Fault"), "the reason is told");
    }
    for (method, path, expected) in [
        ("POST", "/", 404),
        ("POST", "/emdr/callback/../../etc/passwd", 404),
        ("POST", "/emdr/callback/", 404),
        ("GET", PATH, 405),
        ("PUT", PATH, 405),
        ("DELETE", PATH, 405),
    ] {
        let (status, _) = ask(&running.callback, &request(method, path, b"")).await;
        assert_eq!(status, expected, "{method} {path}");
    }
    for broken in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        let mut stream = TcpStream::connect(running.callback.address()).await.unwrap();
        stream.write_all(broken).await.unwrap();
        let _ = stream.shutdown().await;
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&said));
    }
    let (status, _) = ask(&running.callback, &request("POST", PATH, &good)).await;
    assert_eq!(status, 200, "and the service goes on");
    assert_eq!(running.exchange.journal().orphan_count().unwrap(), 0);
    running.callback.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_callers_hold_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let limits = ServiceLimits {
        header_time: Duration::from_millis(1500),
        body_time: Duration::from_millis(1500),
        ..connections_of(200)
    };
    let running = with_accepted(folder.path(), 1, limits).await;
    let address = running.callback.address();
    let mut slow = JoinSet::new();
    for number in 0..100 {
        slow.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let (head, drop) = match number % 2 {
                // A header that never ends, and a body that never ends.
                0 => (format!("POST {PATH} HTTP/1.1\r\nHost: semd\r\n"), "X-A: b\r\n"),
                _ => (format!("POST {PATH} HTTP/1.1\r\nHost: semd\r\nContent-Length: 100000\r\n\r\n"), "x"),
            };
            stream.write_all(head.as_bytes()).await.unwrap();
            let (mut reading, mut writing) = stream.into_split();
            let drip = tokio::spawn(async move {
                while writing.write_all(drop.as_bytes()).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            });
            let mut said = Vec::new();
            let _ = reading.read_to_end(&mut said).await;
            drip.abort();
            assert!(
                said.is_empty() || said.starts_with(b"HTTP/1.1 408"),
                "{}",
                String::from_utf8_lossy(&said)
            );
            if number % 2 == 1 {
                assert!(said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (status, _) = ask(&running.callback, &request("POST", PATH, &pull(0))).await;
    assert_eq!(status, 200, "while a hundred others dawdle");
    while let Some(done) = slow.join_next().await {
        done.unwrap();
    }
    running.callback.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let limits = ServiceLimits { header_time: Duration::from_millis(700), ..connections_of(4) };
    let running = with_accepted(folder.path(), 1, limits).await;
    let mut idle = Vec::new();
    for _ in 0..12 {
        idle.push(TcpStream::connect(running.callback.address()).await.unwrap());
    }
    // The silent ones lose their places one after the other.
    let (status, _) = ask(&running.callback, &request("POST", PATH, &pull(0))).await;
    assert_eq!(status, 200);
    running.callback.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_100_megabytes_are_refused_early_and_cost_no_memory() {
    const HUGE: usize = 100 << 20;
    let folder = tempfile::tempdir().unwrap();
    let running = with_accepted(folder.path(), 1, ServiceLimits::default()).await;
    let address = running.callback.address();
    let before = memory("VmHWM:");
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for number in 0..32 {
        clients.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let length = match number % 2 {
                0 => format!("Content-Length: {HUGE}"),
                _ => "Transfer-Encoding: chunked".to_owned(),
            };
            let head = format!("POST {PATH} HTTP/1.1\r\nHost: semd\r\n{length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let (mut reading, mut writing) = stream.into_split();
            let sending = tokio::spawn(async move {
                let part = vec![b'x'; 64 << 10];
                let mut sent = 0;
                while sent < HUGE {
                    let framed = match number % 2 {
                        0 => part.clone(),
                        _ => [format!("{:x}\r\n", part.len()).as_bytes(), &part, b"\r\n"].concat(),
                    };
                    if writing.write_all(&framed).await.is_err() {
                        break;
                    }
                    sent += part.len();
                }
                sent
            });
            let mut said = vec![0; 4096];
            let count = reading.read(&mut said).await.unwrap_or(0);
            drop(reading);
            let sent = sending.await.unwrap();
            (number % 2, String::from_utf8_lossy(&said[..count]).into_owned(), sent)
        });
    }
    while let Some(done) = clients.join_next().await {
        let (chunked, said, sent) = done.unwrap();
        // A connection may break before its answer is read; an answer must be the right one.
        let refused = said.starts_with("HTTP/1.1 413") || (chunked == 1 && said.starts_with("HTTP/1.1 503"));
        assert!(refused || said.is_empty(), "{said}");
        assert!(sent < HUGE, "nobody gets rid of all of it");
    }
    let grown = memory("VmHWM:").saturating_sub(before) >> 10;
    println!("32 bodies of 100 MB in {:.1} s: at most {grown} MiB more", started.elapsed().as_secs_f64());
    assert!(grown < 300, "{grown} MiB");
    let (status, _) = ask(&running.callback, &request("POST", PATH, &pull(0))).await;
    assert_eq!(status, 200);
    let all = running.exchange.journal().list(&Filter::default()).unwrap();
    assert_eq!((all.len(), all[0].state), (1, State::FileSent));
    running.callback.shutdown().await;
}
