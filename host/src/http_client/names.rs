//! Names, and the addresses behind them.
//!
//! A name is looked up once for each connection, and what may not be asked is
//! taken out before anybody connects. So the address that was checked is the
//! one that is connected to, however the name is answered a moment later.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::networks::Admitted;

/// A name's addresses, on their way.
pub type LookUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Knows names. Tests have a server of names of their own.
pub trait Names: Send + Sync {
    /// All addresses of a name.
    fn look_up(&self, name: &str) -> LookUp;
}

/// The system's: `/etc/hosts`, DNS, and whatever else it is set to ask.
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> LookUp {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Nothing that a name stands for may be asked.
#[derive(Debug, thiserror::Error)]
#[error("no address that it may be asked at")]
pub(super) struct Forbidden;

/// Names, of whose addresses only those are left that may be asked.
pub(super) struct GuardedNames {
    names: Arc<dyn Names>,
    admitted: Arc<Admitted>,
}

impl GuardedNames {
    pub(super) fn new(names: Arc<dyn Names>, admitted: Admitted) -> Self {
        Self {
            names,
            admitted: Arc::new(admitted),
        }
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, admitted) = (self.names.look_up(name.as_str()), self.admitted.clone());
        Box::pin(async move {
            let mut addresses = found.await?;
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "no address").into());
            }
            addresses.retain(|address| admitted.admit(*address));
            if addresses.is_empty() {
                return Err(Forbidden.into());
            }
            // The port is that of the URL.
            let sockets = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}
