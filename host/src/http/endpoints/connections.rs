//! `/connections`: a member sees what may use the account, whichever plugin
//! let it in, and takes it back.

use std::{cmp::Reverse, collections::BTreeSet};

use axum::{extract::State, response::Response};
use hob_plugin_sdk::connections::{Connection, ConnectionKind, PATH, Registrar, Which, path_of};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::shown::ShownMoment;
use crate::{
    connections::{Asking, ConnectionProvider},
    http::{
        App,
        address::{Path, Query},
        form::SignedForm,
        page::{Failure, Frame, html, policy_with_pictures_of, see_other},
        views::{ConnectionPage, ConnectionRow, ConnectionsPage, LastUse, ShownScope, Website},
        visitor::Visitor,
    },
    plugins::worded::WordedScope,
    words::{self, Language, Phrase},
};

/// What the last request did.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// Shows all of them.
///
/// # Errors
/// No plugin lets programs in.
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let providers = providers(&app)?;
    let answers = asking(&app, &visitor).list(providers).await;
    let (mut all, mut silent) = (Vec::new(), Vec::new());
    for (provider, answer) in providers.iter().zip(answers) {
        match answer {
            Ok(listed) => all.extend(listed.into_iter().map(|one| (provider, one))),
            Err(_) => silent.push(provider.title.as_str()),
        }
    }
    all.sort_by_key(|(_, connection)| Reverse(connection.granted_at));
    let language = visitor.language;
    let shown: Vec<Shown<'_>> = all
        .iter()
        .map(|(provider, connection)| Shown::new(&app, language, provider, connection))
        .collect();
    let rows: Vec<ConnectionRow<'_>> = shown.iter().map(Shown::row).collect();
    let here = app.site().address.path(PATH);
    let frame = Frame::new(&app, Some(&visitor), language, &here);
    let (message, failed) = match done.done.as_deref() {
        Some("revoked") => (Some("connections-done-revoked"), false),
        Some("nothing") => (Some("connections-done-nothing"), true),
        _ => (None, false),
    };
    let flash = message.map(|message| frame.words().say(message).to_string());
    let frame = frame.with_flash(flash.as_deref().map(|text| (text, failed)));
    let page = html(
        StatusCode::OK,
        &ConnectionsPage {
            layout: frame.layout(),
            revoke_url: &revoke_url(&app),
            silent: &silent,
            connections: &rows,
        },
    )?;
    with_pictures_of(page, &shown)
}

/// Shows one, with all that is known of it.
///
/// # Errors
/// It is none of this member's, or its plugin does not say.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((provider, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let provider = providers(&app)?
        .iter()
        .find(|known| known.id == provider)
        .ok_or(Failure::NotFound)?;
    let found = asking(&app, &visitor).find(provider, &id).await;
    let connection = found
        .map_err(|_| silent(&[provider]))?
        .ok_or(Failure::NotFound)?;
    let language = visitor.language;
    let shown = Shown::new(&app, language, provider, &connection);
    let frame = Frame::new(&app, Some(&visitor), language, &shown.url);
    let registrar = registrar(&connection).map(|message| frame.words().say(message).to_string());
    let page = html(
        StatusCode::OK,
        &ConnectionPage {
            layout: frame.layout(),
            all_url: &app.site().address.path(PATH),
            revoke_url: &revoke_url(&app),
            id: &connection.id,
            provider: &provider.title,
            registrar: registrar.as_deref(),
            connection: shown.row(),
        },
    )?;
    with_pictures_of(page, &[shown])
}

/// The message that says who registered it. None for a token that the member
/// made.
fn registrar(connection: &Connection) -> Option<&'static str> {
    match (connection.kind, connection.registrar) {
        (ConnectionKind::PersonalToken, _) => None,
        (ConnectionKind::Application, Registrar::Operator) => Some("connection-registrar-operator"),
        (ConnectionKind::Application, Registrar::Member) => Some("connection-registrar-member"),
        (ConnectionKind::Application, Registrar::Itself) => Some("connection-registrar-itself"),
    }
}

/// Takes back one (`only`), those that are ticked (`connection`), or `all`. To
/// do so twice is no error.
///
/// # Errors
/// A plugin does not say that it is done.
pub async fn revoke(State(app): State<App>, form: SignedForm) -> Result<Response, Failure> {
    let providers = providers(&app)?;
    let wanted = wanted(providers, &form);
    let done = match wanted.is_empty() {
        true => "nothing",
        false => "revoked",
    };
    let unanswered = asking(&app, &form.visitor)
        .revoke(wanted, &form.who())
        .await;
    if !unanswered.is_empty() {
        return Err(silent(&unanswered));
    }
    let list = app.site().address.path(PATH);
    Ok(see_other(&format!("{list}?done={done}")))
}

/// What is to be taken back of each plugin that is named.
fn wanted<'p>(
    providers: &'p [ConnectionProvider],
    form: &SignedForm,
) -> Vec<(&'p ConnectionProvider, Which)> {
    if form.fields.first("all").is_some() {
        let all = providers.iter().map(|provider| (provider, Which::All));
        return all.collect();
    }
    // Whoever presses the button beside one means that one alone.
    let named: Vec<&str> = match form.fields.first("only") {
        Some(only) => vec![only],
        None => form.fields.all("connection").collect(),
    };
    let of = |provider: &'p ConnectionProvider| {
        let ids: Vec<_> = named
            .iter()
            .filter_map(|name| name.split_once('/'))
            .filter(|(id, _)| *id == provider.id)
            .map(|(_, id)| id.into())
            .collect();
        (!ids.is_empty()).then_some((provider, Which::These(ids)))
    };
    providers.iter().filter_map(of).collect()
}

