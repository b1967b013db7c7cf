//! `/clients/{consumer_key}/secret`: an application gets another secret.

use hob_authorization::{
    act::Act,
    member_page::{member, page, refused},
    pages::guarded,
    secret::PlainSecret,
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::clients::{addresses, client_path, own, unknown};
use crate::{
    OAuth1,
    models::Consumer,
    pages::ClientSecretPage,
    registration::{Proof, new_credential},
};

/// Gives it a new secret, and shows that: only now.
pub async fn post(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let (credential, secret) = new_credential(&oauth1, &consumer.consumer_key, Proof::Secret)?;
    let act = Act::of_member(oauth1.host(), member(&request)?, &request);
    let events = oauth1.events();
    let changed = oauth1
        .change(move |connection| {
            let changed = consumer.replace_credential(connection, &credential)?;
            if let Some(changed) = &changed {
                events.secret_rotated(connection, &act, changed)?;
            }
            Ok(changed)
        })
        .await;
    match changed {
        Ok(Some(changed)) => {
            let words = request.words();
            Ok(show_secret(
                &oauth1,
                words,
                &changed,
                secret.as_ref(),
                false,
            ))
        }
        Ok(None) => Ok(unknown(&request)),
        Err(error) => refused(&request, error),
    }
}

/// Shows credentials: only now.
pub(super) fn show_secret(
    oauth1: &OAuth1,
    words: Words,
    consumer: &Consumer,
    secret: Option<&PlainSecret>,
    is_new: bool,
) -> Response {
    let title = match is_new {
        true => words.say("client-created-title"),
        false => words.say("client-rotated-title"),
    };
    guarded(page(
        if is_new { 201 } else { 200 },
        &title.to_string(),
        &ClientSecretPage {
            words,
            site_name: &oauth1.host().site().name,
            name: &consumer.name,
            is_new,
            consumer_key: &consumer.consumer_key,
            consumer_secret: secret.map(PlainSecret::reveal).unwrap_or_default(),
            addresses: &addresses(oauth1),
            client_url: &client_path(oauth1, consumer),
        },
    ))
}
