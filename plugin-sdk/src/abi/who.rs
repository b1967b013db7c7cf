//! Who does something, and from where: a part of events and of what is noted.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RString},
};

/// Who does something, and from where.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub kind: Actor,
    /// For a member, the id.
    pub member_id: ROption<i64>,
    /// The member's username, the application's client id, the operator's user
    /// on the machine, or what the site did it for.
    pub name: RString,
    /// The address that the request came from; empty where there was none.
    pub peer: RString,
    /// The id by which the log knows the request; empty where there was none.
    pub request_id: RString,
}

/// What kind of somebody does something.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member, signed in on the site.
    Member,
    /// An application, which may not have proved who it is.
    Client,
    /// Whoever runs the command line.
    Operator,
    /// The site itself: a periodic job, or what follows of something else.
    Site,
}

impl Actor {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Member, Self::Client, Self::Operator, Self::Site];

    /// One word, for storing and for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Client => "client",
            Self::Operator => "operator",
            Self::Site => "site",
        }
    }
}

impl Who {
    /// A member, by a request on the site.
    #[must_use]
    pub fn member(member_id: i64, username: &str, peer: &str, request_id: &str) -> Self {
        Self {
            kind: Actor::Member,
            member_id: ROption::RSome(member_id),
            name: username.into(),
            peer: peer.into(),
            request_id: request_id.into(),
        }
    }

    /// An application, as it calls itself.
    #[must_use]
    pub fn client(client_id: &str, peer: &str, request_id: &str) -> Self {
        Self {
            kind: Actor::Client,
            member_id: ROption::RNone,
            name: client_id.into(),
            peer: peer.into(),
            request_id: request_id.into(),
        }
    }

    /// Whoever runs the command line, as the machine calls that user.
    #[must_use]
    pub fn operator(user: &str) -> Self {
        Self::without_request(Actor::Operator, user)
    }

    /// The site itself, and what for.
    #[must_use]
    pub fn site(what_for: &str) -> Self {
        Self::without_request(Actor::Site, what_for)
    }

    fn without_request(kind: Actor, name: &str) -> Self {
        Self {
            kind,
            member_id: ROption::RNone,
            name: name.into(),
            peer: RString::new(),
            request_id: RString::new(),
        }
    }
}
