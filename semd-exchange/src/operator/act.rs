//! What an operator decides: send again, withdraw, let an organisation send.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Shared};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use time::OffsetDateTime;

use super::Operator;
use super::access::Visitor;
use super::list::address;
use super::page::{Refused, respond};
use crate::journal::{Event, Journal, Update};

/// What a form brings back.
#[derive(Deserialize)]
pub(super) struct Secret {
    #[serde(default)]
    secret: String,
}

pub(super) async fn retry(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path(local_uid): Path<String>,
    Form(form): Form<Secret>,
) -> Response {
    respond(&visitor.reader, apply(&operator, &visitor, &local_uid, &form, Event::Requeue).await)
}

pub(super) async fn cancel(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path(local_uid): Path<String>,
    Form(form): Form<Secret>,
) -> Response {
    respond(&visitor.reader, apply(&operator, &visitor, &local_uid, &form, Event::Cancel).await)
}

async fn apply(
    operator: &Operator,
    visitor: &Visitor,
    local_uid: &str,
    form: &Secret,
    event: Event,
) -> Result<Response, Refused> {
    if !visitor.sent(&form.secret) {
        return Err(Refused::Stranger);
    }
    let change = operator.exchange.apply(local_uid, Update::bare(event)).await?;
    Ok(Redirect::to(&address(&change.record.local_uid)).into_response())
}

pub(super) async fn resume(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path(organization): Path<String>,
    Form(form): Form<Secret>,
) -> Response {
    let resumed = async {
        if !visitor.sent(&form.secret) {
            return Err(Refused::Stranger);
        }
        let resume = move |journal: &dyn Journal| journal.resume(&organization, OffsetDateTime::now_utc());
        match operator.exchange.with_journal(resume).await? {
            true => Ok(Redirect::to("/").into_response()),
            false => Err(Refused::NotFound),
        }
    };
    let made = resumed.await;
    respond(&visitor.reader, made)
}
