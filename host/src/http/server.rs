//! The listening server, from its socket to its graceful end.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::net::TcpListener;

use super::{App, dispatch, workers::Workers};

/// How long nothing is accepted after the system had no room for a connection.
const FULL_FOR: Duration = Duration::from_secs(1);

/// Why the site can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("can't listen on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("the threads that serve connections can't be started: {0}")]
    Threads(io::Error),
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
    ///
    /// # Errors
    /// There are no threads to serve with.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()>,
        grace: Duration,
    ) -> Result<Duration, ServerError> {
        let workers = Workers::start(&dispatch(&self.app), grace).map_err(ServerError::Threads)?;
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => workers.serve(stream, peer),
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
        if !workers.stop().await {
            tracing::warn!(
                seconds = grace.as_secs(),
                "some requests did not finish in time and are broken off"
            );
        }
        Ok(grace.saturating_sub(stopping.elapsed()))
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
