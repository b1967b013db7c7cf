//! Whom the operator lets do something on the site's pages: register
//! applications, and how many; make tokens.

use hob_plugin_sdk::{Member, Response, Words};
use serde::Deserialize;

use crate::member_page::notice;

/// Whom the operator lets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    Members,
    Administrators,
    Closed,
}

/// Why a member can register no further application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The operator does not let this member.
    Closed,
    /// So many are there already as a member may have.
    TooMany(u64),
}

impl Whom {
    /// As the operator writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Administrators => "administrators",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub const fn lets(self, member: &Member) -> bool {
        match self {
            Self::Members => true,
            Self::Administrators => member.administrator,
            Self::Closed => false,
        }
    }

    /// What keeps a member from one more who has `there` of them, and may have
    /// at most so many.
    #[must_use]
    pub fn obstacle(self, member: &Member, there: u64, most: Option<u64>) -> Option<Obstacle> {
        if !self.lets(member) {
            return Some(Obstacle::Closed);
        }
        let most = most?;
        (there >= most).then_some(Obstacle::TooMany(most))
    }
}

impl Obstacle {
    /// What the member can do about it.
    #[must_use]
    pub fn sentence(self, words: Words) -> String {
        match self {
            Self::Closed => words.say("clients-closed-hint"),
            Self::TooMany(most) => words.say("clients-too-many-hint").with("most", most),
        }
        .to_string()
    }

    /// The page that says so.
    #[must_use]
    pub fn notice(self, words: Words) -> Response {
        let title = match self {
            Self::Closed => "clients-closed",
            Self::TooMany(_) => "clients-too-many",
        };
        notice(403, words.say(title), self.sentence(words))
    }
}
