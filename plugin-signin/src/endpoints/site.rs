//! `/site`: administrators see which accounts elsewhere the site itself has,
//! link one, and take one away.

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::{
    begin::{self, Errand},
    failed, member,
};
use crate::{
    SignIn,
    error::SignInError,
    events::Purpose,
    models::KeptToken,
    pages::{SiteAccountRow, SitePage, page},
    site_account,
    tokens::Holder,
};

/// The path of the page.
pub const PATH: &str = "/site";
/// As a provider can't be called, so that the page has its address.
pub const NAME: &str = "site";

/// Shows them all.
pub async fn show(signin: Arc<SignIn>, request: Request) -> Response {
    match list(&signin, &request).await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

async fn list(signin: &SignIn, request: &Request) -> Result<Response, SignInError> {
    let kept = signin
        .db
        .read(|connection| KeptToken::of_holder(connection, Holder::Site))
        .await?;
    let words = request.words();
    let rows: Vec<SiteAccountRow<'_>> = signin
        .providers()
        .filter(|provider| provider.site_account)
        .map(|provider| SiteAccountRow {
            id: &provider.id,
            title: &provider.title,
            account: kept
                .iter()
                .find(|row| row.provider == provider.id)
                .map(|row| match row.name.as_str() {
                    "" => row.subject.as_str(),
                    name => name,
                }),
        })
        .collect();
    let title = words.say("site-title").to_string();
    Ok(page(
        200,
        &title,
        &SitePage {
            words,
            title: &title,
            csrf: request.csrf(),
            link_url: &signin.site().plugin_path("/site/link"),
            unlink_url: &signin.site().plugin_path("/site/unlink"),
            accounts: &rows,
        },
    ))
}

/// Sends the administrator to a provider, to link an account there.
pub async fn link(signin: Arc<SignIn>, request: Request) -> Response {
    let sent = async {
        let member_id = member(&request)?.id;
        let fields = request.form()?;
        let provider = fields.first("provider").unwrap_or_default();
        if !signin.known(provider)?.provider.site_account {
            return Err(SignInError::UnknownProvider);
        }
        let errand = Errand {
            purpose: Purpose::Site,
            member_id: Some(member_id),
            next: signin.site().plugin_path(PATH),
        };
        begin::send(&signin, &request, provider, errand).await
    };
    match sent.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

/// Forgets one. To do so twice is no error.
pub async fn unlink(signin: Arc<SignIn>, request: Request) -> Response {
    let unlinked = async {
        let fields = request.form()?;
        let known = signin.known(fields.first("provider").unwrap_or_default())?;
        let act = signin.act(&request, &known.provider);
        signin
            .db
            .write(move |connection| site_account::unlink(connection, &act))
            .await?;
        Ok::<_, SignInError>(Response::redirect(signin.site().plugin_path(PATH)))
    };
    match unlinked.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}
