//! `/tokens`: a member makes personal access tokens and looks after them.

use hob_plugin_sdk::{PluginError, Request, Response, Words, http::Fields, prelude::*};

use super::{
    member_page::{TimeText, notice, page},
    worded::{ScopeWords, TokenProblems, token_problems},
};
use crate::{
    OAuth,
    act::Act,
    curl,
    events::PersonalTokenEnd,
    models::PersonalToken,
    pages::{
        Field, OfferedDays, PersonalTokenCreatedPage, PersonalTokenNewPage, PersonalTokenRow,
        PersonalTokensPage, TokenScope,
    },
    personal_token::{self, Lifetime, Made, OFFERED_DAYS, Wanted},
};

/// How many days are chosen to begin with.
const USUAL_DAYS: &str = "30";

/// The member's own.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    let (member_id, now) = (member.id, oauth.now());
    let tokens = oauth
        .read(move |connection| PersonalToken::live_of_member(connection, member_id, now))
        .await?;
    let (words, scope_words) = (request.words(), ScopeWords::of(oauth.host(), &request));
    let shown: Vec<Shown<'_>> = tokens
        .iter()
        .map(|token| Shown::new(&oauth, words, &scope_words, token))
        .collect();
    let rows: Vec<PersonalTokenRow<'_>> = shown.iter().map(Shown::row).collect();
    Ok(page(
        200,
        &words.say("menu-tokens").to_string(),
        &PersonalTokensPage {
            words,
            csrf: request.csrf(),
            site_name: &oauth.host().site().name,
            new_url: &oauth.own_path("/tokens/new"),
            may_make: oauth.settings().personal_tokens.lets(member),
            tokens: &rows,
        },
    ))
}

/// The form for a new one.
pub async fn new_form(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    if !oauth
        .settings()
        .personal_tokens
        .lets(super::member(&request)?)
    {
        return Ok(making_is_closed(&request));
    }
    let (typed, said) = (Typed::default(), TokenProblems::default());
    Ok(show_form(&oauth, &request, 200, &typed, &said))
}

/// Makes one, and shows it: only now. What is refused stays as it was typed.
pub async fn make(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    if !oauth.settings().personal_tokens.lets(member) {
        return Ok(making_is_closed(&request));
    }
    let typed = Typed::read(&request)?;
    let scope: Vec<&str> = typed.scope.iter().map(String::as_str).collect();
    let wanted = Wanted {
        name: &typed.name,
        scope: &scope,
        lifetime: typed.lifetime(),
    };
    let act = Act::of_member(oauth.host(), member, &request);
    let words = request.words();
    let again = |status, said| Ok(show_form(&oauth, &request, status, &typed, &said));
    let made = personal_token::make(&oauth, member.id, act, wanted).await;
    let Made { secret, token } = match made {
        Ok(Ok(made)) => made,
        Ok(Err(problems)) => return again(422, token_problems(words, &problems)),
        Err(error) if error.is_forbidden() => {
            return again(403, TokenProblems::of_whole(error.message()));
        }
        Err(error) => return Err(error),
    };
    tracing::info!(
        member_id = member.id,
        token_id = token.digest.name(),
        peer = request.peer(),
        "a member made a personal access token"
    );
    let until = TimeText::of_end(words, token.expires_at);
    Ok(page(
        201,
        &words.say("token-label").to_string(),
        &PersonalTokenCreatedPage {
            words,
            site_name: &oauth.host().site().name,
            name: &token.name,
            token: secret.reveal(),
            until: until.moment(),
            tokens_url: &oauth.own_path("/tokens"),
            curl: curl::for_token(&oauth, &secret, &token.scope).as_deref(),
        },
    )
    .with_header("cache-control", "no-store")
    .with_header("referrer-policy", "no-referrer"))
}

/// Ends one of the member's own. To do so twice is no error.
pub async fn revoke(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    let (member_id, events) = (member.id, oauth.events());
    let act = Act::of_member(oauth.host(), member, &request);
    let token_id = request.parameter("token_id").unwrap_or_default().to_owned();
    let revoked = oauth
        .change(move |connection| {
            let tokens = PersonalToken::live_of_member(connection, member_id, act.at)?;
            let mut named = tokens.iter().filter(|one| one.digest.name() == token_id);
            let Some(token) = named.next() else {
                return Ok(None);
            };
            token.revoke(connection)?;
            let why = PersonalTokenEnd::ByMember;
            events.personal_token_revoked(connection, &act, token, why)?;
            Ok(Some(token_id))
        })
        .await?;
    if let Some(token_id) = revoked {
        let peer = request.peer();
        tracing::info!(
            member_id,
            token_id,
            peer,
            "a member revoked a personal access token"
        );
    }
    Ok(Response::redirect(oauth.own_path("/tokens")))
}

