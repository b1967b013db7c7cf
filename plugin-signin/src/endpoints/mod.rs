//! The plugin's endpoints: one URL, one file. Each parses, authorises, calls
//! and shapes.

pub mod accounts;
pub mod authorized;
pub mod begin;

use hob_plugin_sdk::{Member, PluginError, Request, Response};

use crate::{
    SignIn,
    error::SignInError,
    pages::{ErrorPage, page},
};

/// The member who asks, on a route that lets nobody else in.
fn member(request: &Request) -> Result<&Member, SignInError> {
    let missing = || PluginError::new("a member's route without a member");
    Ok(request.member().ok_or_else(missing)?)
}

/// What the visitor reads where something went wrong.
fn failed(signin: &SignIn, request: &Request, error: &SignInError) -> Response {
    if error.is_of_the_operator() {
        tracing::error!(provider = request.parameter("provider"), %error, "a sign-in failed");
    } else {
        tracing::info!(provider = request.parameter("provider"), %error, "a sign-in was refused");
    }
    let words = request.words();
    let known = request
        .parameter("provider")
        .and_then(|id| signin.known(id).ok());
    let title = words.say("error-title").to_string();
    let sentence = words
        .say(error.message())
        .with("site", signin.site().name.as_str())
        .with(
            "provider",
            known.map_or("", |known| known.provider.title.as_str()),
        )
        .to_string();
    let again = known.map(|known| {
        signin
            .site()
            .plugin_path(&format!("/{}", known.provider.id))
    });
    let response = page(
        error.status(),
        &title,
        &ErrorPage {
            words,
            title: &title,
            sentence: &sentence,
            again_url: again.as_deref().filter(|_| request.member().is_none()),
            login_url: &signin.site().path("/login"),
            request_id: request.request_id(),
        },
    );
    match error {
        SignInError::Throttled(seconds) => response.with_header("retry-after", seconds.to_string()),
        _ => response,
    }
}
