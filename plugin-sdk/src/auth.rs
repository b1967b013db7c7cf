//! The service `hob.auth.token_verifier`: who may call, whatever the scheme.
//!
//! A plugin that issues tokens implements [`TokenVerifier`] and offers
//! [`token_verifier`]; a plugin with an API asks [`TokenVerifiers`], which
//! knows no scheme by name.

use std::{future::Future, sync::Arc};

use abi_stable::std_types::{ROption, RString, RVec};

use crate::{
    Host, PluginError, Request, Service,
    abi::{
        FfiFuture, FfiFutureExt, InterfaceError, RawContext, RawError, RawPair,
        auth::{RawGrant, RawRefusal, RawTokenRequest, RawVerdict, RawWanted, TokenVerifierV1},
    },
    db::Timestamp,
    panic::{Guarded, guard_or, with_request_id},
};

/// What a resource wants of its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// All of these are needed.
    pub scopes: Vec<String>,
    /// The resource's identifier (RFC 8707), e.g. `https://example.org/api/v1`.
    pub audience: String,
    /// Where the resource describes itself (RFC 9728).
    pub resource_metadata: Option<String>,
}

/// A request with all that any scheme could need to judge it.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    pub method: String,
    /// `scheme://host[:port]`, from the site's configuration.
    pub origin: String,
    /// As they came, not decoded.
    pub path: String,
    pub query: String,
    /// All `Authorization` headers.
    pub authorization: Vec<String>,
    /// All `DPoP` headers.
    pub dpop: Vec<String>,
    /// The body, where it is a form.
    pub form: Option<Vec<u8>>,
    pub peer: String,
    pub wanted: Wanted,
}

impl TokenRequest {
    /// What a request to a resource brings along.
    #[must_use]
    pub fn new(request: &Request, origin: &str, wanted: Wanted) -> Self {
        let all = |name| request.headers(name).map(ToOwned::to_owned).collect();
        Self {
            method: request.method().to_owned(),
            origin: origin.to_owned(),
            path: request.path().to_owned(),
            query: request.query().to_owned(),
            authorization: all("authorization"),
            dpop: all("dpop"),
            form: request.is_form().then(|| request.body().to_owned()),
            peer: request.peer().to_owned(),
            wanted,
        }
    }
}

/// Who calls, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// None where a client acts for itself.
    pub member_id: Option<i64>,
    pub client_id: String,
    pub scopes: Vec<String>,
    pub expires_at: Timestamp,
    /// Names the token in logs; tells nothing of its secret.
    pub token_id: String,
    /// Headers to add to the answer.
    pub headers: Vec<(String, String)>,
}

/// Why a caller is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 401 or 403.
    pub status: u16,
    /// The scheme's own code, e.g. `invalid_token`. None where there were no
    /// credentials at all (RFC 6750, section 3.1).
    pub error: Option<String>,
    pub description: String,
    /// Values of `WWW-Authenticate`.
    pub challenges: Vec<String>,
    /// Headers to add to the answer.
    pub headers: Vec<(String, String)>,
}

/// A verifier's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Granted(Grant),
    /// No credentials of this scheme: the next verifier may look.
    NotMine,
    /// Credentials of this scheme, but unknown here: the next may look; if
    /// none knows them, this is the refusal.
    Unknown(Refusal),
    /// Known and refused: final.
    Refused(Refusal),
}

/// A plugin that judges tokens.
pub trait TokenVerifier: Send + Sync + 'static {
    /// Judges a request. An error is a 503 for the caller, never access.
    fn verify(
        self: Arc<Self>,
        request: TokenRequest,
    ) -> impl Future<Output = Result<Verdict, PluginError>> + Send;

    /// The challenges for a request without any credentials.
    fn challenges(&self, wanted: &Wanted) -> Vec<String>;

    /// The issuer identifier of the authorization server (RFC 8414), if any.
    fn issuer(&self) -> Option<String>;
}

/// The function table of a verifier, for [`crate::Declaration::offer`].
#[must_use]
pub fn token_verifier<V: TokenVerifier>(verifier: Arc<V>) -> &'static TokenVerifierV1 {
    // Plugins are never unloaded, so the table and its verifier live for ever.
    let context: RawContext = Arc::into_raw(verifier).cast();
    Box::leak(Box::new(TokenVerifierV1 {
        context,
        verify: verify::<V>,
        challenges: challenges::<V>,
        issuer: issuer::<V>,
    }))
}

