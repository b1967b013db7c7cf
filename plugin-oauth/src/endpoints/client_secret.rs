//! `POST /clients/{client_id}/secret`: a member gives an application of his or
//! her own a new secret.

use std::time::Duration;

use hob_plugin_sdk::{PluginError, Request, Response, http::Fields, prelude::*};

use super::{
    clients::{ClientView, client_path, not_found, own_client, show_client},
    member_page::{TimeText, page, refused},
    worded::rotation_problem,
};
use crate::{
    OAuth,
    act::Act,
    curl,
    models::Client,
    pages::ClientSecretPage,
    secret::PlainSecret,
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
    let old_lives_on = old_lives_on(&form);
    let act = Act::of_member(oauth.host(), super::member(&request)?, &request);
    let rotated = secret_rotation::rotate(&oauth, act, &client, old_lives_on).await;
    let secret = match rotated {
        Err(error) => return refused(&request, error),
        Ok(Ok(secret)) => secret,
        Ok(Err(problem)) => {
            let sentence = rotation_problem(request.words(), problem);
            let view = ClientView::with_secret_problem(request.words(), &client, sentence);
            return show_client(&oauth, &request, client, view).await;
        }
    };
    tracing::info!(
        member_id = client.owner_id,
        client_id = client.client_id,
        "a member gave an application a new secret"
    );
    let page = NewSecret {
        client: &client,
        secret: &secret,
        old_lives_on,
        client_url: &client_path(&oauth, &client),
    };
    Ok(page.show(&oauth, &request))
}

/// For how long the old secret works beside the new one, as the form says it.
pub(super) fn old_lives_on(form: &Fields) -> Duration {
    match form.first("old") {
        Some("now") => Duration::ZERO,
        _ => OLD_LIVES_ON,
    }
}

/// A secret that was just made, for whoever made it.
pub(super) struct NewSecret<'a> {
    pub client: &'a Client,
    pub secret: &'a PlainSecret,
    pub old_lives_on: Duration,
    /// Where the page leads back to.
    pub client_url: &'a str,
}

impl NewSecret<'_> {
    /// Only now.
    pub fn show(&self, oauth: &OAuth, request: &Request) -> Response {
        let words = request.words();
        let old_end = TimeText::of_end(words, oauth.now() + self.old_lives_on);
        page(
            201,
            &words.say("client-rotated-title").to_string(),
            &ClientSecretPage {
                words,
                site_name: &oauth.host().site().name,
                name: &self.client.name,
                client_secret: self.secret.reveal(),
                old_works_until: (!self.old_lives_on.is_zero()).then(|| old_end.moment()),
                client_url: self.client_url,
                curl: curl::for_client(oauth, self.client, Some(self.secret)).as_deref(),
            },
        )
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer")
    }
}
