//! Applications that sign their requests, and their secrets.

use abi_stable::std_types::{ROption, RString, RVec};
use hob_plugin_sdk::{Who, event};

event! {
    /// An application is registered.
    pub struct ConsumerRegistered: "hob.oauth1.consumer.registered" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// By what it proves who it is: `secret`, `key` or `none`.
        credential: RString,
        /// Who registered it: `operator`, `member` or `itself`.
        registrar: RString,
        /// The member who owns it, if one does.
        owner_id: ROption<i64>,
        /// All scopes that it may ask for, divided by spaces.
        scope: RString,
        /// Where members may be sent back to.
        callbacks: RVec<RString>,
    }

    /// What an application is, or what it may, is changed.
    pub struct ConsumerEdited: "hob.oauth1.consumer.edited" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// The names of what is changed.
        changed: RVec<RString>,
        /// The scopes that it might ask for, divided by spaces.
        scope_before: RString,
        /// Those that it may ask for now.
        scope_after: RString,
        /// Where members might be sent back to.
        callbacks_before: RVec<RString>,
        /// Where they may be sent back to now.
        callbacks_after: RVec<RString>,
    }

    /// An application is stopped for the whole site; what members allowed it
    /// stays.
    pub struct ConsumerSuspended: "hob.oauth1.consumer.suspended" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// Why, in the operator's words; empty if that was not said.
        reason: RString,
    }

    /// A suspended application may go on.
    pub struct ConsumerResumed: "hob.oauth1.consumer.resumed" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
    }

    /// An application is gone, with all that members allowed it.
    pub struct ConsumerDeleted: "hob.oauth1.consumer.deleted" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// `owner`, `operator`, `member_deleted` or `unused`.
        reason: RString,
        /// How many access tokens died of it.
        tokens_ended: u64,
    }

    /// An application has a new secret or a new key, and the old one is dead.
    pub struct SecretRotated: "hob.oauth1.secret.rotated" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        consumer_key: RString,
        /// The application's name, for people.
        consumer_name: RString,
        /// By what it proves who it is now: `secret` or `key`.
        credential: RString,
    }
}
