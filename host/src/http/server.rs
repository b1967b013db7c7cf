//! The listening server, from its socket to its graceful end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::body::Body;
use hyper::{body::Body as _, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};

use super::{App, Dispatch, dispatch};

/// How long a client may take to send a request's line and headers, and how
/// long an idle connection is kept open for the next. A little longer than
/// proxies keep theirs, so that it is they who close.
const HEADERS_WITHIN: Duration = Duration::from_secs(75);
/// How long nothing is accepted after the system had no room for a connection.
const FULL_FOR: Duration = Duration::from_secs(1);

/// Why the site can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("can't listen on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: std::io::Error,
    },
}

/// A bound server.
pub struct Server {
    listener: TcpListener,
    app: App,
}

impl Server {
    /// Binds the address.
    ///
    /// # Errors
    /// It is taken or may not be used.
    pub async fn bind(address: SocketAddr, app: App) -> Result<Self, ServerError> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| ServerError::Bind { address, source })?;
        Ok(Self { listener, app })
    }

    /// Where it listens.
    ///
    /// # Panics
    /// The socket is gone, which it is not.
    #[must_use]
    pub fn local_address(&self) -> SocketAddr {
        self.listener.local_addr().expect("the socket is bound")
    }

    /// Serves until `stop` resolves; then takes nothing new and gives requests
    /// in flight up to `grace` to finish. Answers with what is left of that.
    pub async fn serve(self, stop: impl Future<Output = ()>, grace: Duration) -> Duration {
        let dispatch = dispatch(&self.app);
        let connections = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => begin(stream, peer, dispatch.clone(), &connections),
                    // Whoever knocked has gone; the next may stay.
                    Err(error) if is_of_the_connection(&error) => {}
                    Err(error) => {
                        tracing::error!(%error, "no connection can be accepted");
                        tokio::time::sleep(FULL_FOR).await;
                    }
                },
                () = &mut stop => break,
            }
        }
        let stopping = Instant::now();
        self.app.begin_stopping();
        drop(self.listener);
        if tokio::time::timeout(grace, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!(
                seconds = grace.as_secs(),
                "some requests did not finish in time and are broken off"
            );
        }
        grace.saturating_sub(stopping.elapsed())
    }
}

/// Serves one connection in a task of its own.
fn begin(stream: TcpStream, peer: SocketAddr, dispatch: Dispatch, connections: &GracefulShutdown) {
    // Without this, small answers wait for the next packet's turn.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let dispatch = dispatch.clone();
        async move {
            // Most have no body; its reader would be put into a box.
            let request = request.map(|body| match body.is_end_stream() {
                true => Body::empty(),
                false => Body::new(body),
            });
            let answer = dispatch.answer(request, peer.ip()).await;
            // What else is ready has its turn before the answer is written:
            // each write may wake whoever waits for it on this core, and many
            // in a row cost less than one after each request.
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // It ends when the client goes away or breaks the rules, and both are
        // the client's affair.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke off");
        }
    });
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
