//! HTTP client for SOAP messages.

mod connect;

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, DATE};
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::security::Security;
use crate::soap::{self, Received, Version};
use crate::tls::ClientTls;
use connect::Connector;

/// Limits of a [`Client`].
#[derive(Clone, Copy, Debug)]
pub struct ClientLimits {
    /// Time to establish a connection.
    pub connect_timeout: Duration,
    /// Time for a whole request with its answer.
    pub timeout: Duration,
    /// Largest answer, bytes.
    pub max_answer_bytes: usize,
}

impl Default for ClientLimits {
    /// 10 s to connect, 60 s for the answer, 16 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_answer_bytes: 16 << 20,
        }
    }
}

/// Why a message was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The address is no URL that the client can speak to.
    #[error("`{url}` is no http URL, nor an https URL for a client with TLS")]
    Address {
        /// The address.
        url: String,
    },
    /// No connection: the message certainly did not arrive.
    #[error("cannot connect to {url}: {reason}")]
    NotConnected {
        /// The address.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// The connection broke: the message may have arrived.
    #[error("connection to {url} broke: {reason}")]
    Broken {
        /// The address.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// No answer in time: the message may have arrived.
    #[error("no answer from {url} within {seconds} s")]
    TimedOut {
        /// The address.
        url: String,
        /// The limit.
        seconds: u64,
    },
    /// The message could not be signed.
    #[error("{reason}")]
    NotSealed {
        /// Why.
        reason: String,
    },
    /// The answer is not signed as it must be.
    #[error("the answer of {url} is not believed: {reason}")]
    NotBelieved {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The answer is larger than permitted.
    #[error("the answer of {url} exceeds {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        limit: usize,
    },
}

impl ClientError {
    /// A word for counting.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Address { .. } => "bad_address",
            Self::NotConnected { .. } => "not_connected",
            Self::Broken { .. } => "broken",
            Self::TimedOut { .. } => "timed_out",
            Self::NotSealed { .. } => "not_sealed",
            Self::NotBelieved { .. } => "not_believed",
            Self::TooLarge { .. } => "too_large",
        }
    }

    /// Whether the message certainly did not reach the other side.
    pub fn certainly_not_sent(&self) -> bool {
        matches!(self, Self::Address { .. } | Self::NotConnected { .. } | Self::NotSealed { .. })
    }
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The clock of who answered, when it says so.
    pub date: Option<OffsetDateTime>,
    /// Body.
    pub body: Bytes,
}

/// Sends envelopes over HTTP. Cheap to clone; connections are pooled.
#[derive(Clone, Debug)]
pub struct Client {
    http: HyperClient<Connector, Full<Bytes>>,
    limits: ClientLimits,
    tls: bool,
    security: Security,
}

impl Client {
    /// A client with limits, for `http` addresses.
    pub fn new(limits: ClientLimits) -> Self {
        Self::over(limits, None)
    }

    /// A client with limits, for `http` and `https` addresses.
    pub fn with_tls(limits: ClientLimits, tls: ClientTls) -> Self {
        Self::over(limits, Some(tls))
    }

    fn over(limits: ClientLimits, tls: Option<ClientTls>) -> Self {
        let has_tls = tls.is_some();
        let connector = Connector::new(limits.connect_timeout, tls);
        let http = HyperClient::builder(TokioExecutor::new()).build(connector);
        Self { http, limits, tls: has_tls, security: Security::default() }
    }

    /// The same client with sealed requests and checked answers.
    #[must_use]
    pub fn with_security(self, security: Security) -> Self {
        Self { security, ..self }
    }

    /// What seals the requests.
    pub fn security(&self) -> &Security {
        &self.security
    }

    /// Posts an envelope and reads the whole answer.
    ///
    /// # Errors
    /// When there is no complete answer. An HTTP status that says "error" is an answer.
    pub async fn post(&self, url: &str, version: Version, envelope: Vec<u8>) -> Result<Answer, ClientError> {
        let envelope = self
            .security
            .seal(envelope)
            .map_err(|error| ClientError::NotSealed { reason: error.to_string() })?;
        let answer = self.post_octets(url, version.content_type(), envelope).await?;
        // What is no envelope says nothing that could be believed or not.
        if let Ok(received) = Received::read(&answer.body, &soap::limits()) {
            self.security.check_answer(&received, OffsetDateTime::now_utc()).map_err(|error| {
                ClientError::NotBelieved { url: url.to_owned(), reason: error.to_string() }
            })?;
        }
        Ok(answer)
    }

