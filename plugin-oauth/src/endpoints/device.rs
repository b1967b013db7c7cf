//! `/device`: a member types the code that a device shows (RFC 8628, section
//! 3.3), and is asked what any application asks.
//!
//! A code that stands in the address is only filled in. Whoever follows a link
//! still has to say that the device shows it: the link may be somebody else's
//! (RFC 8628, section 5.4).

use std::time::Duration;

use hob_authorization::pages::page;
use hob_plugin_sdk::{Member, Request, Response, Said, prelude::*, whole_seconds};

use super::{
    front_channel::{Unredirectable, sign_in_path},
    question::Question,
};
use crate::{
    OAuth,
    act::Origin,
    events::Counted,
    models::{Client, Consent, DeviceAuthorization},
    pages::{DevicePage, Field, Onward},
    user_code::UserCode,
};

/// Of what was typed, so much is shown again: as much as the field takes.
const LONGEST_TYPED: usize = 64;

/// Of this plugin, with the code filled in.
pub fn complete_path(user_code: &UserCode) -> String {
    format!("/device?user_code={user_code}")
}

/// Shows the form.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Response {
    let member = match super::member(&request) {
        Ok(member) => member,
        Err(error) => return Unredirectable::from(error).into_page(&request, None),
    };
    let filled_in = request
        .query_fields()
        .ok()
        .and_then(|fields| UserCode::parse(fields.first("user_code")?));
    let form = match &filled_in {
        Some(user_code) => Form::filled_in(user_code),
        None => Form::default(),
    };
    form.show(&oauth, &request, member)
}

/// Takes the code, and asks.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Response {
    match enter(&oauth, &request).await {
        Ok(response) => response,
        Err(error) => error.into_page(&request, None),
    }
}

async fn enter(oauth: &OAuth, request: &Request) -> Result<Response, Unredirectable> {
    let member = super::member(request)?;
    let fields = request.form()?;
    let typed = fields.one("user_code")?.unwrap_or_default();
    let guesses = Guesses {
        oauth,
        request,
        member,
    };
    if let Some(wait) = guesses.wait() {
        oauth.tell_throttled(Counted::UserCode(member), Origin::of(request), wait);
        return Ok(Form::too_many(typed, request, wait).show(oauth, request, member));
    }
    let Some(user_code) = UserCode::parse(typed) else {
        return Ok(Form::wrong(typed, request.words().say("device-wrong-form"))
            .show(oauth, request, member));
    };
    guesses.count();
    let Some((client, device, consent)) = claim(oauth, member, &user_code).await? else {
        tracing::info!(member_id = member.id, "a user code was not right");
        return Ok(
            Form::wrong(typed, request.words().say("device-wrong")).show(oauth, request, member)
        );
    };
    guesses.take_back();
    if client.is_suspended() {
        return Err(Unredirectable::SuspendedClient);
    }
    let shown = user_code.to_string();
    let question = Question {
        client: &client,
        scope: &device.scope,
        consent: consent.as_ref(),
        action: &oauth.own_path("/device/consent"),
        name: &shown,
        switch_account_url: None,
        onward: Onward::Device { user_code: &shown },
    };
    Ok(question.show(oauth, request, member).await)
}

/// Binds the waiting device to the member. None if there is none with this
/// code, or if it is another member's.
async fn claim(
    oauth: &OAuth,
    member: &Member,
    user_code: &UserCode,
) -> Result<Option<(Client, DeviceAuthorization, Option<Consent>)>, PluginError> {
    let (digest, member, now) = (user_code.digest(), member.clone(), oauth.now());
    oauth
        .write(move |connection| {
            let Some(device) = DeviceAuthorization::find_pending(connection, &digest, now)? else {
                return Ok(None);
            };
            if !device.claim(connection, &member, now)? {
                return Ok(None);
            }
            let client = Client::by_id(connection, device.client)?;
            let consent = Consent::find(connection, member.id, client.id, &device.resource, now)?;
            Ok(Some((client, device, consent)))
        })
        .await
}

/// Codes that were typed and are nobody's, counted for the member and for the
/// address (RFC 8628, section 5.1).
struct Guesses<'a> {
    oauth: &'a OAuth,
    request: &'a Request,
    member: &'a Member,
}

impl Guesses<'_> {
    fn wait(&self) -> Option<Duration> {
        let (throttle, now) = (self.oauth.user_code_throttle(), self.oauth.now());
        let of_member = throttle.wait(&self.member.id.to_string(), "", now);
        let of_address = throttle.wait("", self.request.peer(), now);
        of_member.max(of_address)
    }

    /// Before it is known whether the code is right, so that many at once are
    /// not free.
    fn count(&self) {
        let (throttle, now) = (self.oauth.user_code_throttle(), self.oauth.now());
        throttle.failed(&self.member.id.to_string(), "", now);
        throttle.failed("", self.request.peer(), now);
    }

    /// It was right.
    fn take_back(&self) {
        let throttle = self.oauth.user_code_throttle();
        throttle.succeeded(&self.member.id.to_string(), "");
        throttle.succeeded("", self.request.peer());
    }
}

/// What the form is shown with.
#[derive(Default)]
struct Form {
    typed: String,
    filled_in: bool,
    error: Option<String>,
    wait: Option<Duration>,
}

impl Form {
    fn filled_in(user_code: &UserCode) -> Self {
        Self {
            typed: user_code.to_string(),
            filled_in: true,
            ..Self::default()
        }
    }

    fn wrong(typed: &str, error: Said<'_>) -> Self {
        Self {
            typed: typed.chars().take(LONGEST_TYPED).collect(),
            error: Some(error.to_string()),
            ..Self::default()
        }
    }

    fn too_many(typed: &str, request: &Request, wait: Duration) -> Self {
        let words = request.words();
        let error = words
            .say("device-too-many")
            .with("seconds", whole_seconds(wait));
        Self {
            wait: Some(wait),
            ..Self::wrong(typed, error)
        }
    }

    fn show(&self, oauth: &OAuth, request: &Request, member: &Member) -> Response {
        let status = match (&self.error, self.wait) {
            (None, _) => 200,
            (Some(_), None) => 422,
            (Some(_), Some(_)) => 429,
        };
        let words = request.words();
        let response = page(
            status,
            &words.say("device-title").to_string(),
            &DevicePage {
                words,
                site_name: &oauth.host().site().name,
                action: &oauth.own_path("/device"),
                csrf: request.csrf(),
                username: &member.username,
                display_name: &member.display_name,
                switch_account_url: &sign_in_path(oauth, &oauth.own_path("/device")),
                user_code: Field {
                    value: &self.typed,
                    error: self.error.as_deref(),
                },
                filled_in: self.filled_in,
            },
        );
        match self.wait {
            Some(wait) => response.with_header("retry-after", whole_seconds(wait).to_string()),
            None => response,
        }
    }
}
