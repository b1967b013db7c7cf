//! `/{provider}/authorized`: a browser comes back from a provider.

use hob_plugin_sdk::{
    Request, Response,
    db::{DbError, Timestamp},
    prelude::*,
};

use super::{accounts, failed, register, site};
use crate::{
    Known, SignIn,
    dance::{Answer, Arrived, Dance, oauth1},
    error::SignInError,
    events::{Act, Purpose},
    id_token::LEEWAY,
    linking,
    models::{KeptToken, SignInRequest},
    reference::Reference,
    settings::Keeping,
    site_account,
    state::Digest,
    tokens::Holder,
};

/// Signs in whose account it is, or links it.
pub async fn show(signin: Arc<SignIn>, request: Request) -> Response {
    match finish(&signin, &request).await {
        Ok(response) => response
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer"),
        Err(error) => failed(&signin, &request, &error).await,
    }
}

async fn finish(signin: &SignIn, request: &Request) -> Result<Response, SignInError> {
    let known = signin.known(request.parameter("provider").unwrap_or_default())?;
    let fields = request.query_fields()?;
    let answer = match known.provider.oauth1 {
        Some(_) => Answer::read_oauth1(&fields)?,
        None => Answer::read(&fields)?,
    };
    let (begun, request_token) = use_up(signin, request, &answer, &known.provider.id).await?;
    let purpose = begun.purpose();
    let ended = end(signin, request, known, (begun, request_token), answer).await;
    if let Err(error) = &ended {
        let act = signin.act(request, &known.provider.id);
        signin.events.failed(&signin.db, act, purpose, error).await;
    }
    ended
}

/// What this browser began, which ends with this whatever comes of it, and with
/// which request token.
async fn use_up(
    signin: &SignIn,
    request: &Request,
    answer: &Answer,
    provider: &str,
) -> Result<(SignInRequest, Option<KeptToken>), SignInError> {
    let (state, visit) = (answer.state.digest(), Digest::of(request.visit()));
    let (provider, now) = (provider.to_owned(), signin.now());
    let begun = signin
        .db
        .write(move |connection| {
            let begun = SignInRequest::use_up(connection, &state, &visit, &provider, now)?;
            let arrival = begun.as_ref().and_then(|begun| begun.arrival);
            let request_token = match arrival {
                Some(arrival) => KeptToken::take_arrival(connection, arrival)?,
                None => None,
            };
            Ok::<_, DbError>(begun.map(|begun| (begun, request_token)))
        })
        .await?;
    begun.ok_or(SignInError::State)
}

/// What comes of it.
async fn end(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    (begun, request_token): (SignInRequest, Option<KeptToken>),
    answer: Answer,
) -> Result<Response, SignInError> {
    if let Some(member_id) = begun.member_id
        && request.member().is_none_or(|member| member.id != member_id)
    {
        return Err(SignInError::MemberChanged);
    }
    let metadata = signin.metadata(known).await?;
    let state = answer.state.clone();
    let code = answer.code_from(&metadata)?;
    let (provider, client, now) = (&known.provider, signin.client, signin.now());
    let arrived = match &provider.oauth1 {
        Some(own) => {
            let row = request_token.filter(|row| row.issuer == provider.issuer);
            let tokens = signin.tokens.open(&row.ok_or(SignInError::State)?)?;
            let by = (&**provider, own);
            oauth1::identify(by, &metadata, client, (&tokens, &code), now).await?
        }
        None => {
            let dance = Dance {
                provider,
                metadata: &metadata,
                keys: &known.keys,
                redirect_uri: &signin.redirect_uri(provider),
                state: &state,
                visit: request.visit(),
            };
            dance.identify(client, &code, now).await?
        }
    };
    let arrived = Arrived {
        authenticated_at: shown_at(begun.anew_since, arrived.authenticated_at)?,
        ..arrived
    };
    let came = Came {
        signin,
        request,
        known,
        act: signin.act(request, &known.provider.id),
    };
    match (begun.purpose(), begun.member_id) {
        (Purpose::Link, Some(member_id)) => came.link(arrived, member_id).await,
        (Purpose::Site, Some(member_id)) => came.link_site(arrived, member_id).await,
        _ => came.sign_in(arrived, begun.next).await,
    }
}