    /// Posts octets of any type and reads the whole answer.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_octets(
        &self,
        url: &str,
        content_type: &str,
        octets: Vec<u8>,
    ) -> Result<Answer, ClientError> {
        let request = Request::post(self.address(url)?)
            .header(CONTENT_TYPE, content_type)
            .body(Full::new(Bytes::from(octets)))
            .map_err(|_| ClientError::Address { url: url.to_owned() })?;
        self.send(url, request).await
    }

    /// Gets what is at an address.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn get(&self, url: &str) -> Result<Answer, ClientError> {
        let request = Request::get(self.address(url)?)
            .body(Full::new(Bytes::new()))
            .map_err(|_| ClientError::Address { url: url.to_owned() })?;
        self.send(url, request).await
    }

    /// The address of a URL that this client can speak to.
    fn address(&self, url: &str) -> Result<Uri, ClientError> {
        let bad_address = || ClientError::Address { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| bad_address())?;
        let spoken = match uri.scheme_str() {
            Some("http") => true,
            Some("https") => self.tls,
            _ => false,
        };
        if !spoken || uri.host().is_none() {
            return Err(bad_address());
        }
        Ok(uri)
    }

    async fn send(&self, url: &str, request: Request<Full<Bytes>>) -> Result<Answer, ClientError> {
        tokio::time::timeout(self.limits.timeout, self.exchange(url, request)).await.unwrap_or_else(|_| {
            Err(ClientError::TimedOut { url: url.to_owned(), seconds: self.limits.timeout.as_secs() })
        })
    }

    async fn exchange(&self, url: &str, request: Request<Full<Bytes>>) -> Result<Answer, ClientError> {
        let url = || url.to_owned();
        let response = self.http.request(request).await.map_err(|error| {
            let reason = root_cause(&error);
            match error.is_connect() {
                true => ClientError::NotConnected { url: url(), reason },
                false => ClientError::Broken { url: url(), reason },
            }
        })?;
        let status = response.status().as_u16();
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
        let limit = self.limits.max_answer_bytes;
        let body =
            Limited::new(response.into_body(), limit).collect().await.map_err(|error| match error
                .downcast_ref::<LengthLimitError>(
            ) {
                Some(_) => ClientError::TooLarge { url: url(), limit },
                None => ClientError::Broken { url: url(), reason: root_cause(&*error) },
            })?;
        Ok(Answer { status, date, body: body.to_bytes() })
    }
}

/// The innermost reason of an error chain.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Serves one connection with fixed bytes, or closes it without an answer.
    async fn serve_once(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer).await;
        });
        url
    }

    fn client() -> Client {
        Client::new(ClientLimits {
            timeout: Duration::from_millis(300),
            max_answer_bytes: 8,
            ..ClientLimits::default()
        })
    }

    async fn post(url: &str) -> Result<Answer, ClientError> {
        client().post(url, Version::V12, b"<x/>".to_vec()).await
    }

    #[tokio::test]
    async fn answer_of_any_status_is_an_answer() {
        let url = serve_once(b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy").await;
        let answer = post(&url).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (503, &b"busy"[..]));
    }

    #[tokio::test]
    async fn refused_connection_is_certainly_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let error = post(&url).await.unwrap_err();
        assert!(error.certainly_not_sent(), "{error}");
    }

    #[tokio::test]
    async fn connection_closed_without_an_answer_may_have_arrived() {
        let url = serve_once(b"").await;
        let error = post(&url).await.unwrap_err();
        assert!(!error.certainly_not_sent(), "{error}");
    }

    #[tokio::test]
    async fn silence_and_floods_are_bounded() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        assert!(matches!(post(&url).await, Err(ClientError::TimedOut { .. })));
        let url = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123456789").await;
        assert!(matches!(post(&url).await, Err(ClientError::TooLarge { limit: 8, .. })));
    }

    #[tokio::test]
    async fn address_without_http_is_refused() {
        for url in ["", "ftp://x/", "/relative", "http://"] {
            assert!(matches!(post(url).await, Err(ClientError::Address { .. })), "{url}");
        }
    }
}
