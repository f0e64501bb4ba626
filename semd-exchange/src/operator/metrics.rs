//! Metrics for Prometheus, and whether the service is well.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use time::OffsetDateTime;

use super::Operator;
use super::cache::Numbers;
use crate::codes::Code;
use crate::journal::{Filter, Journal, State};

/// Time within which a healthy journal answers.
const HEALTHY: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabel {
    below_seconds: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabels {
    code: String,
    owner: &'static str,
    resend_helps: &'static str,
}

/// What is asked of the journal at every look.
struct Facts {
    states: Vec<(State, u64)>,
    orphans: u32,
    stops: u64,
    workers: u64,
    /// When the oldest queued document came, and the earliest due time of all.
    oldest: Option<OffsetDateTime>,
    due: Option<OffsetDateTime>,
}

/// Metrics in the text format; the token comes as `Authorization: Bearer` where one is asked for.
pub(super) async fn metrics(Shared(operator): Shared<Arc<Operator>>, headers: HeaderMap) -> Response {
    if operator.access.asks_for_token() && !operator.access.bearer(&headers) {
        let ask = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, ask, "the token comes as Authorization: Bearer\n").into_response();
    }
    let Ok(numbers) = operator.numbers().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(facts) = operator.exchange.with_journal(facts).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut out = String::new();
    let written = text::encode_registry(&mut out, &gauges(&facts, &numbers))
        .and_then(|()| operator.exchange.measurements().write(&mut out))
        .and_then(|()| text::encode_eof(&mut out));
    match written {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], out).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn facts(journal: &dyn Journal) -> Result<Facts, crate::journal::JournalError> {
    let oldest = Filter { states: vec![State::Queued], limit: Some(1), ..Filter::default() };
    Ok(Facts {
        states: journal.state_counts()?,
        orphans: journal.orphan_count()?,
        stops: journal.stops()?.len() as u64,
        workers: journal.workers()?.len() as u64,
        oldest: journal.list(&oldest)?.first().map(|record| record.created_at),
        due: journal.earliest_attempt()?,
    })
}

fn gauges(facts: &Facts, numbers: &Numbers) -> Registry {
    let mut registry = Registry::with_prefix("semd");
    let value = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let states: Family<StateLabel, Gauge> = Family::default();
    for state in State::ALL {
        let count = facts.states.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
        states.get_or_create(&StateLabel { state: state.as_str() }).set(value(count));
    }
    registry.register("documents", "Documents of the journal by state", states);
    let ages: Family<StepLabel, Gauge> = Family::default();
    for step in &numbers.ages {
        let below_seconds = step.below_seconds.map_or("+Inf".to_owned(), |seconds| seconds.to_string());
        ages.get_or_create(&StepLabel { below_seconds }).set(value(step.documents));
    }
    registry.register("awaiting_documents", "Documents that wait for a result, by step of the ladder", ages);
    let codes: Family<CodeLabels, Gauge> = Family::default();
    for count in &numbers.codes {
        let labels = CodeLabels {
            // What is no code of the classifier comes from outside and may be anything.
            code: Code::find(&count.code).map_or("other", |code| code.mnemonic).to_owned(),
            owner: count.owner.map_or("unknown", |owner| owner.as_str()),
            resend_helps: match count.retryable {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unknown",
            },
        };
        codes.get_or_create(&labels).inc_by(value(count.documents));
    }
    registry.register("refused_documents", "Documents whose last request was refused, by code", codes);
    let age = |since: Option<OffsetDateTime>| {
        let seconds = since.map_or(0, |since| (OffsetDateTime::now_utc() - since).whole_seconds());
        seconds.max(0)
    };
    for (name, help, number) in [
        ("orphan_messages", "Messages that belong to no document", i64::from(facts.orphans)),
        ("stopped_organizations", "Organisations for which nothing is sent", value(facts.stops)),
        ("workers", "Workers that hold a lease", value(facts.workers)),
        ("oldest_queued_seconds", "Age of the oldest queued document", age(facts.oldest)),
        ("overdue_seconds", "How long the longest waiting document has been due", age(facts.due)),
    ] {
        let gauge: Gauge = Gauge::default();
        gauge.set(number);
        registry.register(name, help, gauge);
    }
    registry
}

/// 200 when the journal answers in time. Says nothing about documents, so it asks for no token.
pub(super) async fn health(Shared(operator): Shared<Arc<Operator>>) -> Response {
    let asking = operator.exchange.with_journal(|journal| journal.stops().map(drop));
    let (status, word) = match tokio::time::timeout(HEALTHY, asking).await {
        Ok(Ok(())) => (StatusCode::OK, "ok"),
        Ok(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "journal fails"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "journal does not answer"),
    };
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{{\"status\":\"{word}\"}}\n"))
        .into_response()
}
