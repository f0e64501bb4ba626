//! JSON that the caller passes beside documents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semd_core::report::Message;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::{Failure, SemdStatus};

/// Reads options; absent ones are the defaults.
pub(crate) fn read<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T, Failure> {
    let Some(text) = text else { return Ok(T::default()) };
    object(text).map_err(|error| {
        // The words of the reader name options; values that could be personal are those of a bundle, which is read apart.
        Failure::new(
            SemdStatus::Options,
            c"options",
            Message::new(format!("параметры не прочитаны: {error}"), format!("unreadable options: {error}")),
        )
    })
}

/// Reads a JSON object. Without the first look serde would take an array for the fields in their order.
pub(crate) fn object<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    if !text.trim_start().starts_with('{') {
        return Err(serde::de::Error::custom("not a JSON object"));
    }
    serde_json::from_str(text)
}

/// One option that is not what it should be.
pub(crate) fn unfit(name: &str, ru: &str, en: &str) -> Failure {
    let message = Message::new(format!("параметр {name}: {ru}"), format!("option {name}: {en}"));
    Failure::new(SemdStatus::Options, c"options", message)
}

/// A moment with its zone, or now.
pub(crate) fn moment(name: &str, text: Option<&str>) -> Result<OffsetDateTime, Failure> {
    let Some(text) = text else { return Ok(now()) };
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        unfit(
            name,
            "нужны дата и время с зоной, 2026-12-31T12:00:00+03:00",
            "date and time with zone are needed, 2026-12-31T12:00:00+03:00",
        )
    })
}

/// The moment of the clock, to seconds as signatures have it.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().truncate_to_second()
}

/// A signature container beside a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureOption {
    /// Role of the signer: `doctor`, `organization` …
    pub(crate) role: String,
    /// The container, base64.
    pub(crate) data: String,
}

impl SignatureOption {
    /// The octets of the container.
    pub(crate) fn octets(&self) -> Result<Vec<u8>, Failure> {
        STANDARD.decode(&self.data).map_err(|_| {
            unfit("signatures[].data", "нужен base64 контейнера подписи", "base64 of a container is needed")
        })
    }
}
