//! `/site`: administrators see which accounts elsewhere the site itself has,
//! link one, and take one away.

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::{
    begin::{self, Errand},
    failed, given_back, member, sign_in_anew_url, still_given,
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
    let rows = rows(signin, &kept);
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
            still_given: still_given(signin, request)?,
            sign_in_anew_url: sign_in_anew_url(signin, member(request)?, PATH).as_deref(),
        },
    ))
}

/// A row for each provider at which the site may have an account, and for each
/// account that no plugin can use any more, so that it can be taken away.
fn rows<'a>(signin: &'a SignIn, kept: &'a [KeptToken]) -> Vec<SiteAccountRow<'a>> {
    let is_usable = |row: &KeptToken| signin.usable(Holder::Site, row).is_some();
    let (used, unused): (Vec<_>, Vec<_>) = kept.iter().partition(|row| is_usable(row));
    let providers = signin.providers().filter(|provider| provider.site_account);
    let usual = providers.map(|provider| SiteAccountRow {
        id: &provider.id,
        title: &provider.title,
        account: used
            .iter()
            .find(|row| row.provider == provider.id)
            .map(|row| name(row)),
        is_used: true,
    });
    let others = unused.iter().map(|row| SiteAccountRow {
        id: &row.provider,
        title: signin
            .known_of(row)
            .map_or(&row.issuer, |known| &known.provider.title),
        account: Some(name(row)),
        is_used: false,
    });
    usual.chain(others).collect()
}

/// What an account is called.
fn name(row: &KeptToken) -> &str {
    match row.name.as_str() {
        "" => &row.subject,
        name => name,
    }
}

/// Sends the administrator to a provider, to link an account there.
pub async fn link(signin: Arc<SignIn>, request: Request) -> Response {
    let sent = async {
        let member = member(&request)?;
        let next = signin.site().plugin_path(PATH);
        if !member.signed_in_recently(signin.now()) {
            return Ok(Response::redirect(signin.site().sign_in_anew_path(&next)));
        }
        let fields = request.form()?;
        let provider = fields.first("provider").unwrap_or_default();
        if !signin.known(provider)?.provider.site_account {
            return Err(SignInError::UnknownProvider);
        }
        let errand = Errand {
            purpose: Purpose::Site,
            member_id: Some(member.id),
            next,
            anew: false,
        };
        begin::send(&signin, &request, provider, errand).await
    };
    match sent.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

/// Forgets one, whatever the settings say of its provider by now. To do so
/// twice is no error.
pub async fn unlink(signin: Arc<SignIn>, request: Request) -> Response {
    let unlinked = async {
        let fields = request.form()?;
        let act = signin.act(&request, fields.first("provider").unwrap_or_default());
        let forgotten = signin
            .db
            .write(move |connection| site_account::unlink(connection, &act))
            .await?;
        Ok::<_, SignInError>(given_back(&signin, PATH, forgotten).await)
    };
    match unlinked.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}
