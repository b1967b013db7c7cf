//! One connection, from its first request to its last.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use hyper::{body::Body as _, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use tokio::net::TcpStream;

use super::{
    Dispatch,
    pace::{Pace, Paced},
};

/// How long a client may take to send a request's line and headers, how long an
/// idle connection is kept open for the next, and how long one is waited for
/// that reads no more of its answer. A little longer than proxies keep theirs,
/// so that it is they who close.
const PATIENCE: Duration = Duration::from_secs(75);

/// Serves it, until either side ends it or `connections` are to end.
pub fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    dispatch: Dispatch,
    connections: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<> {
    // Without this, small answers wait for the next packet's turn.
    let _ = stream.set_nodelay(true);
    let pace = Pace::begin();
    let stream = TokioIo::new(Paced::new(stream, Arc::clone(&pace)));
    let answering = Arc::clone(&pace);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (dispatch, pace) = (dispatch.clone(), Arc::clone(&answering));
        async move {
            let _answering = pace.answering();
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
        // In its place stands `Pace`.
        .header_read_timeout(None)
        // A client that has said all may still wait for its answer. Looking out
        // for one that has gone would cost each request a buffer.
        .half_close(true)
        .serve_connection(stream, service);
    let connection = connections.watch(connection);
    async move {
        // It ends when the client goes away, breaks the rules or falls silent,
        // and all are the client's affair.
        match pace.keep(PATIENCE, connection).await {
            None => tracing::debug!("a connection had nothing to say for too long"),
            Some(Err(error)) => tracing::debug!(%error, "a connection broke off"),
            Some(Ok(())) => {}
        }
    }
}
