//! The listening server, from its socket to its graceful end.

use std::{net::SocketAddr, time::Duration};

use axum::{ServiceExt, extract::Request, serve::ListenerExt};
use tokio::{net::TcpListener, sync::watch};

use super::{App, dispatch};

/// Why the site can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("can't listen on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the server failed: {0}")]
    Serve(std::io::Error),
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
    /// in flight up to `grace` to finish.
    ///
    /// # Errors
    /// The socket failed.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        grace: Duration,
    ) -> Result<(), ServerError> {
        let app = self.app.clone();
        let routes = dispatch(&self.app);
        let routes =
            ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(routes);
        let (stopping, mut stopped) = watch::channel(false);
        let listener = self.listener.tap_io(|stream| {
            // Without this, small answers wait for the next packet's turn.
            let _ = stream.set_nodelay(true);
        });
        let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
            stop.await;
            app.begin_stopping();
            let _ = stopping.send(true);
        });
        let overdue = async move {
            if stopped.wait_for(|stopping| *stopping).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            result = serving => result.map_err(ServerError::Serve),
            () = overdue => {
                tracing::warn!(
                    seconds = grace.as_secs(),
                    "some requests did not finish in time and are broken off"
                );
                Ok(())
            }
        }
    }
}
