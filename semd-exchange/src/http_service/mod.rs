//! Serving HTTP to strangers: connections, time and memory are limited before anything is understood.

mod body;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::tls::{ServerTls, Stream};
pub(crate) use body::{Bodies, BodyRefusal};

/// What a service grants to those who call it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLimits {
    /// Connections at once; further ones wait until one ends.
    pub connections: usize,
    /// Time for the header of a request, also of the next one on an open connection.
    pub header_time: Duration,
    /// Time for the body of a request.
    pub body_time: Duration,
    /// Largest body, bytes. A larger one is refused before it is read where the request tells its length.
    pub max_body_bytes: usize,
    /// Bodies of all requests at once, bytes. What exceeds it is refused with 503.
    pub max_bytes_at_once: usize,
}

impl Default for ServiceLimits {
    /// 512 connections, 10 s for a header, 30 s for a body of up to 16 MiB, 64 MiB at once.
    fn default() -> Self {
        Self {
            connections: 512,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            max_body_bytes: 16 << 20,
            max_bytes_at_once: 64 << 20,
        }
    }
}

/// How long a stop waits for what has begun.
const LAST_WORD: Duration = Duration::from_secs(5);
/// Room for the header of a request, bytes.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// A running service.
#[derive(Debug)]
pub(crate) struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    scheme: &'static str,
}

impl Running {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Accepts nothing more.
    pub(crate) fn stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Answers what has begun, accepts nothing more, and ends.
    pub(crate) async fn shutdown(self) {
        self.stop();
        // A client that keeps its connection open must not hold the process.
        let server = self.server.abort_handle();
        let _ = tokio::time::timeout(LAST_WORD, self.server).await;
        server.abort();
    }
}

/// Serves `router` at `address`; port 0 takes a free one.
pub(crate) async fn serve(
    address: SocketAddr,
    router: Router,
    limits: ServiceLimits,
    tls: Option<ServerTls>,
) -> io::Result<Running> {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(accept(listener, Handler { router, limits, tls }, stopped));
    Ok(Running { address, stop, server, scheme })
}

/// What every connection needs.
#[derive(Clone)]
struct Handler {
    router: Router,
    limits: ServiceLimits,
    tls: Option<ServerTls>,
}

async fn accept(listener: TcpListener, handler: Handler, mut stopped: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(handler.limits.connections.max(1)));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let accepted = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            accepted = next => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Some((place, Ok((stream, _)))) => {
                connections.spawn(connection(stream, place, handler.clone(), stopped.clone()));
            }
            // Out of descriptors, perhaps: the next try must not spin.
            Some((_, Err(_))) => tokio::time::sleep(Duration::from_millis(50)).await,
            None => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    handler: Handler,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let limits = handler.limits;
    let stream = match &handler.tls {
        // Who dawdles over the handshake is as slow as one who dawdles over a header.
        Some(tls) => match tokio::time::timeout(limits.header_time, tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(_)) | Err(_) => return,
        },
        None => Stream::Plain(stream),
    };
    let service = TowerToHyperService::new(handler.router);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_time).max_buf_size(MAX_HEADER_BYTES);
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        // What breaks a connection is the other side's matter.
        _ = &mut serving => return,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}
