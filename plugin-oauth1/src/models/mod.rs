//! The rows, and all queries. Only these modules write SQL.

mod access_token;
mod allowing_member;
mod consumer;
mod expired;
mod kept_key;
mod listed_consumer;
mod request_token;
mod schema;
mod sealed_rows;
mod used_nonce;

pub use access_token::{AccessToken, AllowedToken, CheckedToken, NewAccessToken};
pub use allowing_member::{AllowingMember, Together};
pub use consumer::{Consumer, ConsumerChanges, Credential, NewConsumer, NewCredential, Registrar};
pub use expired::{EndedToken, delete_expired};
pub use kept_key::KeptKey;
pub use listed_consumer::{ConsumerUse, ListedConsumer};
pub use request_token::{NewRequestToken, RequestToken};
pub use sealed_rows::{Cursor, SealedRow};
pub use used_nonce::UsedNonce;
