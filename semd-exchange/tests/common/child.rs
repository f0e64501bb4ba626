//! A worker in a process of its own, to be killed: the test program again, running only one test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::*;
use semd_exchange::message::RegisterDocumentRequest;
use semd_exchange::soap::MessageId;
use time::OffsetDateTime;

use super::client_side_over;
use super::stores::Place;

const JOURNAL: &str = "SEMD_CHILD_JOURNAL";
const REGISTER: &str = "SEMD_CHILD_REGISTER";
/// Folder with documents and their numbers, `first-last`, to be put into the journal before working.
const FOLDER: &str = "SEMD_CHILD_FOLDER";
const NUMBERS: &str = "SEMD_CHILD_NUMBERS";
/// `before 7` or `after 7`: the write at which the process aborts.
const ABORT: &str = "SEMD_CHILD_ABORT";
/// Goes on working until it is killed.
const FOREVER: &str = "SEMD_CHILD_FOREVER";
const LEASE: &str = "SEMD_CHILD_LEASE_MS";

/// What a child has to do.
#[derive(Clone, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) place: &'a Place,
    pub(crate) register: String,
    pub(crate) folder: &'a Path,
    /// The documents it puts into the journal; both ends belong to it.
    pub(crate) documents: Option<(usize, usize)>,
    pub(crate) abort: Option<(&'static str, u32)>,
    pub(crate) lease: Duration,
    pub(crate) forever: bool,
}

impl Task<'_> {
    /// Starts the test `name` of this program as the child.
    pub(crate) fn start(&self, name: &str) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", name])
            .env(JOURNAL, self.place.text())
            .env(REGISTER, &self.register)
            .env(FOLDER, self.folder)
            .env(LEASE, self.lease.as_millis().to_string())
            .stdout(Stdio::null());
        if self.forever {
            command.env(FOREVER, "1");
        }
        if let Some((first, last)) = self.documents {
            command.env(NUMBERS, format!("{first}-{last}"));
        }
        if let Some((side, write)) = self.abort {
            command.env(ABORT, format!("{side} {write}"));
            // The message about the abort is no news.
            command.stderr(Stdio::null());
        }
        command.spawn().unwrap()
    }
}

/// Writes documents where a child finds them.
pub(crate) fn save(folder: &Path, number: usize, submission: &Submission) {
    std::fs::write(folder.join(format!("{number}.xml")), &submission.bytes).unwrap();
    let request = serde_json::to_vec(&submission.request).unwrap();
    std::fs::write(folder.join(format!("{number}.json")), request).unwrap();
}

fn load(folder: &Path, number: usize) -> Submission {
    let request = std::fs::read(folder.join(format!("{number}.json"))).unwrap();
    let request: RegisterDocumentRequest = serde_json::from_slice(&request).unwrap();
    let bytes = std::fs::read(folder.join(format!("{number}.xml"))).unwrap();
    Submission { file: format!("{number}.xml"), bytes, request }
}

/// Does the work when this process is a child; every program that starts children has a test that calls this.
pub(crate) fn work_if_asked() {
    let (Ok(journal), Ok(register)) = (std::env::var(JOURNAL), std::env::var(REGISTER)) else {
        println!("nothing to do: this is the body of a process that other tests start");
        return;
    };
    let address: JournalAddress = journal.parse().unwrap();
    let mut journal = address.open().unwrap();
    if let Ok(abort) = std::env::var(ABORT) {
        let (side, write) = abort.split_once(' ').unwrap();
        let dying = Dying {
            inner: journal,
            writes: AtomicU32::new(0),
            at: write.parse().unwrap(),
            after: side == "after",
        };
        journal = Box::new(dying);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let lease: u64 = std::env::var(LEASE).unwrap().parse().unwrap();
        let client = client_side_over(journal, &register, FileDelivery::Synchronous, |settings| {
            settings.wait = Some(Duration::from_secs(300));
            settings.lease_time = Duration::from_millis(lease);
            settings.concurrency = 4;
        })
        .await;
        if let Ok(numbers) = std::env::var(NUMBERS) {
            let (first, last) = numbers.split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            let folder = std::env::var(FOLDER).unwrap();
            let batch = (first..=last).map(|number| load(Path::new(&folder), number)).collect();
            client.worker.enqueue(batch).await.unwrap();
        }
        if std::env::var(FOREVER).is_ok() {
            client.worker.serve().await.unwrap();
        }
        client.worker.drain().await.unwrap();
        client.callback.shutdown().await;
    });
}

