//! `/clients/{consumer_key}/secret`: an application gets another secret.

use hob_authorization::{
    act::Act,
    member_page::{member, page, refused},
    pages::guarded,
    secret::PlainSecret,
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::clients::{addresses, client_path, own, unknown};
use crate::{OAuth1, models::Consumer, operations, pages::ClientSecretPage, registration::Proof};

/// Gives it a new secret, and shows that: only now.
pub async fn post(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let act = Act::of_member(oauth1.host(), member(&request)?, &request);
    match operations::rotate(&oauth1, act, consumer, Proof::Secret).await {
        Ok(Some((changed, secret))) => {
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

/// Shows credentials to the owner: only now.
pub(super) fn show_secret(
    oauth1: &OAuth1,
    words: Words,
    consumer: &Consumer,
    secret: Option<&PlainSecret>,
    is_new: bool,
) -> Response {
    let client_url = client_path(oauth1, consumer);
    show_secret_once(oauth1, words, consumer, secret, (is_new, &client_url))
}

/// Shows credentials, and leads to `client_url` then.
pub(super) fn show_secret_once(
    oauth1: &OAuth1,
    words: Words,
    consumer: &Consumer,
    secret: Option<&PlainSecret>,
    (is_new, client_url): (bool, &str),
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
            client_url,
        },
    ))
}
