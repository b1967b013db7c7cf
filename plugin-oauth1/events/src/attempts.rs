//! What was tried.

use abi_stable::std_types::RString;
use hob_plugin_sdk::{Who, event};

event! {
    /// A request was not proven to be of the application that it names. Where one tries again and again, one event in a minute tells of it; whatever the names and addresses, at most ten in a second do.
    pub struct ConsumerAuthenticationFailed: "hob.oauth1.consumer.authentication_failed" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// What it called itself, cut to 64 characters.
        consumer_key: RString,
        /// Whether there is an application of this key.
        known: bool,
        /// By which method it was signed, as `oauth_signature_method` calls it; empty where the secret itself was sent, to change what was registered.
        signature_method: RString,
    }

    /// Somebody has to wait, after too many failures or too many requests. One event in a minute tells of it; whatever the names and addresses, at most ten in a second do.
    pub struct ConsumerThrottled: "hob.oauth1.consumer.throttled" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// For what was counted: `unproven_consumer`, what an application without a secret, or one that registered itself, has stored; `registration`; or `consumer`, wrong secrets with which what it registered was to be changed.
        account: RString,
        /// Its name, cut to 64 characters; empty where only the address counts.
        name: RString,
        /// For how long.
        wait_seconds: u64,
    }
}