/// A journal whose process dies at one of its writes: before it, or after it is on disk.
struct Dying {
    inner: Box<dyn Journal>,
    writes: AtomicU32,
    at: u32,
    after: bool,
}

impl Dying {
    fn write<T>(&self, work: impl FnOnce() -> T) -> T {
        let number = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        if number == self.at && !self.after {
            std::process::abort();
        }
        let value = work();
        if number == self.at {
            std::process::abort();
        }
        value
    }
}

macro_rules! delegate {
    (
        writes { $(fn $w:ident($($wa:ident: $wt:ty),*) -> $wr:ty;)* }
        reads { $(fn $r:ident($($ra:ident: $rt:ty),*) -> $rr:ty;)* }
    ) => {
        impl Journal for Dying {
            $(fn $w(&self, $($wa: $wt),*) -> Result<$wr, JournalError> {
                self.write(|| self.inner.$w($($wa),*))
            })*
            $(fn $r(&self, $($ra: $rt),*) -> Result<$rr, JournalError> {
                self.inner.$r($($ra),*)
            })*
        }
    };
}

delegate! {
    writes {
        fn enter(name: &str, lease_time: Duration) -> Lease;
        fn renew(lease: &Lease) -> ();
        fn leave(lease: &Lease, now: OffsetDateTime) -> ();
        fn recover(now: OffsetDateTime) -> Vec<Change>;
        fn claim(lease: &Lease, purpose: Purpose, limit: u32, now: OffsetDateTime) -> Vec<Claimed>;
        fn release(lease: &Lease, local_uids: &[String]) -> ();
        fn ask_about_all(now: OffsetDateTime) -> u64;
        fn take_tokens(client: &str, rate: Option<Rate>, wanted: u32, now: OffsetDateTime) -> Grant;
        fn slow_down(client: &str, rate: Option<Rate>, until: OffsetDateTime, now: OffsetDateTime) -> ();
        fn enqueue_all(submissions: &[Submission], now: OffsetDateTime) -> Vec<Enqueued>;
        fn begin_attempt(
            holder: Option<&Lease>,
            local_uid: &str,
            message_id: &MessageId,
            envelope: &[u8],
            now: OffsetDateTime
        ) -> Change;
        fn apply_all(local_uid: &str, updates: &[Update], now: OffsetDateTime) -> Change;
        fn postpone(local_uid: &str, until: OffsetDateTime) -> ();
        fn resume(organization: &str, now: OffsetDateTime) -> bool;
        fn record_message(message: &Message, now: OffsetDateTime) -> ();
        fn record_orphan(message: &Message, now: OffsetDateTime) -> ();
    }
    reads {
        fn earliest_attempt() -> Option<OffsetDateTime>;
        fn settled(local_uids: &[String]) -> Vec<bool>;
        fn has_open() -> bool;
        fn document(local_uid: &str) -> Option<Record>;
        fn page(filter: &Filter) -> Page;
        fn search_page(text: &str, after: Option<i64>, limit: u32) -> Page;
        fn request(local_uid: &str) -> Option<RegisterDocumentRequest>;
        fn bytes(local_uid: &str) -> Option<Vec<u8>>;
        fn find_by_message(message_id: &MessageId) -> Option<String>;
        fn find_by_emdr_id(emdr_id: &str) -> Option<String>;
        fn messages(local_uid: &str) -> Vec<StoredMessage>;
        fn history(local_uid: &str) -> Vec<HistoryEntry>;
        fn raw_message(number: i64) -> Option<Vec<u8>>;
        fn orphan_count() -> u32;
        fn state_counts() -> Vec<(State, u64)>;
        fn code_counts() -> Vec<CodeCount>;
        fn age_steps(now: OffsetDateTime) -> Vec<AgeStep>;
        fn registered_between(from: OffsetDateTime, until: OffsetDateTime) -> Vec<PeriodCount>;
        fn first_registration() -> Option<OffsetDateTime>;
        fn registered_by_day(from: OffsetDateTime, days: u32) -> Vec<DayCount>;
        fn stops() -> Vec<Stop>;
        fn workers() -> Vec<WorkerEntry>;
    }
}
