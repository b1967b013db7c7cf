//! The service `hob.connections`: a member sees what may use the account, and
//! takes it back, on one page of the site, whichever plugins let it in.
//!
//! A plugin that lets programs in implements [`Connections`] and offers
//! [`connections`]. The page is the host's; a plugin links to it by
//! [`page_of`].

use std::{future::Future, sync::Arc};

use abi_stable::std_types::{RString, RVec};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use crate::abi::connections::{RawConnectionKind as ConnectionKind, RawRegistrar as Registrar};
use crate::{
    PluginError, Site, Text, Who,
    abi::{
        RawContext,
        connections::{
            ConnectionsV1, FindFuture, ListFuture, RawConnection, RawRevocation, RawWhich,
            RevokeFuture,
        },
    },
    db::Timestamp,
    service::answer,
};

/// A plugin that lets programs use members' accounts.
pub trait Connections: Send + Sync + 'static {
    /// All that may use this member's account.
    fn list(
        &self,
        member_id: i64,
    ) -> impl Future<Output = Result<Vec<Connection>, PluginError>> + Send;

    /// The one of this member's that has this id.
    fn find(
        &self,
        member_id: i64,
        id: String,
    ) -> impl Future<Output = Result<Option<Connection>, PluginError>> + Send;

    /// Takes back what is named, and answers with how many that was. What is
    /// not there, or not this member's, is passed over.
    fn revoke(
        &self,
        revocation: Revocation,
    ) -> impl Future<Output = Result<u64, PluginError>> + Send;
}

/// Something that may use a member's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The provider's own, the same for as long as the connection stands. For
    /// an application its client id.
    pub id: Text,
    pub kind: ConnectionKind,
    pub name: Text,
    /// Of an application, `http` or `https`.
    pub website: Option<Text>,
    /// Where a picture of it stands that anybody may see: a path of the
    /// provider's own, as its routes have it, such as `/logos/one?v=2`. The
    /// page shows no other.
    pub logo: Option<Text>,
    /// Who registered an application.
    pub registrar: Registrar,
    /// Its operator has stopped it for everybody.
    pub suspended: bool,
    /// The names of the scopes that it has. The host puts them into words.
    pub scope: Vec<Text>,
    pub granted_at: Timestamp,
    pub last_used: Option<LastUse>,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
}

/// When something was last used, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    pub at: Timestamp,
    /// An address; empty if it is not known.
    pub from: Text,
}

/// What a member takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    pub member_id: i64,
    /// The member, and from where.
    pub who: Who,
    pub which: Which,
}

/// Which of the member's connections are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those with these ids.
    These(Vec<Text>),
}

impl Which {
    /// Whether this id is meant.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.iter().any(|meant| meant.as_str() == id),
        }
    }
}

/// What a segment of a path needs no escape for (RFC 3986, section 3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where the site's page of all connections stands, for links and redirects.
#[must_use]
pub fn page_of_all(site: &Site) -> String {
    site.path(PATH)
}

/// Where the page of one connection stands: of this id of this plugin's.
#[must_use]
pub fn page_of(site: &Site, plugin_id: &str, id: &str) -> String {
    site.path(&path_of(plugin_id, id))
}

/// The path of the page of all connections.
pub const PATH: &str = "/connections";

/// The path of the page of one.
#[must_use]
pub fn path_of(plugin_id: &str, id: &str) -> String {
    format!("{PATH}/{plugin_id}/{}", utf8_percent_encode(id, SEGMENT))
}

/// The function table of a provider, for [`crate::Declaration::offer`].
#[must_use]
pub fn connections<C: Connections>(provider: Arc<C>) -> &'static ConnectionsV1 {
    // Plugins are never unloaded, so the table and its provider live for ever.
    let context: RawContext = Arc::into_raw(provider).cast();
    Box::leak(Box::new(ConnectionsV1 {
        context,
        list: list::<C>,
        find: find::<C>,
        revoke: revoke::<C>,
    }))
}

fn provider<C: Connections>(context: RawContext) -> &'static C {
    // SAFETY: `connections::<C>` made the context from an `Arc<C>` whose count
    // it never gives back, so the provider lives for ever.
    unsafe { &*context.cast::<C>() }
}

extern "C" fn list<C: Connections>(context: RawContext, member_id: i64) -> ListFuture {
    answer(
        || provider::<C>(context).list(member_id),
        |all| all.into_iter().map(Connection::into_raw).collect(),
    )
}