/// Borrows the verifier behind a table.
fn verifier<V: TokenVerifier>(context: RawContext) -> Arc<V> {
    // SAFETY: `token_verifier` made the context from an `Arc<V>` that is never
    // released; the count is raised for the clone that is returned.
    unsafe {
        Arc::increment_strong_count(context.cast::<V>());
        Arc::from_raw(context.cast::<V>())
    }
}

extern "C" fn verify<V: TokenVerifier>(
    context: RawContext,
    raw: RawTokenRequest,
) -> FfiFuture<abi_stable::std_types::RResult<RawVerdict, RawError>> {
    let verifier = verifier::<V>(context);
    let request_id = with_request_id(ToOwned::to_owned);
    Guarded::new(
        async move {
            let verdict = verifier.verify(raw.into()).await;
            verdict.map(RawVerdict::from).map_err(RawError::from)
        },
        request_id,
    )
    .into_ffi()
}

extern "C" fn challenges<V: TokenVerifier>(
    context: RawContext,
    wanted: RawWanted,
) -> RVec<RString> {
    guard_or(RVec::new(), || {
        strings_out(verifier::<V>(context).challenges(&wanted.into()))
    })
}

extern "C" fn issuer<V: TokenVerifier>(context: RawContext) -> ROption<RString> {
    guard_or(ROption::RNone, || {
        verifier::<V>(context).issuer().map(RString::from).into()
    })
}

/// All token verifiers of the site, in the operator's order.
pub struct TokenVerifiers {
    services: Vec<Service<TokenVerifierV1>>,
}

/// Why a request gets no grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoGrant {
    Refused(Refusal),
    /// A verifier failed; the request can't be judged. Answer 503.
    Unavailable,
}

impl TokenVerifiers {
    /// Those that are there.
    ///
    /// # Errors
    /// A provider's interface has another layout.
    pub fn of(host: &Host) -> Result<Self, InterfaceError> {
        Ok(Self {
            services: host.services::<TokenVerifierV1>()?,
        })
    }

    /// Asks one verifier after the other. Only "not mine" and "unknown" try
    /// the next; an error ends it, and never opens access.
    ///
    /// # Errors
    /// The refusal to be sent, or [`NoGrant::Unavailable`].
    pub async fn verify(&self, request: TokenRequest) -> Result<Grant, NoGrant> {
        let wanted = request.wanted.clone();
        let request = RawTokenRequest::from(request);
        // The last to be asked gets the request itself, only the others a copy.
        let requests = std::iter::repeat_n(request, self.services.len());
        let mut unknown: Option<Refusal> = None;
        for (service, request) in self.services.iter().zip(requests) {
            let answer = (service.table.verify)(service.table.context, request).await;
            match answer.into_result().map(Verdict::from) {
                Ok(Verdict::Granted(grant)) => return Ok(grant),
                Ok(Verdict::NotMine) => {}
                Ok(Verdict::Unknown(refusal)) => match &mut unknown {
                    Some(first) => first.challenges.extend(refusal.challenges),
                    None => unknown = Some(refusal),
                },
                Ok(Verdict::Refused(refusal)) => return Err(NoGrant::Refused(refusal)),
                Err(error) => {
                    tracing::error!(
                        provider = service.provider,
                        error = error.message.as_str(),
                        "a token verifier failed; the request is refused"
                    );
                    return Err(NoGrant::Unavailable);
                }
            }
        }
        Err(NoGrant::Refused(
            unknown.unwrap_or_else(|| self.no_credentials(&wanted)),
        ))
    }

    /// The refusal of a request without credentials: every scheme's challenge,
    /// and no error code (RFC 6750, section 3.1).
    #[must_use]
    pub fn no_credentials(&self, wanted: &Wanted) -> Refusal {
        Refusal {
            status: 401,
            error: None,
            description: "This needs an access token.".to_owned(),
            challenges: self
                .services
                .iter()
                .flat_map(|service| {
                    strings_in((service.table.challenges)(
                        service.table.context,
                        wanted.into(),
                    ))
                })
                .collect(),
            headers: Vec::new(),
        }
    }

