//! `/accounts`: a member sees which accounts elsewhere open the own one, links
//! another, and takes one away.

use hob_plugin_sdk::{Request, Response, Words, db::Timestamp, prelude::*};

use super::{
    begin::{self, Errand},
    failed, given_back, member, sign_in_anew_url, still_given,
};
use crate::{
    SignIn,
    error::SignInError,
    events::Purpose,
    linking::Unlinking,
    models::LinkedAccount,
    pages::{AccountRow, AccountsPage, Moment, ProviderButton, page},
    provider::Provider,
    who,
};

/// The path of the page.
pub const PATH: &str = "/accounts";
/// As a provider can't be called, so that the page has its address.
pub const NAME: &str = "accounts";

/// Shows them all.
pub async fn list(signin: Arc<SignIn>, request: Request) -> Response {
    match show(&signin, &request).await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

async fn show(signin: &SignIn, request: &Request) -> Result<Response, SignInError> {
    let member = member(request)?;
    let member_id = member.id;
    let accounts = signin
        .db
        .read(move |connection| LinkedAccount::of_member(connection, member_id))
        .await?;
    let words = request.words();
    let rows: Vec<AccountRow<'_>> = accounts
        .iter()
        .map(|account| AccountRow {
            id: account.id,
            provider: signin
                .providers()
                .find(|provider| provider.issuer == account.issuer)
                .map_or(&account.issuer, |provider| &provider.title),
            name: &account.name,
            linked: moment(words, account.created_at),
            last_used: account.last_used_at.map(|at| moment(words, at)),
        })
        .collect();
    let providers: Vec<ProviderButton<'_>> = signin.providers().map(button).collect();
    let is_linked = |issuer: &str| accounts.iter().any(|account| account.issuer == issuer);
    let sign_out_at: Vec<ProviderButton<'_>> = signin
        .providers()
        .filter(|provider| provider.is_openid() && is_linked(&provider.issuer))
        .map(button)
        .collect();
    let title = words.say("accounts-title").to_string();
    Ok(page(
        200,
        &title,
        &AccountsPage {
            words,
            csrf: request.csrf(),
            link_url: &signin.site().plugin_path("/accounts/link"),
            unlink_url: &signin.site().plugin_path("/accounts/unlink"),
            sign_out_url: &signin.site().plugin_path("/accounts/sign-out"),
            accounts: &rows,
            sign_out_at: &sign_out_at,
            providers: &providers,
            still_given: still_given(signin, request)?,
            sign_in_anew_url: sign_in_anew_url(signin, member, PATH).as_deref(),
        },
    ))
}

fn button(provider: &Provider) -> ProviderButton<'_> {
    ProviderButton {
        id: &provider.id,
        title: &provider.title,
    }
}

/// Sends the member to a provider, to link an account there.
pub async fn link(signin: Arc<SignIn>, request: Request) -> Response {
    let sent = async {
        let member = member(&request)?;
        let next = signin.site().plugin_path(PATH);
        // What is linked lets somebody in for ever.
        if !member.signed_in_recently(signin.now()) {
            return Ok(Response::redirect(signin.site().sign_in_anew_path(&next)));
        }
        let fields = request.form()?;
        let provider = fields.first("provider").unwrap_or_default();
        let errand = Errand {
            purpose: Purpose::Link,
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

/// Takes one away. To do so twice is no error.
pub async fn unlink(signin: Arc<SignIn>, request: Request) -> Response {
    let unlinked = async {
        let member_id = member(&request)?.id;
        let fields = request.form()?;
        if let Some(id) = fields.first("account").and_then(|id| id.parse().ok()) {
            let profile = signin.members.find(member_id).await?;
            let unlinking = Unlinking {
                member_id,
                has_password: profile.is_some_and(|profile| profile.has_password),
                who: who(&request),
                at: signin.now(),
            };
            let forgotten = signin
                .db
                .write(move |connection| unlinking.unlink(connection, id))
                .await?;
            return Ok(given_back(&signin, PATH, forgotten).await);
        }
        Ok::<_, SignInError>(Response::redirect(signin.site().plugin_path(PATH)))
    };
    match unlinked.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

fn moment(words: Words, at: Timestamp) -> Moment {
    Moment {
        text: words.day(at),
        machine: at.to_string(),
    }
}
