//! What was tried, and old ways that are still gone.

use abi_stable::std_types::RString;
use hob_plugin_sdk::{Who, event};

event! {
    /// An application could not prove who it is. Where it tries again and again, one event in a minute tells of it; whatever the names and addresses, at most ten in a second do.
    pub struct ClientAuthenticationFailed: "hob.oauth.client.authentication_failed" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What it called itself, cut to 64 characters.
        client_id: RString,
        /// Whether there is an application of this name.
        known: bool,
        /// How it tried, as RFC 7591 calls it: `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
        way: RString,
    }

    /// Somebody has to wait, after too many failures or too many requests. One event in a minute tells of it; whatever the names and addresses, at most ten in a second do.
    pub struct ClientThrottled: "hob.oauth.client.throttled" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// For what was counted: `client`, `member`, `user_code`, `registration`, `registration_token` or `unproven_client`.
        account: RString,
        /// Its name, cut to 64 characters; empty where only the address counts.
        name: RString,
        /// For how long.
        wait_seconds: u64,
    }

    /// An application uses what only an old one needs. One event in an hour tells of it, for each application and switch.
    pub struct LegacyUsed: "hob.oauth.legacy.used" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// `password_grant`, `secrets_in_address` or `token_in_address`.
        switch: RString,
    }
}