extern "C" fn find<C: Connections>(context: RawContext, member_id: i64, id: RString) -> FindFuture {
    answer(
        || provider::<C>(context).find(member_id, id.into()),
        |found| found.map(Connection::into_raw).into(),
    )
}

extern "C" fn revoke<C: Connections>(
    context: RawContext,
    revocation: RawRevocation,
) -> RevokeFuture {
    let revocation = Revocation::from_raw(revocation);
    answer(
        || provider::<C>(context).revoke(revocation),
        std::convert::identity,
    )
}

impl Connection {
    fn into_raw(self) -> RawConnection {
        let (last_used_at, last_used_from) = self
            .last_used
            .map(|last| (last.at.as_micros(), last.from))
            .unzip();
        RawConnection {
            id: self.id,
            kind: self.kind,
            name: self.name,
            website: self.website.unwrap_or_default(),
            logo: self.logo.unwrap_or_default(),
            registrar: self.registrar,
            suspended: self.suspended,
            scope: self.scope.into(),
            granted_at: self.granted_at.as_micros(),
            last_used_at: last_used_at.into(),
            last_used_from: last_used_from.unwrap_or_default(),
            expires_at: self.expires_at.map(Timestamp::as_micros).into(),
        }
    }

    /// What a provider answered.
    #[must_use]
    pub fn from_raw(raw: RawConnection) -> Self {
        let time = |micros: abi_stable::std_types::ROption<i64>| {
            micros.into_option().map(Timestamp::from_micros)
        };
        let from = raw.last_used_from;
        Self {
            id: raw.id,
            kind: raw.kind,
            name: raw.name,
            website: Some(raw.website).filter(|url| !url.is_empty()),
            logo: Some(raw.logo).filter(|path| !path.is_empty()),
            registrar: raw.registrar,
            suspended: raw.suspended,
            scope: raw.scope.into(),
            granted_at: Timestamp::from_micros(raw.granted_at),
            last_used: time(raw.last_used_at).map(|at| LastUse { at, from }),
            expires_at: time(raw.expires_at),
        }
    }
}

impl Revocation {
    fn from_raw(raw: RawRevocation) -> Self {
        Self {
            member_id: raw.member_id,
            who: raw.who,
            which: match raw.which {
                RawWhich::All => Which::All,
                RawWhich::These(ids) => Which::These(ids.into()),
            },
        }
    }

    /// For a provider.
    #[must_use]
    pub fn into_raw(self) -> RawRevocation {
        RawRevocation {
            member_id: self.member_id,
            who: self.who,
            which: match self.which {
                Which::All => RawWhich::All,
                Which::These(ids) => RawWhich::These(RVec::from(ids)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_crosses_comes_back_as_it_was() {
        let whole = Connection {
            id: "one".into(),
            kind: ConnectionKind::PersonalToken,
            name: "Backup".into(),
            website: Some("https://example.org/".into()),
            logo: Some("/logos/one?v=2".into()),
            registrar: Registrar::Member,
            suspended: true,
            scope: vec!["profile".into(), "media:read".into()],
            granted_at: Timestamp::from_micros(1),
            last_used: Some(LastUse {
                at: Timestamp::from_micros(2),
                from: "2001:db8::7".into(),
            }),
            expires_at: Some(Timestamp::from_micros(3)),
        };
        let bare = Connection {
            website: None,
            logo: None,
            last_used: None,
            expires_at: None,
            ..whole.clone()
        };
        for connection in [whole, bare] {
            assert_eq!(
                Connection::from_raw(connection.clone().into_raw()),
                connection
            );
        }
        for which in [Which::All, Which::These(vec!["one".into()])] {
            let revocation = Revocation {
                member_id: 7,
                who: Who::member(7, "alice", "192.0.2.1", "4f1x"),
                which,
            };
            assert_eq!(
                Revocation::from_raw(revocation.clone().into_raw()),
                revocation
            );
        }
    }

    #[test]
    fn an_id_is_one_segment_of_the_path() {
        assert_eq!(path_of("oauth", "4f1x"), "/connections/oauth/4f1x");
        assert_eq!(
            path_of("other", "a/b?ü"),
            "/connections/other/a%2Fb%3F%C3%BC"
        );
    }

    #[test]
    fn all_means_each_and_a_list_what_it_names() {
        assert!(Which::All.contains("one"));
        let these = Which::These(vec!["one".into()]);
        assert!(these.contains("one") && !these.contains("two"));
        assert!(!Which::These(Vec::new()).contains("one"));
    }
}