/// When somebody showed at the provider who is there, where that is known. Where
/// it has to be since a journey began, as far as clocks can tell, it counts from
/// then on.
fn shown_at(
    anew_since: Option<Timestamp>,
    said: Option<Timestamp>,
) -> Result<Option<Timestamp>, SignInError> {
    let Some(since) = anew_since else {
        return Ok(said);
    };
    let said = said.filter(|said| *said + LEEWAY >= since);
    let said = said.ok_or(SignInError::NotAnew)?;
    Ok(Some(said.max(since)))
}

/// Somebody who has come back from a provider.
struct Came<'a> {
    signin: &'a SignIn,
    request: &'a Request,
    known: &'a Known,
    act: Act,
}

impl Came<'_> {
    async fn sign_in(self, arrived: Arrived, next: String) -> Result<Response, SignInError> {
        let Self {
            signin, known, act, ..
        } = &self;
        let Arrived {
            identity,
            granted,
            authenticated_at,
        } = arrived;
        let (events, store, keeping) = (signin.events, signin.tokens, known.provider.tokens);
        let arrival = Holder::arrival();
        let (act, whose, given) = (act.clone(), identity.clone(), granted.clone());
        let found = signin.db.write(move |connection| {
            let member_id = linking::member_of(connection, events, &whose, &act)?;
            let holder = match keeping {
                Keeping::None => return Ok((member_id, None)),
                Keeping::Session => arrival,
                Keeping::Database => Holder::Member(member_id),
            };
            store.keep(connection, holder, &act.provider, &whose, &given, act.at)?;
            Ok::<_, SignInError>((member_id, Some(holder)))
        });
        match found.await {
            Ok((member_id, holder)) => {
                let reference = Reference {
                    newcomer: None,
                    arrival: holder.and_then(Holder::arrived),
                };
                let response = Response::redirect(next)
                    .signing_in(member_id, &known.provider.id)
                    .with_reference(&reference.to_string());
                Ok(match authenticated_at {
                    Some(at) => response.authenticated_at(at),
                    None => response,
                })
            }
            Err(SignInError::NotLinked) if self.may_register() => {
                let arrived = (identity, granted);
                register::welcome(signin, self.request, known, arrived, next).await
            }
            Err(error) => Err(error),
        }
    }

    /// Whoever is signed in has an account here.
    fn may_register(&self) -> bool {
        self.known.provider.registers
            && self.request.member().is_none()
            && self.signin.members.registration_is_open()
    }

    async fn link(self, arrived: Arrived, member_id: i64) -> Result<Response, SignInError> {
        let Arrived {
            identity, granted, ..
        } = arrived;
        let Self {
            signin, known, act, ..
        } = self;
        let session_id = super::member(self.request)?.session_id;
        let holder = Holder::of_member(known.provider.tokens, member_id, session_id);
        let (events, store) = (signin.events, signin.tokens);
        let linked = signin.db.write(move |connection| {
            linking::link(connection, events, &identity, member_id, &act)?;
            if let Some(holder) = holder {
                store.keep(
                    connection,
                    holder,
                    &act.provider,
                    &identity,
                    &granted,
                    act.at,
                )?;
            }
            Ok::<_, SignInError>(())
        });
        linked.await?;
        Ok(Response::redirect(
            signin.site().plugin_path(accounts::PATH),
        ))
    }

    async fn link_site(self, arrived: Arrived, member_id: i64) -> Result<Response, SignInError> {
        let Arrived {
            identity, granted, ..
        } = arrived;
        let Self {
            signin, known, act, ..
        } = self;
        // Looked at when it was begun, and again now.
        let is_administrator = super::member(self.request)?.administrator;
        if !is_administrator || !known.provider.site_account {
            return Err(SignInError::MemberChanged);
        }
        let (events, store) = (signin.events, signin.tokens);
        let linked = signin.db.write(move |connection| {
            let arrived = (&identity, &granted);
            site_account::link(connection, events, store, arrived, member_id, &act)
        });
        linked.await?;
        Ok(Response::redirect(signin.site().plugin_path(site::PATH)))
    }
}
