//! Who does something here, when, and from where: what goes with each event.

use hob_plugin_sdk::{Host, Invocation, Member, Request, Who, db::Timestamp};

/// Something that is being done.
#[derive(Debug, Clone)]
pub struct Act {
    pub who: Who,
    pub at: Timestamp,
}

impl Act {
    /// By a member, on the site's pages.
    #[must_use]
    pub fn of_member(host: &Host, member: &Member, request: &Request) -> Self {
        let (peer, request_id) = (request.peer(), request.request_id());
        Self {
            who: Who::member(member.id, &member.username, peer, request_id),
            at: host.now(),
        }
    }

    /// By an application, by the name that it has in its protocol.
    #[must_use]
    pub fn of_client(client_id: &str, origin: Origin, at: Timestamp) -> Self {
        Self {
            who: Who::client(client_id, origin.peer(), origin.request_id()),
            at,
        }
    }

    /// On the command line.
    #[must_use]
    pub fn of_operator(host: &Host, invocation: &Invocation) -> Self {
        Self {
            who: Who::operator(invocation.user()),
            at: host.now(),
        }
    }

    /// By the site itself, and what for.
    #[must_use]
    pub fn of_site(what_for: &str, at: Timestamp) -> Self {
        Self {
            who: Who::site(what_for),
            at,
        }
    }
}

/// Where a request came from. It is copied into each write of the token
/// endpoint, where mostly nobody looks at it, so nothing is allocated for it.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    peer: Short<46>,
    request_id: Short<32>,
}

impl Origin {
    /// Of this request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self {
            peer: Short::of(request.peer()),
            request_id: Short::of(request.request_id()),
        }
    }

    /// An address alone, where the request is somebody else's.
    #[must_use]
    pub fn of_peer(peer: &str) -> Self {
        Self {
            peer: Short::of(peer),
            request_id: Short::of(""),
        }
    }

    /// The address, as [`Request::peer`] gives it.
    #[must_use]
    pub fn peer(&self) -> &str {
        self.peer.as_str()
    }

    /// As [`Request::request_id`] gives it.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.request_id.as_str()
    }
}

/// A text of at most `N` bytes.
#[derive(Debug, Clone, Copy)]
struct Short<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> Short<N> {
    /// What is longer is cut.
    fn of(text: &str) -> Self {
        let length = (0..=N.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        let mut bytes = [0; N];
        bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
        Self {
            bytes,
            length: length as u8,
        }
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)])
            .expect("it was cut between two letters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_text_is_cut_between_two_letters() {
        assert_eq!(Short::<46>::of("2001:db8::1").as_str(), "2001:db8::1");
        assert_eq!(Short::<4>::of("").as_str(), "");
        assert_eq!(Short::<4>::of("abcdé").as_str(), "abcd");
        assert_eq!(Short::<4>::of("abcéd").as_str(), "abc");
    }
}
