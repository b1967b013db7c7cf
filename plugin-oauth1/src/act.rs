//! Who does something here, and when: what goes with each event.

use hob_plugin_sdk::{Invocation, Member, Request, Who, db::Timestamp};

use crate::OAuth1;

/// Something that is being done.
#[derive(Debug, Clone)]
pub struct Act {
    pub who: Who,
    pub at: Timestamp,
}

impl Act {
    /// By a member, on the site's pages.
    pub fn of_member(oauth1: &OAuth1, member: &Member, request: &Request) -> Self {
        let (peer, request_id) = (request.peer(), request.request_id());
        Self {
            who: Who::member(member.id, &member.username, peer, request_id),
            at: oauth1.now(),
        }
    }

    /// By an application that has signed for it.
    pub fn of_consumer(oauth1: &OAuth1, consumer_key: &str, request: &Request) -> Self {
        Self {
            who: Who::client(consumer_key, request.peer(), request.request_id()),
            at: oauth1.now(),
        }
    }

    /// On the command line.
    pub fn of_operator(oauth1: &OAuth1, invocation: &Invocation) -> Self {
        Self {
            who: Who::operator(invocation.user()),
            at: oauth1.now(),
        }
    }

    /// By the site itself, and what for.
    pub fn of_site(what_for: &str, at: Timestamp) -> Self {
        Self {
            who: Who::site(what_for),
            at,
        }
    }
}
