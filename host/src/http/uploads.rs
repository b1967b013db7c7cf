//! How many uploads may be under way at a time: each lies on the disk while it
//! comes in, whoever sends it, and before anybody can say whether it is wanted.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use hob_plugin_sdk::network_of;

/// The uploads that are under way. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    inner: Arc<Inner>,
}

struct Inner {
    most: usize,
    by_network: Mutex<HashMap<IpAddr, usize>>,
}

/// A place among them, which is free again when this is dropped.
pub struct Place {
    uploads: Uploads,
    network: IpAddr,
}

impl Uploads {
    /// At most so many at a time, and half of them from one address.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self {
            inner: Arc::new(Inner {
                most,
                by_network: Mutex::default(),
            }),
        }
    }

    /// A place for an upload from this address, if there is one.
    #[must_use]
    pub fn enter(&self, peer: IpAddr) -> Option<Place> {
        let network = network_of(peer);
        let mut by_network = self.by_network();
        let own = by_network.get(&network).copied().unwrap_or(0);
        let all: usize = by_network.values().sum();
        // Nobody alone keeps all others out.
        if all >= self.inner.most || own >= self.inner.most.div_ceil(2) {
            return None;
        }
        by_network.insert(network, own + 1);
        drop(by_network);
        Some(Place {
            uploads: self.clone(),
            network,
        })
    }

    fn by_network(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.inner
            .by_network
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_network = self.uploads.by_network();
        if let Some(own) = by_network.get_mut(&self.network) {
            *own -= 1;
            if *own == 0 {
                by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_has_half_of_the_places_and_all_have_no_more_than_there_are() {
        let uploads = Uploads::at_most(4);
        let enter = |text| uploads.enter(peer(text));
        let first = [enter("2001:db8::1"), enter("2001:db8::2")];
        assert!(first.iter().all(Option::is_some));
        assert!(enter("2001:db8::3").is_none(), "the same network");
        let second = [enter("2001:db8:0:1::1"), enter("192.0.2.1")];
        assert!(second.iter().all(Option::is_some));
        assert!(enter("192.0.2.2").is_none(), "all places are taken");
        drop(first);
        assert!(enter("192.0.2.2").is_some());
        assert!(uploads.enter(peer("2001:db8::3")).is_some());
        drop(second);
        assert!(uploads.by_network().is_empty());
    }

    #[test]
    fn a_single_place_is_for_anybody() {
        let uploads = Uploads::at_most(1);
        let place = uploads.enter(peer("192.0.2.1"));
        assert!(place.is_some());
        assert!(uploads.enter(peer("192.0.2.2")).is_none());
    }
}
