//! `POST /clients/{client_id}/secret`: a member gives an application of his or
//! her own a new secret.

use std::time::Duration;

use hob_plugin_sdk::{PluginError, Request, Response, prelude::*};

use super::{
    clients::{ClientView, client_path, not_found, own_client, show_client},
    member_page::{TimeText, page, refused},
    worded::rotation_problem,
};
use crate::{
    OAuth,
    act::Act,
    curl,
    pages::ClientSecretPage,
    secret_rotation::{self, OLD_LIVES_ON},
};

/// Makes it, and shows it: only now.
pub async fn rotate(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let form = request
        .form()
        .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))?;
    let old_lives_on = match form.first("old") {
        Some("now") => Duration::ZERO,
        _ => OLD_LIVES_ON,
    };
    let act = Act::of_member(&oauth, super::member(&request)?, &request);
    let rotated = secret_rotation::rotate(&oauth, act, &client, old_lives_on).await;
    let secret = match rotated {
        Err(error) => return refused(&request, error),
        Ok(Ok(secret)) => secret,
        Ok(Err(problem)) => {
            let sentence = rotation_problem(request.words(), problem);
            let view = ClientView::with_secret_problem(&client, sentence);
            return show_client(&oauth, &request, client, view).await;
        }
    };
    tracing::info!(
        member_id = client.owner_id,
        client_id = client.client_id,
        "a member gave an application a new secret"
    );
    let words = request.words();
    let old_end = TimeText::of(words, oauth.now() + old_lives_on);
    Ok(page(
        201,
        &words.say("client-rotated-title").to_string(),
        &ClientSecretPage {
            words,
            site_name: &oauth.host().site().name,
            name: &client.name,
            client_secret: secret.reveal(),
            old_works_until: (!old_lives_on.is_zero()).then(|| old_end.moment()),
            client_url: &client_path(&oauth, &client),
            curl: curl::for_client(&oauth, &client, Some(&secret)).as_deref(),
        },
    )
    .with_header("cache-control", "no-store")
    .with_header("referrer-policy", "no-referrer"))
}
