//! `/register`: whose account elsewhere opens none here makes one, where the
//! site lets them.
//!
//! The host makes the account, and this plugin hears of it in the same
//! transaction: there is no account without its link, and no link without the
//! account.

use hob_plugin_sdk::{
    MemberRegistered, Newcomer as NewAccount, Request, Response, Who, db::Connection,
    members::UsernameVerdict, prelude::*,
};

use super::failed;
use crate::{
    Known, SignIn,
    error::SignInError,
    events::Act,
    identity::Identity,
    linking,
    models::{NewNewcomer, Newcomer},
    pages::{Field, RegisterPage, page},
    reference::Reference,
    settings::Keeping,
    state::Digest,
    tokens::{Granted, Holder},
};

/// The path of the page.
const PATH: &str = "/register";
/// As a provider can't be called, so that the page has its address.
pub const NAME: &str = "register";

/// Sends somebody whom a provider knows, and the site does not, to the page.
pub(super) async fn welcome(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    (identity, granted): (Identity, Granted),
    next: String,
) -> Result<Response, SignInError> {
    let (now, store, provider) = (signin.now(), signin.tokens, known.provider.id.clone());
    let arrival = match known.provider.tokens {
        Keeping::None => None,
        Keeping::Session | Keeping::Database => Some(Holder::arrival()),
    };
    let whose = identity.clone();
    let newcomer = NewNewcomer {
        visit_digest: Digest::of(request.visit()),
        provider: known.provider.id.clone(),
        issuer: identity.issuer,
        subject: identity.subject,
        name: identity.name,
        next,
        arrival: arrival.and_then(Holder::arrived),
        expires_at: now + signin.time_to_answer,
    };
    let kept = signin.db.write(move |connection| {
        newcomer.keep(connection, now)?;
        match arrival {
            Some(holder) => store.keep(connection, holder, &provider, &whose, &granted, now),
            None => Ok(()),
        }
    });
    kept.await?;
    Ok(Response::redirect(signin.site().plugin_path(PATH)))
}

/// Shows the form, with the name that the newcomer has elsewhere if it is free.
pub async fn show(signin: Arc<SignIn>, request: Request) -> Response {
    let shown = async {
        let newcomer = newcomer(&signin, &request).await?;
        let suggestion = suggestion(&newcomer.name);
        let free = signin.members.check_username(&suggestion).await?;
        let username = match free {
            UsernameVerdict::Free => suggestion.as_str(),
            UsernameVerdict::Taken | UsernameVerdict::Malformed => "",
        };
        Ok(form(&signin, &request, &newcomer, username, None))
    };
    match shown.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

/// Makes the account.
pub async fn make(signin: Arc<SignIn>, request: Request) -> Response {
    let made = async {
        let newcomer = newcomer(&signin, &request).await?;
        let fields = request.form()?;
        let username = fields.first("username").unwrap_or_default();
        let words = request.words();
        let problem = match signin.members.check_username(username).await? {
            UsernameVerdict::Free => {
                let account = NewAccount {
                    username,
                    display_name: &newcomer.name,
                };
                let reference = Reference {
                    newcomer: Some(newcomer.id),
                    arrival: newcomer.arrival,
                };
                return Ok(Response::redirect(&newcomer.next)
                    .registering(account, &newcomer.provider)
                    .with_reference(&reference.to_string()));
            }
            UsernameVerdict::Taken => words
                .say("register-taken")
                .with("username", username)
                .to_string(),
            UsernameVerdict::Malformed => words.say("register-malformed").to_string(),
        };
        Ok(form(&signin, &request, &newcomer, username, Some(&problem)))
    };
    match made.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

/// The account is made: what the newcomer came with opens it from now on.
pub fn keep(
    signin: &SignIn,
    event: &MemberRegistered,
    connection: &mut Connection,
) -> Result<(), PluginError> {
    if event.plugin != signin.host.plugin_id() {
        return Ok(());
    }
    let now = signin.now();
    let over = || PluginError::refusal("what you came with is used up, or too old");
    let id = Reference::parse(&event.reference).newcomer;
    let found = Newcomer::use_up(connection, id.ok_or_else(over)?, now)?;
    let newcomer = found.ok_or_else(over)?;
    let act = Act {
        who: Who::member(event.member_id, &event.username, "", ""),
        at: now,
        provider: newcomer.provider.clone(),
    };
    let (events, identity) = (signin.events, newcomer.identity());
    linking::register(connection, events, &identity, event.member_id, &act)
        .map_err(SignInError::into_refusal)
}

/// Whom this browser brought, for as long as the page may take.
async fn newcomer(signin: &SignIn, request: &Request) -> Result<Newcomer, SignInError> {
    if request.member().is_some() || !signin.members.registration_is_open() {
        return Err(SignInError::State);
    }
    let (visit, now) = (Digest::of(request.visit()), signin.now());
    let found = signin
        .db
        .read(move |connection| Newcomer::of_visit(connection, &visit, now))
        .await?;
    found.ok_or(SignInError::State)
}

fn form(
    signin: &SignIn,
    request: &Request,
    newcomer: &Newcomer,
    username: &str,
    problem: Option<&str>,
) -> Response {
    let words = request.words();
    let site = signin.site();
    let title = words
        .say("register-title")
        .with("site", site.name.as_str())
        .to_string();
    let provider = signin.known(&newcomer.provider).ok();
    page(
        if problem.is_some() { 422 } else { 200 },
        &title,
        &RegisterPage {
            words,
            title: &title,
            provider: provider.map_or(&newcomer.provider, |known| &known.provider.title),
            register_url: &site.plugin_path(PATH),
            login_url: &site.path("/login"),
            username: Field {
                value: username,
                error: problem,
            },
        },
    )
}

/// A username of what the newcomer is called elsewhere; perhaps empty.
fn suggestion(name: &str) -> String {
    let fits = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let name = name.to_ascii_lowercase().replace(' ', "-");
    let name: String = name.chars().filter(fits).collect();
    let name = name.trim_start_matches(['_', '-']);
    name.chars().take(30).collect()
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn a_suggestion_is_a_username_or_nothing() {
        assert_eq!(suggestion("Ada Lovelace"), "ada-lovelace");
        assert_eq!(suggestion("__ada"), "ada");
        assert_eq!(suggestion("ada@example.org"), "adaexampleorg");
        assert_eq!(suggestion("Ünïcödé"), "ncd");
        assert_eq!(suggestion("日本"), "");
        assert_eq!(suggestion(&"x".repeat(40)).len(), 30);
    }
}
