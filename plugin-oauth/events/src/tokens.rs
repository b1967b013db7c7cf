//! Tokens.

use abi_stable::std_types::{ROption, RString};
use hob_plugin_sdk::{Who, event};

event! {
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
        /// `given_back` (RFC 7009), `operator`, `replayed`, `consent_revoked`, `client_suspended`, `client_deleted`, `member_disabled`, `password_changed` or `member_deleted`.
        reason: RString,
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
