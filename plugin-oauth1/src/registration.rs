//! Registering an application that signs its requests: what it proves itself
//! by, and its row. What it is called and may ask for is checked as for any
//! other (`hob_authorization::registration`).

use hob_authorization::{
    registration::Checked,
    secret::{PlainSecret, new_client_id, operating_system_randomness},
};
use hob_oauth1_signature::{PublicKey, RsaKeyError};
use hob_plugin_sdk::{PluginError, db::Json};

use crate::{
    OAuth1,
    models::{Consumer, Credential, NewConsumer, NewCredential},
};

/// By what an application is to prove who it is.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By a secret, which it is told once.
    Secret,
    Key(CheckedKey),
    /// Not at all.
    None,
}

/// A public key that can be used, as PEM.
#[derive(Debug, Clone)]
pub struct CheckedKey(String);

impl CheckedKey {
    /// # Errors
    /// It is no such key.
    pub fn read(pem: &str) -> Result<Self, RsaKeyError> {
        PublicKey::from_pem(pem)?;
        Ok(Self(pem.trim().to_owned()))
    }
}

/// What an application is to prove itself by, and its secret if it has one.
///
/// # Errors
/// The secret can't be sealed.
pub fn new_credential(
    oauth1: &OAuth1,
    consumer_key: &str,
    proof: Proof,
) -> Result<(NewCredential, Option<PlainSecret>), PluginError> {
    let (credential, secret, public_key) = match proof {
        Proof::Secret => {
            let secret = oauth1.new_secret(&Consumer::place(consumer_key))?;
            (Credential::Secret, Some(secret), None)
        }
        Proof::Key(CheckedKey(pem)) => (Credential::Key, None, Some(pem)),
        Proof::None => (Credential::None, None, None),
    };
    let new = NewCredential {
        credential,
        sealed_secret: secret.as_ref().map(|secret| secret.sealed.clone()),
        key_id: secret.as_ref().map(|secret| secret.key_id),
        public_key,
    };
    Ok((new, secret.map(|secret| secret.plain)))
}

/// A new application of what was checked, and its secret if it has one.
///
/// # Errors
/// The secret can't be sealed.
pub fn new_consumer(
    oauth1: &OAuth1,
    checked: Checked,
    proof: Proof,
    owner_id: Option<i64>,
    registered_itself: bool,
) -> Result<(NewConsumer, Option<PlainSecret>), PluginError> {
    let consumer_key = new_client_id(&mut operating_system_randomness());
    let (credential, secret) = new_credential(oauth1, &consumer_key, proof)?;
    let new = NewConsumer {
        name: checked.name,
        owner_id,
        website: checked.website,
        callbacks: Json(checked.redirect_uris),
        scope: checked.scope,
        required_scope: checked.required_scope,
        credential: credential.credential,
        sealed_secret: credential.sealed_secret,
        key_id: credential.key_id,
        public_key: credential.public_key,
        registered_itself,
        created_at: oauth1.now(),
        consumer_key,
    };
    Ok((new, secret))
}
