//! What is told of sign-ins.

use abi_stable::std_types::RString;
use hob_plugin_sdk::{Who, event};

event! {
    /// A provider has said whose account it is, and that account opens a member's here, or is about to. A refusal ends it: nobody is signed in, and nothing is linked.
    pub struct SignInAuthorized: "hob.signin.authorized" 1 may refuse {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where: the member who links, or the site for a visitor who signs in.
        who: Who,
        /// What the operator calls the provider.
        provider: RString,
        /// Whose accounts they are: the provider's issuer identifier.
        issuer: RString,
        /// The account's id there, which never changes.
        subject: RString,
        /// What it is called there for people; empty if the provider does not say.
        name: RString,
        /// What comes of it: `sign_in`, `link`, `register` where the account here was just made with it, or `site` where the site itself may use it from now on.
        purpose: RString,
        /// The member here; for the site, the administrator who links it.
        member_id: i64,
    }

    /// What was begun at a provider came to nothing: somebody declined, the provider refused or gave no answer that can be used, or the account opens nothing here. What was not begun here is not told of.
    pub struct SignInFailed: "hob.signin.error" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where: the member who is signed in, or the site for a visitor.
        who: Who,
        /// What the operator calls the provider.
        provider: RString,
        /// What was to come of it: `sign_in`, `link` or `site`.
        purpose: RString,
        /// What went wrong, in one word: as [`error_pages::Failure`](crate::error_pages::Failure) has it.
        error: RString,
        /// What went wrong, in English, for a log.
        description: RString,
    }
}
