//! What a process counts and times while it exchanges messages. Values of documents never get in.

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use time::OffsetDateTime;

use crate::client::ClientError;
use crate::codes::{Code, Resend};
use crate::journal::{Change, State};
use crate::message::RegisterError;

/// Upper ends of the classes of a message's time, seconds.
const MESSAGE_SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0];
/// Upper ends of the classes of waiting times, seconds: the steps of the waiting ladder and what is below them.
const WAITING_SECONDS: [f64; 11] =
    [1.0, 10.0, 60.0, 300.0, 3600.0, 21_600.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0, 1_296_000.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    code: &'static str,
    owner: &'static str,
    resend: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallbackLabels {
    action: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    action: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ActionLabel {
    action: &'static str,
}

fn message_times() -> Histogram {
    Histogram::new(MESSAGE_SECONDS)
}

fn waiting_times() -> Histogram {
    Histogram::new(WAITING_SECONDS)
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// Counters and times of one process.
#[derive(Debug)]
pub struct Measurements {
    registry: Registry,
    changes: Family<StateLabel, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    callbacks: Family<CallbackLabels, Counter>,
    callback_times: Times<ActionLabel>,
    requests: Family<RequestLabels, Counter>,
    request_times: Times<ActionLabel>,
    pull_times: Histogram,
    result_times: Histogram,
}

impl Default for Measurements {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("semd");
        let measurements = Self {
            changes: Family::default(),
            refusals: Family::default(),
            callbacks: Family::default(),
            callback_times: Family::new_with_constructor(message_times),
            requests: Family::default(),
            request_times: Family::new_with_constructor(message_times),
            pull_times: waiting_times(),
            result_times: waiting_times(),
            registry: Registry::default(),
        };
        let m = &measurements;
        registry.register("state_changes", "Documents that came into a state", m.changes.clone());
        registry.register("refusals", "Refusals of the register by code", m.refusals.clone());
        registry.register("callbacks", "Calls of the register by their answer", m.callbacks.clone());
        registry.register("requests", "Requests to the register by how they ended", m.requests.clone());
        let mut time = |name: &str, help: &str, metric: Times<ActionLabel>| {
            registry.register_with_unit(name, help, Unit::Seconds, metric);
        };
        time("callback_time", "Time to answer a call of the register", m.callback_times.clone());
        time("request_time", "Time until the register answered a request", m.request_times.clone());
        let mut wait = |name: &str, help: &str, metric: Histogram| {
            registry.register_with_unit(name, help, Unit::Seconds, metric);
        };
        wait("pull_wait", "Time from the acknowledgement until the file is asked for", m.pull_times.clone());
        wait("result_wait", "Time from the acknowledgement to the result", m.result_times.clone());
        Self { registry, ..measurements }
    }
}

impl Measurements {
    /// A document changed.
    pub(crate) fn change(&self, change: &Change) {
        if !change.moved() {
            return;
        }
        let record = &change.record;
        self.changes.get_or_create(&StateLabel { state: record.state.as_str() }).inc();
        let since_acknowledgement = || {
            let acknowledged = record.accepted_at.filter(|_| change.from.is_awaiting())?;
            Some((OffsetDateTime::now_utc() - acknowledged).as_seconds_f64().max(0.0))
        };
        match record.state {
            State::FileRequested => self.observe(&self.pull_times, since_acknowledgement()),
            State::Registered | State::Rejected | State::Dead | State::Queued => {
                self.observe(&self.result_times, since_acknowledgement());
            }
            _ => {}
        }
    }

    fn observe(&self, histogram: &Histogram, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            histogram.observe(seconds);
        }
    }

    /// The register refused. Words that are no code of the classifier share one label: they come from outside.
    pub(crate) fn refused(&self, errors: &[RegisterError]) {
        for error in errors {
            let code = Code::find(&error.code);
            let labels = RefusalLabels {
                code: code.map_or("other", |code| code.mnemonic),
                owner: code.map_or("unknown", |code| code.owner.as_str()),
                resend: code.map_or("unknown", |code| match code.resend {
                    Resend::Useless => "useless",
                    Resend::MayHelp => "may_help",
                    Resend::StopQueue => "stop_queue",
                }),
            };
            self.refusals.get_or_create(&labels).inc();
        }
    }

    /// A call of the register was answered.
    pub(crate) fn callback(&self, action: &'static str, status: u16, time: Duration) {
        self.callbacks.get_or_create(&CallbackLabels { action, status }).inc();
        self.callback_times.get_or_create(&ActionLabel { action }).observe(time.as_secs_f64());
    }

    /// A request to the register ended.
    pub(crate) fn request(&self, action: &'static str, error: Option<&ClientError>, time: Duration) {
        let outcome = error.map_or("answered", ClientError::word);
        self.requests.get_or_create(&RequestLabels { action, outcome }).inc();
        if error.is_none() {
            self.request_times.get_or_create(&ActionLabel { action }).observe(time.as_secs_f64());
        }
    }

    /// Writes everything in the text format of Prometheus, without the mark of its end.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn write(&self, out: &mut String) -> std::fmt::Result {
        text::encode_registry(out, &self.registry)
    }
}
