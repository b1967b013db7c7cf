//! The side of the plugin that asks: all verifiers of the site, one after the
//! other.

use serde_json::{Map, Value};

use super::{
    Grant, Refusal, TokenRequest, Verdict, Wanted, request::Crossing,
    resource_metadata::ResourceMetadataSources, verdict::strings_in,
};
use crate::{
    Host, Service,
    abi::{InterfaceError, auth::TokenVerifierV1},
};

/// All token verifiers of the site, in the operator's order.
pub struct TokenVerifiers {
    services: Vec<Service<TokenVerifierV1>>,
    metadata: ResourceMetadataSources,
}

/// Why a request gets no grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoGrant {
    /// There is nothing that any verifier takes for credentials. A resource
    /// that needs them answers [`TokenVerifiers::no_credentials`].
    NoCredentials,
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
            metadata: ResourceMetadataSources::of(host)?,
        })
    }

    /// Asks one verifier after the other. Only "not mine" and "unknown" try
    /// the next; an error ends it, and never opens access.
    ///
    /// # Errors
    /// [`NoGrant`].
    pub async fn verify(&self, request: &TokenRequest<'_>) -> Result<Grant, NoGrant> {
        let crossing = Crossing::of(request);
        let raw = crossing.raw();
        let mut unknown: Option<Refusal> = None;
        for service in &self.services {
            let answer = (service.table.verify)(service.table.context, &raw).await;
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
        Err(unknown.map_or(NoGrant::NoCredentials, NoGrant::Refused))
    }

    /// The refusal of a request without credentials: every scheme's challenge,
    /// and no error code (RFC 6750, section 3.1).
    #[must_use]
    pub fn no_credentials(&self, wanted: Wanted<'_>) -> Refusal {
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
                        wanted.to_raw(),
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

    /// What the verifiers would have a resource say in its metadata of the
    /// credentials that it takes (RFC 9728, section 2).
    #[must_use]
    pub fn resource_metadata(&self) -> Map<String, Value> {
        self.metadata.members()
    }
}
