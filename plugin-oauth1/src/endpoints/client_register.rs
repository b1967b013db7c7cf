//! `POST /api/client/register`: an application registers itself, and changes
//! what it registered, as at a pump.io server.
//!
//! An application that registers itself is nobody's word for who it is: members
//! are told so. It may ask for what is not dangerous, and its row goes if no
//! member allows it for long.

use std::time::Duration;

use hob_authorization::{
    registration::{Checked, RegistrationError, check_name, check_redirect_uris},
    scope::Scope,
};
use hob_plugin_sdk::{
    PluginError, Request, Response,
    db::Json,
    http::{FieldError, Fields},
    prelude::*,
    whole_seconds,
};
use serde_json::{Map, Value, json};

use crate::{
    OAuth1,
    act::{Act, Origin},
    events::Counted,
    models::{Consumer, ConsumerChanges, Credential, Registrar},
    problem::challenge,
    registration::{Proof, new_consumer},
    settings::ClientRegistration,
};

/// Under which account is counted what anybody can ask for.
const ANYBODY: &str = "";

/// Why an application is not registered.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("this site lets no application register itself; ask its operator")]
    Closed,
    #[error("the body has to be a form or a JSON object of texts")]
    Body,
    #[error("{0}")]
    Field(#[from] FieldError),
    #[error("type has to be client_associate or client_update")]
    Kind,
    #[error("{0}: {1}")]
    Wrong(&'static str, RegistrationError),
    #[error("no application has this client_id and client_secret")]
    Unknown,
    #[error("too many from this address; wait {0} s")]
    Throttled(u64),
    #[error("{0}")]
    ByPlugin(String),
    #[error(transparent)]
    Plugin(PluginError),
}

impl From<PluginError> for Refusal {
    fn from(error: PluginError) -> Self {
        match error.is_forbidden() {
            true => Self::ByPlugin(error.message().to_owned()),
            false => Self::Plugin(error),
        }
    }
}

impl Refusal {
    fn into_response(self, realm: &str) -> Response {
        let status = match &self {
            Self::Closed | Self::ByPlugin(_) => 403,
            Self::Body | Self::Field(_) | Self::Kind | Self::Wrong(..) => 400,
            Self::Unknown => 401,
            Self::Throttled(_) => 429,
            Self::Plugin(_) => 500,
        };
        let said = match &self {
            Self::Plugin(error) => {
                tracing::error!(%error, "an application could not register itself");
                "something went wrong here; it has been logged".to_owned()
            }
            told => told.to_string(),
        };
        let response = answered(status, &json!({ "error": said }));
        match self {
            Self::Throttled(seconds) => response.with_header("retry-after", seconds.to_string()),
            Self::Unknown => response.with_header("www-authenticate", challenge(realm, &[])),
            _ => response,
        }
    }
}

fn answered(status: u16, body: &Value) -> Response {
    Response::json(status, body)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache")
}

/// Registers an application, or changes one.
pub async fn post(oauth1: Arc<OAuth1>, request: Request) -> Response {
    let answer = match register(&oauth1, &request).await {
        Ok(answer) => answer,
        Err(refusal) => return refusal.into_response(&oauth1.realm()),
    };
    answered(200, &answer)
}

async fn register(oauth1: &OAuth1, request: &Request) -> Result<Value, Refusal> {
    if oauth1.settings().client_registration == ClientRegistration::Closed {
        return Err(Refusal::Closed);
    }
    let said = Said::read(request)?;
    match said.one("type")? {
        Some("client_associate") => associate(oauth1, request, &said).await,
        Some("client_update") => update(oauth1, request, &said).await,
        _ => Err(Refusal::Kind),
    }
}

/// What an application says, in a form or as JSON.
struct Said(Fields);

impl Said {
    fn read(request: &Request) -> Result<Self, Refusal> {
        if request.is_form() {
            let form = request.form()?;
            return match form.repeated(&[]) {
                Some(name) => Err(FieldError::Repeated(name.to_owned()).into()),
                None => Ok(Self(form)),
            };
        }
        Self::of_object(&request.json().map_err(|_| Refusal::Body)?)
    }

    fn of_object(object: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        for (name, value) in object {
            let text = match value {
                Value::String(text) => text.clone(),
                // Lists of addresses, as some write them.
                Value::Array(texts) => {
                    let texts: Option<Vec<&str>> = texts.iter().map(Value::as_str).collect();
                    texts.ok_or(Refusal::Body)?.join(" ")
                }
                Value::Null => continue,
                _ => return Err(Refusal::Body),
            };
            encoded.append_pair(name, &text);
        }
        Ok(Self(Fields::parse(encoded.finish().as_bytes())?))
    }

    fn one(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        Ok(self.0.one(name)?)
    }

    /// Addresses between blanks.
    fn callbacks(&self) -> Result<Option<Vec<&str>>, Refusal> {
        let text = self.one("redirect_uris")?;
        Ok(text.map(|text| text.split_whitespace().collect()))
    }
}

async fn associate(oauth1: &OAuth1, request: &Request, said: &Said) -> Result<Value, Refusal> {
    if said.one("client_id")?.is_some() {
        return Err(Refusal::Kind);
    }
    let callbacks = said.callbacks()?.unwrap_or_default();
    let checked = Checked {
        name: name(said)?.unwrap_or_else(|| "Unnamed application".to_owned()),
        website: None,
        redirect_uris: check_redirect_uris(&callbacks, false)
            .map_err(|error| Refusal::Wrong("redirect_uris", error))?,
        scope: oauth1.self_registered_scope(),
        required_scope: Scope::default(),
    };
    let (throttle, peer, now) = (oauth1.registration_throttle(), request.peer(), oauth1.now());
    if !throttle.take(ANYBODY, peer, now) {
        let wait = throttle.wait(ANYBODY, peer, now).unwrap_or_default();
        return Err(throttled(oauth1, Counted::Registration, request, wait));
    }
    let (new, secret) = new_consumer(oauth1, checked, Proof::Secret, None, true)?;
    let act = Act::of_client(&new.consumer_key, Origin::of(request), oauth1.now());
    let events = oauth1.events();
    let consumer = oauth1
        .change(move |connection| {
            let consumer = Consumer::insert(connection, &new)?;
            events.consumer_registered(connection, &act, &consumer)?;
            Ok(consumer)
        })
        .await?;
    let secret = secret.as_ref().map(|secret| secret.reveal());
    Ok(credentials(&consumer, secret.unwrap_or_default()))
}

async fn update(oauth1: &OAuth1, request: &Request, said: &Said) -> Result<Value, Refusal> {
    let consumer_key = said.0.required("client_id")?.to_owned();
    let presented = said.0.required("client_secret")?;
    let (throttle, peer, now) = (oauth1.registration_throttle(), request.peer(), oauth1.now());
    if let Some(wait) = throttle.wait(&consumer_key, peer, now) {
        let counted = Counted::Consumer(&consumer_key);
        return Err(throttled(oauth1, counted, request, wait));
    }
    let wanted = consumer_key.clone();
    let found = oauth1
        .read(move |connection| Consumer::find(connection, &wanted))
        .await?;
    let own = |consumer: &Consumer| {
        consumer.registrar() == Registrar::Itself
            && consumer.credential == Credential::Secret
            && !consumer.is_suspended()
    };
    // Of one that may not be changed here no secret is compared.
    let may_prove_itself = found.as_ref().is_none_or(own);
    let known = found.as_ref().map(|consumer| consumer.name.clone());
    let consumer = match found.filter(own) {
        Some(consumer) if oauth1.has_secret(&consumer, presented)? => consumer,
        _ => {
            throttle.failed(&consumer_key, peer, now);
            if may_prove_itself {
                let origin = Origin::of(request);
                oauth1.tell_authentication_failed(&consumer_key, known, None, origin);
            }
            return Err(Refusal::Unknown);
        }
    };
    let callbacks = said.callbacks()?;
    let callbacks = callbacks.map(|callbacks| check_redirect_uris(&callbacks, false));
    let changes = ConsumerChanges {
        name: name(said)?,
        callbacks: callbacks
            .transpose()
            .map_err(|error| Refusal::Wrong("redirect_uris", error))?
            .map(Json),
        ..ConsumerChanges::default()
    };
    let secret = presented.to_owned();
    if changes.name.is_none() && changes.callbacks.is_none() {
        return Ok(credentials(&consumer, &secret));
    }
    let act = Act::of_client(&consumer_key, Origin::of(request), oauth1.now());
    let events = oauth1.events();
    let changed = oauth1
        .change(move |connection| {
            let changed = consumer.update_active(connection, &changes)?;
            if let Some(changed) = &changed {
                events.consumer_edited(connection, &act, &consumer, changed)?;
            }
            Ok(changed)
        })
        .await?;
    let changed = changed.ok_or(Refusal::Unknown)?;
    Ok(credentials(&changed, &secret))
}

fn name(said: &Said) -> Result<Option<String>, Refusal> {
    let name = said.one("application_name")?;
    name.map(check_name)
        .transpose()
        .map_err(|error| Refusal::Wrong("application_name", error))
}

/// Also tells of it.
fn throttled(oauth1: &OAuth1, counted: Counted<'_>, request: &Request, wait: Duration) -> Refusal {
    oauth1.tell_throttled(counted, Origin::of(request), wait);
    Refusal::Throttled(whole_seconds(wait))
}

/// The answer: both do not end by themselves.
fn credentials(consumer: &Consumer, secret: &str) -> Value {
    json!({
        "client_id": consumer.consumer_key,
        "client_secret": secret,
        "expires_at": 0,
    })
}

#[cfg(test)]
mod tests {
    use hob_authorization::bad_input::{json_object, many_cases};
    use proptest::prelude::*;

    use super::*;

    const MEMBERS: [&str; 5] = [
        "type",
        "client_id",
        "client_secret",
        "application_name",
        "redirect_uris",
    ];

    #[test]
    fn what_is_no_text_is_refused_and_lists_are_joined() {
        let said = |object: Value| {
            let object = object.as_object().expect("it is one").clone();
            Said::of_object(&object)
        };
        let good = said(json!({"redirect_uris": ["https://a.example/", "b:c"], "type": null}));
        let good = good.expect("it can be read");
        let callbacks = good.callbacks().expect("it is there once");
        assert_eq!(callbacks, Some(vec!["https://a.example/", "b:c"]));
        assert_eq!(good.one("type").expect("it is there once"), None);
        for bad in [
            json!(1),
            json!(true),
            json!({}),
            json!([1]),
            json!(["a", ["b"]]),
        ] {
            let refused = said(json!({ "type": bad })).err();
            assert!(matches!(refused, Some(Refusal::Body)), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(many_cases())]

        /// Whatever is sent, what is read is what was said; an empty text says
        /// nothing.
        #[test]
        fn an_object_is_read_as_it_stands_or_refused(body in json_object(&MEMBERS)) {
            let read = serde_json::from_slice::<Map<String, Value>>(&body);
            let said = read.as_ref().ok().and_then(|object| Said::of_object(object).ok());
            if let (Ok(object), Some(said)) = (read, said) {
                for name in MEMBERS {
                    if let Some(Value::String(text)) = object.get(name) {
                        let text = Some(text.as_str()).filter(|text| !text.is_empty());
                        prop_assert_eq!(said.one(name).ok().flatten(), text);
                    }
                }
                let _ = name(&said);
                let _ = said.callbacks();
            }
        }
    }
}
