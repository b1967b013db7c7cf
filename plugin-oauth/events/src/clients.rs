//! Applications and their secrets.

use abi_stable::std_types::{ROption, RString, RVec};
use hob_plugin_sdk::{Who, event};

event! {
    /// An application is registered.
    pub struct ClientRegistered: "hob.oauth.client.registered" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// `confidential` or `public` (RFC 6749, section 2.1).
        kind: RString,
        /// Who registered it: `operator`, `member` or `itself` (RFC 7591).
        registrar: RString,
        /// The member who owns it, if one does.
        owner_id: ROption<i64>,
        /// All scopes that it may ask for, divided by spaces.
        scope: RString,
        /// Where members may be sent back to.
        redirect_uris: RVec<RString>,
        /// The grants that it may use, divided by spaces.
        grant_types: RString,
        /// The id of the initial access token that let it in, if one did.
        initial_access_token: ROption<i64>,
    }

    /// What an application is, or what it may, is changed.
    pub struct ClientEdited: "hob.oauth.client.edited" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// The names of what is changed.
        changed: RVec<RString>,
        /// The scopes that it might ask for, divided by spaces.
        scope_before: RString,
        /// Those that it may ask for now.
        scope_after: RString,
        /// Where members might be sent back to.
        redirect_uris_before: RVec<RString>,
        /// Where they may be sent back to now.
        redirect_uris_after: RVec<RString>,
    }

    /// An application is stopped for the whole site; the consents stay.
    pub struct ClientSuspended: "hob.oauth.client.suspended" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Why, in the operator's words; empty if that was not said.
        reason: RString,
        /// How many access and refresh tokens died of it.
        tokens_ended: u64,
    }

    /// A suspended application may ask again.
    pub struct ClientResumed: "hob.oauth.client.resumed" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
    }

    /// An application is gone, with all consents to it.
    pub struct ClientDeleted: "hob.oauth.client.deleted" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// `owner`, `operator`, `itself`, `unused` or `member_deleted`.
        reason: RString,
        /// How many members allowed it.
        members: u64,
        /// How many access and refresh tokens died of it.
        tokens_ended: u64,
    }

    /// An application has one more secret.
    pub struct SecretAdded: "hob.oauth.secret.added" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// What logs call it: it tells nothing of the secret.
        secret: RString,
        /// When it ends, in microseconds; none if that is not settled.
        expires_at: ROption<i64>,
    }

    /// A secret of an application's will end, or has ended.
    pub struct SecretRetired: "hob.oauth.secret.retired" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// What logs call it: it tells nothing of the secret.
        secret: RString,
        /// When it ends, in microseconds; not after `at` where it is dead already.
        ends_at: i64,
    }
}
