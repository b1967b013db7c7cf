//! The plugin's endpoints: one URL, one file. Each parses, authorises, calls
//! and shapes.

pub mod accounts;
pub mod authorized;
pub mod begin;
pub mod register;
pub mod sign_out;
pub mod site;

use futures_util::future::join_all;
use hob_plugin_sdk::{Member, PluginError, Request, Response};
use hob_signin::error_pages::{Answer, Failure};

use crate::{
    SignIn,
    error::SignInError,
    models::KeptToken,
    pages::{self, ErrorPage, page},
};

/// The parameter by which a page learns of it.
const STILL_GIVEN: &str = "still_given";

/// The member who asks, on a route that lets nobody else in.
fn member(request: &Request) -> Result<&Member, SignInError> {
    let missing = || PluginError::new("a member's route without a member");
    Ok(request.member().ok_or_else(missing)?)
}

/// Where a member shows who is there before an account is linked, and afterwards
/// comes back to this page, unless that was done a moment ago.
fn sign_in_anew_url(signin: &SignIn, member: &Member, page: &str) -> Option<String> {
    let page = signin.site().plugin_path(page);
    let is_recent = member.signed_in_recently(signin.now());
    (!is_recent).then(|| signin.site().sign_in_anew_path(&page))
}

/// Has providers take back what was kept of an account that was unlinked, and
/// goes back to the page, which says where that could not be done.
async fn given_back(
    signin: &SignIn,
    page: &str,
    forgotten: impl IntoIterator<Item = KeptToken>,
) -> Response {
    // At the same time: the member waits for all of them.
    let given_back = forgotten.into_iter().map(async |row: KeptToken| {
        let is_given_back = signin.give_back(&row).await;
        (!is_given_back).then_some(row.provider)
    });
    let mut still_given = join_all(given_back).await.into_iter().flatten();
    let page = signin.site().plugin_path(page);
    Response::redirect(match still_given.next() {
        Some(provider) => format!("{page}?{STILL_GIVEN}={provider}"),
        None => page,
    })
}

/// The provider that was not asked to take tokens back, as the page is told.
fn still_given<'a>(signin: &'a SignIn, request: &Request) -> Result<Option<&'a str>, SignInError> {
    let fields = request.query_fields()?;
    let known = fields
        .first(STILL_GIVEN)
        .and_then(|id| signin.known(id).ok());
    Ok(known.map(|known| known.provider.title.as_str()))
}

/// What the visitor reads where something went wrong: what another plugin says,
/// or the plugin's own page.
async fn failed(signin: &SignIn, request: &Request, error: &SignInError) -> Response {
    if error.is_of_the_operator() {
        tracing::error!(provider = request.parameter("provider"), %error, "a sign-in failed");
    } else {
        tracing::info!(provider = request.parameter("provider"), %error, "a sign-in was refused");
    }
    let words = request.words();
    let known = request
        .parameter("provider")
        .and_then(|id| signin.known(id).ok());
    let provider = known.map(|known| &known.provider);
    let usual = || {
        words
            .say(&error.message())
            .with("site", signin.site().name.as_str())
            .with("provider", provider.map_or("", |one| one.title.as_str()))
            .to_string()
    };
    let sentence = error.reason().map_or_else(usual, str::to_owned);
    let failure = Failure {
        provider: provider.map_or("", |one| one.id.as_str()).into(),
        provider_title: provider.map_or("", |one| one.title.as_str()).into(),
        error: error.code().into(),
        status: error.status(),
        language: request.language().into(),
        sentence: sentence.as_str().into(),
    };
    let sentence = match signin.error_answer(&failure).await {
        Answer::Usual => sentence,
        Answer::Sentence(own) => own.into(),
        Answer::Page { title, html } => {
            return with_wait(pages::framed(error.status(), &title, html.into()), error);
        }
    };
    let title = words.say("error-title").to_string();
    let again = provider.map(|one| signin.site().plugin_path(&format!("/{}", one.id)));
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
    with_wait(response, error)
}

/// When to try again, where that is known.
fn with_wait(response: Response, error: &SignInError) -> Response {
    match error {
        SignInError::Throttled(seconds) => response.with_header("retry-after", seconds.to_string()),
        _ => response,
    }
}
