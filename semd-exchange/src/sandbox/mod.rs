//! A register on this machine, for tests and demonstrations.
//!
//! It follows the register's eleven steps: a synchronous coarse check, a full check of the request, the pull of the file
//! through the client's callback service, the check of the file, and the asynchronous result. [`judge`] decides from
//! data alone; the rest of the module is transport and memory.
//!
//! What it cannot check without the federal registers (organisations, staff, patients) it takes as right; extracts of them
//! are given as [`ReferenceData`].

mod faults;
pub mod judge;
mod pipeline;
mod registry;
mod service;
mod store;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use semd_core::kinds::KindRegistry;
use semd_core::nsi::Store as Dictionaries;
use semd_core::validate::Validator;
use semd_sign::verify::TrustStore;
use time::OffsetDateTime;
use tokio::task::JoinSet;

use self::pipeline::PendingFiles;
use self::registry::{Entry, Registry};
use self::store::Store;
use crate::client::{Client, ClientLimits};
use crate::http_service::{self, Running, ServiceLimits};
use crate::reference::ReferenceData;
use crate::security::Security;
use crate::tls::{ClientTls, ServerTls};

pub use faults::Faults;
pub use registry::{RequestState, Stage, StateReport};

/// When something that failed is tried again: after `first`, then twice as long each time up to `cap`, and not after
/// `give_up` in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// First delay.
    pub first: Duration,
    /// Longest delay.
    pub cap: Duration,
    /// Time after which it is given up.
    pub give_up: Duration,
}

/// Settings of the sandbox.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Callback address of all clients; `None` takes `wsa:ReplyTo` of each client's latest message.
    pub callback: Option<String>,
    /// Trusted roots and intermediates.
    pub trust: TrustStore,
    /// Rule packages; without them the rules of kinds are not checked, and every registration carries a warning.
    pub validator: Option<Validator>,
    /// Kinds of documents.
    pub kinds: KindRegistry,
    /// Federal registers, rules and history that the sandbox knows; what is not there is taken as right.
    pub data: Arc<ReferenceData>,
    /// Dictionaries (НСИ) that the sandbox checks values against; without them they are taken as right.
    pub dictionaries: Option<Dictionaries>,
    /// The moment the sandbox believes it is; `None` asks the clock.
    pub clock: Option<OffsetDateTime>,
    /// Time each half of the asynchronous work takes at least and at most.
    pub delay: RangeInclusive<Duration>,
    /// How long every message waits before it is looked at: a slow register, or a long way to it.
    pub answer_delay: Duration,
    /// Attempts to get a file.
    pub pull: Repetition,
    /// Attempts to deliver a result.
    pub delivery: Repetition,
    /// SQLite file for the memory; `None` forgets everything at the end.
    pub state: Option<PathBuf>,
    /// Faults on purpose.
    pub faults: Faults,
    /// How much later a late result comes.
    pub late_by: Duration,
    /// Largest request, bytes.
    pub max_body_bytes: usize,
    /// What seals answers and callbacks, and whom the sandbox believes.
    pub security: Security,
    /// TLS of the sandbox; without it, it speaks plain HTTP.
    pub tls: Option<ServerTls>,
    /// TLS towards callback services with `https` addresses.
    pub client_tls: Option<ClientTls>,
}

/// How long a connection may rest between two requests.
const RESTING: Duration = Duration::from_secs(600);

