//! What members allow applications.

use abi_stable::std_types::{ROption, RString};
use hob_plugin_sdk::{Who, event};

event! {
    /// A member allows an application something, and allowed it nothing before.
    pub struct ConsentGranted: "hob.oauth.consent.granted" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The consent's id.
        consent_id: i64,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// When it ends, in microseconds; none if never.
        expires_at: ROption<i64>,
    }

    /// A member allows an application more than before.
    pub struct ConsentWidened: "hob.oauth.consent.widened" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The consent's id.
        consent_id: i64,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// When it ends, in microseconds; none if never.
        expires_at: ROption<i64>,
        /// The scopes that it did not have before.
        added: RString,
    }

    /// A member allows an application less than before. One decision can narrow and widen.
    pub struct ConsentNarrowed: "hob.oauth.consent.narrowed" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The consent's id.
        consent_id: i64,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// When it ends, in microseconds; none if never.
        expires_at: ROption<i64>,
        /// The scopes that it has no longer.
        removed: RString,
    }

    /// A consent is taken back. Where an application is deleted, `client.deleted` alone tells of it.
    pub struct ConsentRevoked: "hob.oauth.consent.revoked" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The consent's id.
        consent_id: i64,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// `member`, `operator` or `member_deleted`.
        reason: RString,
    }

    /// A consent has reached its end, and is deleted.
    pub struct ConsentExpired: "hob.oauth.consent.expired" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The consent's id.
        consent_id: i64,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// When it ended, in microseconds.
        expired_at: i64,
    }
}