    /// The issuers behind the verifiers.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        self.services
            .iter()
            .filter_map(|service| {
                (service.table.issuer)(service.table.context)
                    .into_option()
                    .map(String::from)
            })
            .collect()
    }
}

fn strings_out(strings: Vec<String>) -> RVec<RString> {
    strings.into_iter().map(RString::from).collect()
}

fn strings_in(strings: RVec<RString>) -> Vec<String> {
    strings.into_iter().map(String::from).collect()
}

fn pairs_out(pairs: Vec<(String, String)>) -> RVec<RawPair> {
    pairs
        .into_iter()
        .map(|(name, value)| RawPair {
            name: name.into(),
            value: value.into(),
        })
        .collect()
}

fn pairs_in(pairs: RVec<RawPair>) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .map(|pair| (pair.name.into(), pair.value.into()))
        .collect()
}

impl From<&Wanted> for RawWanted {
    fn from(wanted: &Wanted) -> Self {
        Self {
            scopes: wanted
                .scopes
                .iter()
                .map(|scope| scope.as_str().into())
                .collect(),
            audience: wanted.audience.as_str().into(),
            resource_metadata: wanted.resource_metadata.as_deref().unwrap_or("").into(),
        }
    }
}

impl From<RawWanted> for Wanted {
    fn from(raw: RawWanted) -> Self {
        Self {
            scopes: strings_in(raw.scopes),
            audience: raw.audience.into(),
            resource_metadata: Some(String::from(raw.resource_metadata))
                .filter(|url| !url.is_empty()),
        }
    }
}

impl From<TokenRequest> for RawTokenRequest {
    fn from(request: TokenRequest) -> Self {
        Self {
            method: request.method.into(),
            origin: request.origin.into(),
            path: request.path.into(),
            query: request.query.into(),
            authorization: strings_out(request.authorization),
            dpop: strings_out(request.dpop),
            form: request.form.map(RVec::from).into(),
            peer: request.peer.into(),
            wanted: (&request.wanted).into(),
        }
    }
}

impl From<RawTokenRequest> for TokenRequest {
    fn from(raw: RawTokenRequest) -> Self {
        Self {
            method: raw.method.into(),
            origin: raw.origin.into(),
            path: raw.path.into(),
            query: raw.query.into(),
            authorization: strings_in(raw.authorization),
            dpop: strings_in(raw.dpop),
            form: raw.form.into_option().map(Vec::from),
            peer: raw.peer.into(),
            wanted: raw.wanted.into(),
        }
    }
}

impl From<Verdict> for RawVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Granted(grant) => Self::Granted(RawGrant {
                member_id: grant.member_id.into(),
                client_id: grant.client_id.into(),
                scopes: strings_out(grant.scopes),
                expires_at: grant.expires_at.as_micros(),
                token_id: grant.token_id.into(),
                headers: pairs_out(grant.headers),
            }),
            Verdict::NotMine => Self::NotMine,
            Verdict::Unknown(refusal) => Self::Unknown(refusal.into()),
            Verdict::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

impl From<RawVerdict> for Verdict {
    fn from(raw: RawVerdict) -> Self {
        match raw {
            RawVerdict::Granted(grant) => Self::Granted(Grant {
                member_id: grant.member_id.into_option(),
                client_id: grant.client_id.into(),
                scopes: strings_in(grant.scopes),
                expires_at: Timestamp::from_micros(grant.expires_at),
                token_id: grant.token_id.into(),
                headers: pairs_in(grant.headers),
            }),
            RawVerdict::NotMine => Self::NotMine,
            RawVerdict::Unknown(refusal) => Self::Unknown(refusal.into()),
            RawVerdict::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

impl From<Refusal> for RawRefusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            error: refusal.error.unwrap_or_default().into(),
            description: refusal.description.into(),
            challenges: strings_out(refusal.challenges),
            headers: pairs_out(refusal.headers),
        }
    }
}

impl From<RawRefusal> for Refusal {
    fn from(raw: RawRefusal) -> Self {
        Self {
            status: raw.status,
            error: Some(String::from(raw.error)).filter(|error| !error.is_empty()),
            description: raw.description.into(),
            challenges: strings_in(raw.challenges),
            headers: pairs_in(raw.headers),
        }
    }
}