impl SandboxSettings {
    /// A sandbox on a free loopback port that trusts `trust`: up to 50 ms for each half of the work, one minute of
    /// attempts to get a file, ten minutes to deliver a result, memory only, no faults, 96 MiB.
    pub fn new(trust: TrustStore) -> Self {
        let repetition = |give_up| Repetition {
            first: Duration::from_millis(100),
            cap: Duration::from_secs(2),
            give_up: Duration::from_secs(give_up),
        };
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            callback: None,
            trust,
            validator: None,
            kinds: KindRegistry::embedded(),
            data: Arc::default(),
            dictionaries: None,
            clock: None,
            delay: Duration::ZERO..=Duration::from_millis(50),
            answer_delay: Duration::ZERO,
            pull: repetition(60),
            delivery: repetition(600),
            state: None,
            faults: Faults::default(),
            late_by: Duration::from_secs(5),
            max_body_bytes: 96 << 20,
            security: Security::default(),
            tls: None,
            client_tls: None,
        }
    }

    /// What the sandbox knows when it judges now.
    fn knowledge(&self) -> judge::Knowledge<'_> {
        judge::Knowledge {
            trust: &self.trust,
            kinds: &self.kinds,
            data: &self.data,
            dictionaries: self.dictionaries.as_ref(),
            now: self.clock.unwrap_or_else(OffsetDateTime::now_utc),
        }
    }
}

/// Why the sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The address cannot be bound.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file with the memory cannot be used.
    #[error("cannot use the state file: {0}")]
    State(#[from] rusqlite::Error),
}

/// A running sandbox; it stops with [`RunningSandbox::shutdown`] or the process.
#[derive(Debug)]
pub struct RunningSandbox {
    service: Running,
    shared: Arc<Shared>,
}

impl RunningSandbox {
    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.service.address()
    }

    /// The URL for messages.
    pub fn url(&self) -> String {
        self.service.url("/")
    }

    /// What it knows; the same as `GET /state`.
    pub fn state(&self) -> StateReport {
        self.shared.registry().report()
    }

    /// Ends everything, work in progress included; with a state file the next start goes on with it.
    pub async fn shutdown(self) {
        self.service.stop();
        let mut tasks = std::mem::take(&mut *self.shared.tasks());
        tasks.shutdown().await;
        self.service.shutdown().await;
    }
}

/// What all parts of a running sandbox share.
#[derive(Debug)]
struct Shared {
    settings: SandboxSettings,
    client: Client,
    registry: Mutex<Registry>,
    store: Option<Store>,
    tasks: Mutex<JoinSet<()>>,
    files: PendingFiles,
}

impl Shared {
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a changed request to the state file, if there is one. The sandbox answers from memory; a disk that fails
    /// costs only what a later restart would remember.
    fn keep(&self, entry: &Entry, item: Option<&crate::message::RegistryItem>) {
        if let Some(store) = &self.store {
            let _ = store.keep(entry, item);
        }
    }

    /// Starts a task that ends with the sandbox.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        // Finished tasks are forgotten here, so that the set does not grow with the number of requests.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }
}

/// Starts a sandbox.
///
/// # Errors
/// When the address or the state file cannot be used.
pub async fn serve(settings: SandboxSettings) -> Result<RunningSandbox, SandboxError> {
    let (store, registry) = match &settings.state {
        Some(path) => {
            let (store, registry) = Store::open(path)?;
            (Some(store), registry)
        }
        None => (None, Registry::default()),
    };
    let listen = settings.listen;
    let tls = settings.tls.clone();
    let limits = ClientLimits { max_answer_bytes: settings.max_body_bytes, ..ClientLimits::default() };
    let client = match settings.client_tls.clone() {
        Some(tls) => Client::with_tls(limits, tls),
        None => Client::new(limits),
    };
    let shared = Arc::new(Shared {
        client: client.with_security(settings.security.clone()),
        settings,
        registry: Mutex::new(registry),
        store,
        tasks: Mutex::new(JoinSet::new()),
        files: PendingFiles::default(),
    });
    let unfinished = shared.registry().unfinished();
    for message_id in unfinished {
        shared.spawn(pipeline::run(Arc::clone(&shared), message_id));
    }
    let router = service::router(Arc::clone(&shared));
    // Its clients are programs under test, whose connections may rest for long.
    let limits = ServiceLimits { connections: 4096, header_time: RESTING, ..ServiceLimits::default() };
    let service = http_service::serve(listen, router, limits, tls)
        .await
        .map_err(|source| SandboxError::Listen { address: listen, source })?;
    Ok(RunningSandbox { service, shared })
}