/// Those that there are. Where no plugin lets programs in there is no page.
fn providers(app: &App) -> Result<&[ConnectionProvider], Failure> {
    match app.plugins().connection_providers() {
        [] => Err(Failure::NotFound),
        providers => Ok(providers),
    }
}

fn asking<'a>(app: &'a App, visitor: &Visitor) -> Asking<'a> {
    Asking {
        watchdog: app.watchdog(),
        member_id: visitor.signed_in.member.id,
        time: app.site().limits.time,
    }
}

fn revoke_url(app: &App) -> String {
    app.site().address.path("/connections/revoke")
}

fn silent(providers: &[&ConnectionProvider]) -> Failure {
    let titles: Vec<&str> = providers
        .iter()
        .map(|provider| provider.title.as_str())
        .collect();
    let phrase = Phrase::new("failure-plugin-silent");
    Failure::Unavailable(phrase.with("plugins", titles.join(", ")))
}

/// Owns what a row of the page borrows.
struct Shown<'a> {
    connection: &'a Connection,
    /// `provider/id`, as forms send it.
    key: String,
    url: String,
    logo: Option<Logo<'a>>,
    initial: String,
    website: Option<(&'a str, String)>,
    scopes: Vec<ShownScope<'a>>,
    granted: ShownMoment,
    last_used: Option<(ShownMoment, &'a str)>,
    until: Option<ShownMoment>,
}

impl<'a> Shown<'a> {
    fn new(
        app: &'a App,
        language: Language,
        provider: &ConnectionProvider,
        connection: &'a Connection,
    ) -> Self {
        let words = words::core(language);
        let scope = |name: &'a str| {
            // A scope whose plugin is gone has only its name.
            let unknown = WordedScope {
                sentence: name,
                dangerous: false,
            };
            let declared = app.plugins().scope(name, language).unwrap_or(unknown);
            ShownScope {
                name,
                sentence: declared.sentence,
                dangerous: declared.dangerous,
            }
        };
        Self {
            key: format!("{}/{}", provider.id, connection.id),
            url: app
                .site()
                .address
                .path(&path_of(&provider.id, &connection.id)),
            logo: Logo::of(app, provider, connection),
            initial: connection
                .name
                .chars()
                .next()
                .map(|letter| letter.to_uppercase().collect())
                .unwrap_or_default(),
            website: connection
                .website
                .as_ref()
                .and_then(|url| Some((url.as_str(), host_of(url)?))),
            scopes: connection.scope.iter().map(|name| scope(name)).collect(),
            granted: ShownMoment::new(words, connection.granted_at),
            last_used: connection
                .last_used
                .as_ref()
                .map(|last| (ShownMoment::new(words, last.at), last.from.as_str())),
            until: connection
                .expires_at
                .map(|end| ShownMoment::of_end(words, end)),
            connection,
        }
    }

    fn row(&self) -> ConnectionRow<'_> {
        let connection = self.connection;
        let is_token = connection.kind == ConnectionKind::PersonalToken;
        ConnectionRow {
            logo: self.logo.as_ref().map(|logo| logo.url.as_str()),
            initial: &self.initial,
            key: &self.key,
            url: &self.url,
            name: &connection.name,
            is_personal_token: is_token,
            unverified: !is_token && connection.registrar != Registrar::Operator,
            suspended: connection.suspended,
            website: self
                .website
                .as_ref()
                .map(|(url, host)| Website { url, host }),
            scopes: &self.scopes,
            granted: self.granted.moment(),
            last_used: self.last_used.as_ref().map(|(at, from)| LastUse {
                at: at.moment(),
                from,
            }),
            until: self.until.as_ref().map(ShownMoment::moment),
        }
    }
}

/// A picture of a connection, which its provider serves.
struct Logo<'a> {
    url: String,
    /// Of the provider's host, where that is not the page's.
    other_origin: Option<&'a str>,
}

impl<'a> Logo<'a> {
    /// None for what is no path of the plugin's: a page shows only pictures of
    /// the site.
    fn of(app: &'a App, provider: &ConnectionProvider, connection: &Connection) -> Option<Self> {
        let path = connection
            .logo
            .as_ref()
            .filter(|path| path.starts_with('/') && !path.starts_with("//"))?;
        let plugin = app.plugins().find(&provider.id)?;
        let (here, there) = (&app.site().address, &plugin.address);
        Some(Self {
            url: plugin.link_from(here, path),
            other_origin: Some(there.origin()).filter(|origin| *origin != here.origin()),
        })
    }
}

/// The page, which may show these pictures.
fn with_pictures_of(response: Response, shown: &[Shown<'_>]) -> Result<Response, Failure> {
    let logos = shown.iter().filter_map(|shown| shown.logo.as_ref());
    let origins: BTreeSet<&str> = logos.filter_map(|logo| logo.other_origin).collect();
    if origins.is_empty() {
        return Ok(response);
    }
    let policy = HeaderValue::from_str(&policy_with_pictures_of(&origins))
        .map_err(|error| Failure::internal(format!("the policy of a page: {error}")))?;
    let (mut parts, body) = response.into_parts();
    parts
        .headers
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(Response::from_parts(parts, body))
}

/// The host of a web site, and its port if it has one of its own. None for
/// what a browser would not open as a page.
fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_site_is_shown_by_its_host_and_nothing_else_is_linked() {
        let host = |url| host_of(url).unwrap_or_default();
        assert_eq!(host("https://example.org/desk?a=b"), "example.org");
        assert_eq!(host("http://example.org:8080"), "example.org:8080");
        for other in [
            "javascript:alert(1)",
            "javascript://example.org/%0aalert(1)",
            "data:text/html,x",
            "ftp://example.org",
            "example.org",
            "",
        ] {
            assert_eq!(host_of(other), None, "{other:?}");
        }
    }
}