fn making_is_closed(request: &Request) -> Response {
    let words = request.words();
    notice(
        403,
        words.say("tokens-closed"),
        words.say("tokens-closed-hint"),
    )
}

/// What was typed into the form, or stands in it to begin with.
struct Typed {
    name: String,
    scope: Vec<String>,
    /// A number of days, or `day`.
    ends: String,
    /// A day such as `2027-03-31`.
    day: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            name: String::new(),
            scope: Vec::new(),
            ends: USUAL_DAYS.to_owned(),
            day: String::new(),
        }
    }
}

impl Typed {
    fn read(request: &Request) -> Result<Self, PluginError> {
        let fields: Fields = request
            .form()
            .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))?;
        let text = |name| fields.first(name).unwrap_or_default().to_owned();
        Ok(Self {
            name: text("name"),
            scope: fields.all("scope").map(ToOwned::to_owned).collect(),
            ends: text("ends"),
            day: text("day"),
        })
    }

    fn lifetime(&self) -> Option<Lifetime> {
        match self.ends.as_str() {
            "day" => self.day.trim().parse().ok().map(Lifetime::Until),
            days => days.parse().ok().map(Lifetime::Days),
        }
    }
}

fn show_form(
    oauth: &OAuth,
    request: &Request,
    status: u16,
    typed: &Typed,
    said: &TokenProblems,
) -> Response {
    let words = request.words();
    let scope_words = ScopeWords::of(oauth.host(), request);
    let scopes: Vec<TokenScope<'_>> = scope_words
        .descriptions()
        .iter()
        .map(|description| TokenScope {
            name: &description.name,
            sentence: &description.sentence,
            dangerous: description.dangerous,
            checked: typed.scope.contains(&description.name),
        })
        .collect();
    let longest = oauth.settings().personal_token_longest_lifetime();
    let longest = personal_token::whole_days(longest);
    let offered = OFFERED_DAYS.into_iter().filter(|days| *days <= longest);
    // Where none of them is short enough, the longest that there is.
    let mut days: Vec<u64> = offered.collect();
    if days.is_empty() {
        days.push(longest);
    }
    let chosen = typed.ends.parse().ok();
    let known = chosen.is_some_and(|chosen| days.contains(&chosen)) || typed.ends == "day";
    let last = days.last().copied();
    let offered: Vec<OfferedDays> = days
        .iter()
        .map(|days| OfferedDays {
            days: *days,
            chosen: match known {
                true => chosen == Some(*days),
                false => last == Some(*days),
            },
        })
        .collect();
    page(
        status,
        &words.say("token-new-title").to_string(),
        &PersonalTokenNewPage {
            words,
            csrf: request.csrf(),
            action: &oauth.own_path("/tokens/new"),
            tokens_url: &oauth.own_path("/tokens"),
            problem: said.any(words).as_deref(),
            called: Field {
                value: &typed.name,
                error: said.name.as_deref(),
            },
            scopes: &scopes,
            scopes_error: said.scope.as_deref(),
            days: &offered,
            on_a_day: typed.ends == "day",
            day: &typed.day,
            ends_error: said.lifetime.as_deref(),
        },
    )
}

/// Owns what a row of the page borrows.
struct Shown<'a> {
    token: &'a PersonalToken,
    sentences: Vec<&'a str>,
    url: String,
    created: TimeText,
    until: TimeText,
    last_used: Option<(TimeText, &'a str)>,
    revoke_url: String,
}

impl<'a> Shown<'a> {
    fn new(
        oauth: &OAuth,
        words: Words,
        scope_words: &'a ScopeWords,
        token: &'a PersonalToken,
    ) -> Self {
        let token_id = token.digest.name();
        Self {
            sentences: token
                .scope
                .words()
                .map(|word| scope_words.sentence(word))
                .collect(),
            url: oauth.connection_path(&token_id),
            created: TimeText::of(words, token.created_at),
            until: TimeText::of_end(words, token.expires_at),
            last_used: token.last_used_at.map(|at| {
                let from = token.last_used_from.as_deref().unwrap_or_default();
                (TimeText::of(words, at), from)
            }),
            revoke_url: oauth.own_path(&format!("/tokens/{token_id}/revoke")),
            token,
        }
    }

    fn row(&self) -> PersonalTokenRow<'_> {
        PersonalTokenRow {
            name: &self.token.name,
            url: &self.url,
            scope_sentences: &self.sentences,
            created: self.created.moment(),
            until: self.until.moment(),
            last_used: self
                .last_used
                .as_ref()
                .map(|(at, from)| (at.moment(), *from)),
            revoke_url: &self.revoke_url,
        }
    }
}
