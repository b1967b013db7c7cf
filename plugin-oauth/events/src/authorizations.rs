//! What is asked of members, and what comes of it until there are tokens.

use abi_stable::std_types::{ROption, RString};
use hob_plugin_sdk::{Who, event};

event! {
    /// An application asks for access.
    pub struct AuthorizationRequested: "hob.oauth.authorization.requested" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whom it asks, where that is known already.
        member_id: ROption<i64>,
        /// The scopes, divided by spaces.
        scope: RString,
        /// The resource that it is for (RFC 8707); the site for all of it.
        resource: RString,
        /// `shown` to the member, `pushed` (RFC 9126), `silent` where the answer is remembered, or `device` (RFC 8628).
        way: RString,
    }

    /// A member, or a plugin, denies an application what it asks for.
    pub struct AuthorizationDenied: "hob.oauth.authorization.denied" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// It is a device that asked, by the device authorization grant (RFC 8628).
        device: bool,
    }

    /// An authorization code is about to be given to an application.
    pub struct CodeIssued: "hob.oauth.code.issued" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The consent's id.
        consent_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
        /// What logs call it: it tells nothing of the code.
        code: RString,
        /// The member was not asked, since the answer is remembered.
        silent: bool,
    }

    /// A code, or a device's code, is exchanged for tokens.
    pub struct CodeExchanged: "hob.oauth.code.exchanged" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The consent's id.
        consent_id: i64,
        /// What logs call it: it tells nothing of the code.
        code: RString,
        /// It is a device that asked, by the device authorization grant (RFC 8628).
        device: bool,
    }

    /// A code was presented once more, so what it gave is dead.
    pub struct CodeReplayed: "hob.oauth.code.replayed" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it was for.
        member_id: ROption<i64>,
        /// What logs call it: it tells nothing of the code.
        code: RString,
        /// It is a device that asked, by the device authorization grant (RFC 8628).
        device: bool,
        /// How many access and refresh tokens died of it.
        tokens_ended: u64,
    }

    /// A member lets a device in.
    pub struct DeviceApproved: "hob.oauth.device.approved" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The consent's id.
        consent_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
    }

    /// A member does not let a device in.
    pub struct DeviceDenied: "hob.oauth.device.denied" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The application's public identifier.
        client_id: RString,
        /// The application's name, for people.
        client_name: RString,
        /// Whose account it is.
        member_id: i64,
        /// The scopes, divided by spaces.
        scope: RString,
    }
}
