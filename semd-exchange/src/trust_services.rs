//! Asking the services of certification authorities over HTTP: time stamps (RFC 3161 3.4), OCSP (RFC 6960 A.1), revocation
//! lists (RFC 5280 4.2.1.13). Answers are octets; whether they are believed is judged by `semd-sign`.

use crate::client::{Answer, Client, ClientError};

/// A client of authorities' services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TrustServices {
    client: Client,
}

/// A service that did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// There is no answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The answer is an error of HTTP.
    #[error("{url} answered with status {status}")]
    Status {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
    },
}

impl TrustServices {
    /// A client; its limit of answers must leave room for revocation lists.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends a time stamp request (DER) and returns the answer (DER).
    ///
    /// # Errors
    /// The authority cannot be reached or answers with an error of HTTP.
    pub async fn time_stamp(&self, url: &str, request: Vec<u8>) -> Result<Vec<u8>, ServiceError> {
        body(url, self.client.post_octets(url, "application/timestamp-query", request).await?)
    }

    /// Sends an OCSP request (DER) and returns the answer (DER).
    ///
    /// # Errors
    /// The responder cannot be reached or answers with an error of HTTP.
    pub async fn ocsp(&self, url: &str, request: Vec<u8>) -> Result<Vec<u8>, ServiceError> {
        body(url, self.client.post_octets(url, "application/ocsp-request", request).await?)
    }

    /// Fetches a revocation list.
    ///
    /// # Errors
    /// The address cannot be reached or answers with an error of HTTP.
    pub async fn list(&self, url: &str) -> Result<Vec<u8>, ServiceError> {
        body(url, self.client.get(url).await?)
    }
}

fn body(url: &str, answer: Answer) -> Result<Vec<u8>, ServiceError> {
    if (200..300).contains(&answer.status) {
        Ok(answer.body.to_vec())
    } else {
        Err(ServiceError::Status { url: url.to_owned(), status: answer.status })
    }
}
