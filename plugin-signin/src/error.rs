//! What can go wrong between this site and a provider, and what the visitor is
//! told.
//!
//! Inside, an error says precisely what happened; outward, one exhaustive match
//! gives it a status and a sentence.

use hob_plugin_sdk::{PluginError, db::DbError, http::FieldError, http_client::OutboundError};

use crate::{id_token::IdTokenError, metadata::MetadataError};

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No provider of this name.
    #[error("there is no provider of this name")]
    UnknownProvider,
    #[error("the answer can't be read: {0}")]
    Field(#[from] FieldError),
    /// No state, or one that is unknown, has expired, or was begun in another
    /// browser or for another provider (RFC 6749, section 10.12).
    #[error("nothing was begun by this state in this browser, or it has ended")]
    State,
    /// The answer names another authorization server, or none where it has to
    /// (RFC 9207, section 2.4).
    #[error("the answer is not of the provider that was asked")]
    OtherProvider,
    #[error("the visitor declined at the provider")]
    Declined,
    /// As the provider calls it (RFC 6749, sections 4.1.2.1 and 5.2).
    #[error("the provider answered with the error {0:?}")]
    Provider(String),
    #[error("the answer carries neither a code nor an error")]
    NoCode,
    #[error("the provider answered with the status {status} to the request for {what}")]
    ProviderStatus { what: &'static str, status: u16 },
    /// What it answered is not of the shape that was expected.
    #[error("{0}")]
    Malformed(PluginError),
    #[error("its metadata: {0}")]
    Metadata(#[from] MetadataError),
    #[error("it gives no token of the kind that was asked for")]
    TokenType,
    /// It does not bind a request token to where it was asked for
    /// (`oauth_callback_confirmed`): the first edition of OAuth 1.0, by which
    /// one could be given another's account.
    #[error("it does not confirm the callback: it speaks OAuth 1.0 and not 1.0a")]
    NotConfirmed,
    /// A request can't be signed (RFC 5849, section 3).
    #[error("a request can't be signed: {0} can't be used")]
    Unsigned(&'static str),
    #[error("its ID token: {0}")]
    IdToken(#[from] IdTokenError),
    #[error("it has no address that says who somebody is")]
    NoUserinfo,
    #[error("its answer does not say who somebody is")]
    NoSubject,
    #[error("{0}")]
    Unreachable(#[from] OutboundError),
    /// It gave nothing a moment ago, for this reason.
    #[error("it was asked a moment ago, in vain: {0}")]
    LeftAlone(String),
    /// The account opens no account of this site.
    #[error("this account of the provider is linked to none of this site")]
    NotLinked,
    #[error("this account of the provider is another member's")]
    LinkedElsewhere,
    /// The member has no password, and could not sign in any more.
    #[error("it is the last way to sign in to an account without a password")]
    LastWay,
    /// Who began to link is no longer the one who is signed in.
    #[error("another member is signed in than the one who began")]
    MemberChanged,
    /// Somebody had to show who is there, and the provider does not say that it
    /// was done.
    #[error("it does not say that somebody signed in there anew")]
    NotAnew,
    /// Another plugin does not let it be. Its words are for the visitor where
    /// it made a refusal of it.
    #[error("a plugin refuses it: {0}")]
    Refused(PluginError),
    #[error("too many from this address; wait {0} s")]
    Throttled(u64),
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl SignInError {
    /// The status of the page that tells of it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownProvider => 404,
            Self::Field(_) | Self::State | Self::OtherProvider | Self::NoCode => 400,
            Self::Declined
            | Self::NotLinked
            | Self::MemberChanged
            | Self::NotAnew
            | Self::Refused(_) => 403,
            Self::LinkedElsewhere | Self::LastWay => 409,
            Self::Throttled(_) => 429,
            Self::Provider(_)
            | Self::ProviderStatus { .. }
            | Self::Malformed(_)
            | Self::Metadata(_)
            | Self::TokenType
            | Self::NotConfirmed
            | Self::IdToken(_)
            | Self::NoUserinfo
            | Self::NoSubject
            | Self::Unreachable(_)
            | Self::LeftAlone(_) => 502,
            Self::Unsigned(_) | Self::Plugin(_) => 500,
        }
    }

    /// What went wrong, in one word: for other plugins, and in the name of the
    /// message that tells of it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider => "unknown_provider",
            Self::Field(_) | Self::State | Self::NoCode => "state",
            Self::OtherProvider => "other_provider",
            Self::Declined => "declined",
            Self::NotLinked => "not_linked",
            Self::LinkedElsewhere => "linked_elsewhere",
            Self::LastWay => "last_way",
            Self::MemberChanged => "member_changed",
            Self::NotAnew => "not_anew",
            Self::Refused(_) => "refused",
            Self::Throttled(_) => "throttled",
            Self::Provider(_)
            | Self::ProviderStatus { .. }
            | Self::Malformed(_)
            | Self::Metadata(_)
            | Self::TokenType
            | Self::NotConfirmed
            | Self::IdToken(_)
            | Self::NoUserinfo
            | Self::NoSubject
            | Self::Unreachable(_)
            | Self::LeftAlone(_) => "provider",
            Self::Unsigned(_) | Self::Plugin(_) => "internal",
        }
    }

    /// The message that tells of it, by its name in the plugin's words.
    #[must_use]
    pub fn message(&self) -> String {
        format!("error-{}", self.code().replace('_', "-"))
    }

    /// What another plugin says to the visitor.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused(reason) if reason.may_be_shown() => Some(reason.message()),
            _ => None,
        }
    }

    /// Whether the operator should hear of it: the visitor can't do anything
    /// about it.
    #[must_use]
    pub const fn is_of_the_operator(&self) -> bool {
        matches!(self.status(), 500 | 502)
    }
}

impl SignInError {
    /// As an event's subscriber tells of it: who is refused reads another
    /// plugin's words.
    #[must_use]
    pub fn into_refusal(self) -> PluginError {
        match self {
            Self::Refused(reason) | Self::Plugin(reason) => reason,
            // Nothing failed: somebody was there first.
            Self::LinkedElsewhere => PluginError::refusal(self.to_string()),
            other => PluginError::new(other.to_string()),
        }
    }
}

impl From<DbError> for SignInError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::EventRefused { reason, .. } => Self::Refused(reason),
            other => Self::Plugin(other.into()),
        }
    }
}

impl From<diesel::result::Error> for SignInError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Plugin(PluginError::new(format!("the database: {error}")))
    }
}
