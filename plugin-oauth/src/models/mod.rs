//! The plugin's rows and all queries on them, as named methods.
//!
//! Nothing here knows a rule of OAuth: whoever calls opens the transaction and
//! decides what a found row means. A token or a code that is revoked is
//! deleted, so that what is found is alive or has expired.

mod access_token;
mod authorization_code;
mod authorization_request;
mod client;
mod client_authentication;
mod client_logo;
mod client_registration;
mod client_secret;
mod client_use;
mod consent;
mod device_authorization;
mod expired;
mod initial_access_token;
pub mod last_use;
mod listed_client;
mod member_epoch;
mod owned_client;
mod personal_token;
mod refresh_token;
mod revocation;
mod schema;
mod server_key;
mod used_jwt_id;

pub use access_token::{AccessToken, LiveAccessToken};
pub use authorization_code::AuthorizationCode;
pub use authorization_request::StoredRequest;
pub use client::{Client, ClientChanges, ClientReplacement, ClientSettings, NewClient, Registrar};
pub use client_authentication::{ClientAuthentication, ClientKind};
pub use client_logo::ClientLogo;
pub use client_registration::ClientRegistration;
pub use client_secret::ClientSecret;
pub use client_use::ClientUse;
pub use consent::{Connection, Consent, ConsentTerm, EndedConsent, Given, NewConsent};
pub use device_authorization::{DeviceAuthorization, DeviceState};
pub use expired::{EndedToken, count_expired, delete_expired};
pub use initial_access_token::{InitialAccessToken, NewInitialAccessToken};
pub use last_use::Use;
pub use listed_client::ListedClient;
pub use member_epoch::MemberEpoch;
pub use personal_token::PersonalToken;
pub use refresh_token::RefreshToken;
pub use revocation::{
    Consents, Ended, forget_member, revoke_all_of_member, revoke_all_under, revoke_family,
};
pub use server_key::ServerKey;
pub use used_jwt_id::UsedJwtId;
