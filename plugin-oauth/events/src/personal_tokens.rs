//! Personal access tokens.

use abi_stable::std_types::RString;
use hob_plugin_sdk::{Who, event};

event! {
    /// A member makes a personal access token.
    pub struct PersonalTokenMade: "hob.oauth.personal_token.made" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What logs and `hob oauth token list` call it: it tells nothing of the token.
        token_id: RString,
        /// What the member calls it.
        name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// When it ends, in microseconds.
        expires_at: i64,
    }

    /// A personal access token dies before its end.
    pub struct PersonalTokenRevoked: "hob.oauth.personal_token.revoked" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What logs and `hob oauth token list` call it: it tells nothing of the token.
        token_id: RString,
        /// What the member calls it.
        name: RString,
        /// Whose account it is.
        member_id: i64,
        /// `member`, `operator`, `given_back`, `member_disabled`, `password_changed` or `member_deleted`.
        reason: RString,
    }
}
