//! Tokens.

use abi_stable::std_types::{ROption, RString};
use hob_plugin_sdk::{Who, event};

event! {
    /// An access token is about to be given to an application, by any grant but a refresh token.
    pub struct TokenIssued: "hob.oauth.token.issued" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// Whose account it is; none where the application acts for itself.
        member_id: ROption<i64>,
        /// The consent under which it is issued, if a member gave one.
        consent_id: ROption<i64>,
        /// What logs and `hob oauth token list` call it: it tells nothing of the token.
        token_id: RString,
        /// The grant (RFC 6749).
        grant_type: RString,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// When it ends, in microseconds.
        expires_at: i64,
        /// There is a refresh token with it.
        refresh: bool,
        /// It counts only with a proof by a key (RFC 9449).
        bound: bool,
    }

    /// A refresh token is exchanged for a new access token.
    pub struct TokenRefreshed: "hob.oauth.token.refreshed" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// Whose account it is.
        member_id: i64,
        /// The consent under which it is issued.
        consent_id: i64,
        /// What logs call the new access token: it tells nothing of the token.
        token_id: RString,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// When it ends, in microseconds.
        expires_at: i64,
        /// It counts only with a proof by a key (RFC 9449).
        bound: bool,
    }

    /// Tokens die before their end: one event for each act, and none where nothing died.
    pub struct TokenRevoked: "hob.oauth.token.revoked" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// Whose tokens they were; empty where they were those of several applications.
        client_id: RString,
        /// Whose account they were for, where that is one member.
        member_id: ROption<i64>,
        /// `access`, one access token; `family`, all that came of one authorization; `consent`, `client` or `member`, all of these.
        what: RString,
        /// How many access tokens died.
        access_tokens: u64,
        /// How many refresh tokens died.
        refresh_tokens: u64,
        /// `given_back` (RFC 7009), `operator`, `replayed`, `consent_revoked`, `consent_narrowed`, `client_suspended`, `client_deleted`, `member_disabled`, `password_changed` or `member_deleted`.
        reason: RString,
    }

    /// A token has reached its end, and is deleted.
    pub struct TokenExpired: "hob.oauth.token.expired" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What logs called it.
        token_id: RString,
        /// `access_token` or `refresh_token`.
        kind: RString,
        /// The application's public identifier.
        client_id: RString,
        /// Whose account it is; none where the application acts for itself.
        member_id: ROption<i64>,
        /// When it ended, in microseconds.
        expired_at: i64,
    }

    /// A refresh token that was superseded was used again, so all that came of the same authorization is dead.
    pub struct RefreshReused: "hob.oauth.refresh.reused" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// Whose account it is.
        member_id: i64,
        /// The consent's id.
        consent_id: i64,
        /// What logs call it: it tells nothing of the token.
        refresh_token: RString,
        /// How many access and refresh tokens died of it.
        tokens_ended: u64,
    }
}
