//! What applications ask members for, and what comes of it.

use abi_stable::std_types::{ROption, RString};
use hob_plugin_sdk::{Who, event};

event! {
    /// An application has begun: a member is about to be asked.
    pub struct AuthorizationRequested: "hob.oauth1.authorization.requested" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// What it asks for, divided by spaces.
        scope: RString,
        /// Where the member will be sent back to; none where a verifier is
        /// shown.
        callback: ROption<RString>,
    }

    /// A member allows an application to use the account.
    pub struct AuthorizationGranted: "hob.oauth1.authorization.granted" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// The member.
        member_id: i64,
        /// What was asked for, divided by spaces.
        asked: RString,
        /// What is allowed of it.
        scope: RString,
    }

    /// A member does not.
    pub struct AuthorizationDenied: "hob.oauth1.authorization.denied" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// The member.
        member_id: i64,
        /// What was asked for, divided by spaces.
        asked: RString,
    }

    /// An application has taken up what a member allowed, and has a token.
    pub struct TokenIssued: "hob.oauth1.token.issued" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// The member.
        member_id: i64,
        /// What it allows, divided by spaces.
        scope: RString,
        /// What logs call it: it tells nothing of the token.
        token: RString,
        /// When it ends, in microseconds; none where it lasts until it is taken
        /// back.
        expires_at: ROption<i64>,
    }

    /// Tokens died before their time.
    pub struct TokenRevoked: "hob.oauth1.token.revoked" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier; empty if all of a member's died.
        consumer_key: RString,
        /// The member; none if all of an application's died.
        member_id: ROption<i64>,
        /// `member`, `operator`, `member_disabled`, `password_changed` or
        /// `member_deleted`.
        reason: RString,
        /// How many.
        tokens: u64,
    }

    /// A token has reached its end, and is deleted.
    pub struct TokenExpired: "hob.oauth1.token.expired" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What logs called it.
        token: RString,
        /// The application's public identifier.
        consumer_key: RString,
        /// Whose account it is.
        member_id: i64,
        /// When it ended, in microseconds.
        expired_at: i64,
    }
}
