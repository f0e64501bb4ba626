//! The files of one document, passed as JSON.

use semd_core::report::Message;
use semd_exchange::bundle::BundleFiles;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Failure, SemdStatus};
use crate::options::{self, SignatureOption};

/// What accompanies a document.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BundleOption {
    pub(crate) file: String,
    pub(crate) kind: Option<String>,
    pub(crate) as_of: Option<String>,
    signatures: Vec<SignatureOption>,
    request: Option<Value>,
    result: Option<Value>,
}

impl BundleOption {
    /// Reads a bundle. Only the place of a fault is told: the text holds personal data.
    pub(crate) fn read(text: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self::default()) };
        options::object(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = Message::new(
                format!("набор: строка {line}, столбец {column}: не тот JSON, что описан у semd_preflight"),
                format!(
                    "the bundle, line {line}, column {column}: not the JSON that semd_preflight describes"
                ),
            );
            Failure::new(SemdStatus::Options, c"bundle", message)
        })
    }

    /// The files.
    pub(crate) fn files(&self, document: &[u8]) -> Result<BundleFiles, Failure> {
        let mut signatures = Vec::with_capacity(self.signatures.len());
        for signature in &self.signatures {
            signatures.push((signature.role.clone(), signature.octets()?));
        }
        // The order of a folder: by role.
        signatures.sort();
        let octets = |value: &Value| value.to_string().into_bytes();
        Ok(BundleFiles {
            document: document.to_vec(),
            signatures,
            request: self.request.as_ref().map(octets),
            result: self.result.as_ref().map(octets),
        })
    }
}
