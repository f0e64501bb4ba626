//! Reading the body of a request within limits.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body as Incoming;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ServiceLimits;

/// The unit in which memory is shared out, bytes.
const UNIT: usize = 1024;

/// The memory that the bodies of all requests of a service share.
#[derive(Clone, Debug)]
pub(crate) struct Bodies {
    room: Arc<Semaphore>,
    largest: usize,
    time: Duration,
}

/// A body; its part of the memory is free again with the value.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyRefusal {
    #[error("the message exceeds {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the message did not arrive within {seconds} s")]
    TooSlow { seconds: u64 },
    #[error("too many messages at once; send it again later")]
    NoRoom,
    #[error("the connection broke before the message was complete")]
    Broken,
}

impl BodyRefusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

impl Bodies {
    pub(crate) fn new(limits: &ServiceLimits) -> Self {
        Self {
            room: Arc::new(Semaphore::new(limits.max_bytes_at_once.div_ceil(UNIT))),
            largest: limits.max_body_bytes,
            time: limits.body_time,
        }
    }

    /// Reads a body. Memory is taken as it arrives: a length that is only announced holds nothing.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Incoming) -> Result<Body, BodyRefusal> {
        let too_large = BodyRefusal::TooLarge { limit: self.largest };
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if announced.is_some_and(|length| !length.parse().is_ok_and(|length: usize| length <= self.largest)) {
            return Err(too_large);
        }
        let reading = tokio::time::timeout(self.time, self.collect(body)).await;
        reading.unwrap_or(Err(BodyRefusal::TooSlow { seconds: self.time.as_secs() }))
    }

    async fn collect(&self, mut body: Incoming) -> Result<Body, BodyRefusal> {
        let mut all = BytesMut::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyRefusal::Broken)?.into_data() else { continue };
            let length = all.len() + data.len();
            if length > self.largest {
                return Err(BodyRefusal::TooLarge { limit: self.largest });
            }
            let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            let more = u32::try_from(length.div_ceil(UNIT).saturating_sub(held)).unwrap_or(u32::MAX);
            let taken =
                Arc::clone(&self.room).try_acquire_many_owned(more).map_err(|_| BodyRefusal::NoRoom)?;
            match &mut room {
                Some(room) => room.merge(taken),
                none => *none = Some(taken),
            }
            all.extend_from_slice(&data);
        }
        Ok(Body { bytes: all.freeze(), _room: room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(largest: usize, at_once: usize) -> Bodies {
        Bodies::new(&ServiceLimits {
            max_body_bytes: largest,
            max_bytes_at_once: at_once,
            body_time: Duration::from_millis(50),
            ..ServiceLimits::default()
        })
    }

    fn announced(length: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, length.parse().unwrap())])
    }

    #[tokio::test]
    async fn memory_is_held_as_long_as_the_body() {
        let bodies = bodies(4 * UNIT, 5 * UNIT);
        let body = || Incoming::from(vec![b'x'; 3 * UNIT]);
        let first = bodies.read(&HeaderMap::new(), body()).await.unwrap();
        assert_eq!(first.bytes.len(), 3 * UNIT);
        assert_eq!(bodies.read(&HeaderMap::new(), body()).await.unwrap_err(), BodyRefusal::NoRoom);
        drop(first);
        assert!(bodies.read(&HeaderMap::new(), body()).await.is_ok());
    }

    #[tokio::test]
    async fn too_large_bodies_are_refused_by_their_length_and_by_their_bytes() {
        let bodies = bodies(10, UNIT);
        let refusal = BodyRefusal::TooLarge { limit: 10 };
        let never = || Incoming::new(http_body_util::combinators::BoxBody::new(Never));
        for length in ["11", "104857600", "99999999999999999999999", "-1"] {
            let refused = bodies.read(&announced(length), never()).await;
            assert_eq!(refused.unwrap_err(), refusal, "{length}");
        }
        let refused = bodies.read(&HeaderMap::new(), Incoming::from(vec![b'x'; 11])).await;
        assert_eq!(refused.unwrap_err(), refusal);
        let slow = bodies.read(&announced("10"), never()).await;
        assert_eq!(slow.unwrap_err(), BodyRefusal::TooSlow { seconds: 0 });
    }

    /// A body that never comes.
    struct Never;

    impl hyper::body::Body for Never {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, std::io::Error>>> {
            std::task::Poll::Pending
        }
    }
}
