//! Signatures of OAuth 1.0a (RFC 5849, section 3), for the plugin that checks
//! those of requests that come in, and for the one whose own requests go out.
//!
//! A request that came is read by [`SignedRequest::read`] and then verified with
//! the secrets of those whom it names; one that is to go is signed by
//! [`Outgoing`]. What is signed is the same on both sides: [`BaseString`].
//!
//! It knows neither HTTP nor a database: not whose a secret is, not what time
//! it is, and not which nonces were used.

mod authorization_header;
mod base_string;
mod encoding;
mod method;
mod outgoing;
mod parameters;
mod rsa_key;
mod secrets;
mod signature;
mod signed_request;

pub use authorization_header::{AuthorizationHeader, HeaderError};
pub use base_string::{BaseString, UrlError};
pub use encoding::{decode, encode};
pub use method::SignatureMethod;
pub use outgoing::{Outgoing, OutgoingError, Signer};
pub use parameters::{NotText, Parameter, Parameters};
pub use rsa_key::{PrivateKey, PublicKey, RsaKeyError};
pub use secrets::Secrets;
pub use signature::VerifyingKey;
pub use signed_request::{Freshness, ReceivedRequest, RequestError, SignedRequest, Transmission};
