//! The service `hob.auth.token_verifier` 1 for Bearer tokens (RFC 6750) and
//! for tokens that are bound to a key (RFC 9449); and what a resource says of
//! them, `hob.auth.resource_metadata` 1.
//!
//! One indexed read, so that a revocation counts at once; what a read gave is
//! taken again only while it would give the same (`known`). What would need a second read (a member disabled, a client suspended) is settled
//! when it happens: the tokens are deleted then. Only a proof of possession
//! costs a write, which makes it hold once; that a token was used is written
//! down later, with others (`token_uses`).

use std::sync::Arc;

use hob_jose::Algorithm;
use hob_plugin_sdk::{
    PluginError,
    auth::{Grant, Refusal, ResourceMetadata, TokenRequest, TokenVerifier, Verdict, Wanted},
    http::Fields,
};
use serde_json::{Map, Value, json};

use crate::{
    OAuth,
    act::Origin,
    challenge::{AccessError, Scheme, challenge},
    dpop::{DpopError, Proof, ProvedRequest},
    events::LegacySwitch,
    models::{AccessToken, PersonalToken},
    secret::{SecretDigest, SecretKind},
};

/// What the headers hold.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    /// Nothing of these schemes.
    Nothing,
    /// One token, in the one place where it belongs.
    Token(Scheme, &'a str),
    /// One token, in the address. It counts only for a client that may send it
    /// there.
    InQuery(String),
    /// Something that can't be read, or more than one.
    Malformed(Scheme, &'static str),
}

/// A token counts in the header only. One in the form is not looked at, one in
/// the query only for the sake of old clients, and beside one in the header
/// either is an error (RFC 6750, 2).
fn presented<'a>(request: &TokenRequest<'a>) -> Presented<'a> {
    let mut tokens = request
        .authorization
        .iter()
        .filter_map(|header| scheme_and_token(header));
    let Some((scheme, token)) = tokens.next() else {
        return if request.authorization.is_empty() {
            in_query(request)
        } else {
            Presented::Nothing
        };
    };
    if request.authorization.len() > 1 {
        return Presented::Malformed(scheme, "there is more than one Authorization header");
    }
    let carries_token = |data: &[u8]| match Fields::parse(data) {
        Ok(fields) => fields.contains("access_token"),
        Err(_) => false,
    };
    let in_query = !request.query.is_empty() && carries_token(request.query.as_bytes());
    if in_query || request.form.is_some_and(carries_token) {
        return Presented::Malformed(scheme, "the access token is there in more than one way");
    }
    if token.is_empty() {
        return Presented::Malformed(scheme, "the Authorization header holds no token");
    }
    Presented::Token(scheme, token)
}

/// RFC 6750, section 2.3, which RFC 9700 retires.
fn in_query<'a>(request: &TokenRequest<'a>) -> Presented<'a> {
    if request.query.is_empty() {
        return Presented::Nothing;
    }
    let token = Fields::parse(request.query.as_bytes())
        .ok()
        .and_then(|fields| fields.one("access_token").ok()?.map(ToOwned::to_owned));
    token.map_or(Presented::Nothing, Presented::InQuery)
}

/// The scheme, in any case, and what follows it. None for another scheme.
fn scheme_and_token(header: &str) -> Option<(Scheme, &str)> {
    let header = header.trim();
    let (word, token) = header.split_once(' ').unwrap_or((header, ""));
    Some((Scheme::parse(word)?, token.trim()))
}

/// Why a token that was found gives no access.
struct Refused {
    error: AccessError,
    why: String,
    /// For the header `DPoP-Nonce`.
    nonce: Option<String>,
}

impl Refused {
    fn new(error: AccessError, why: impl Into<String>) -> Self {
        Self {
            error,
            why: why.into(),
            nonce: None,
        }
    }
}

impl From<DpopError> for Refused {
    fn from(error: DpopError) -> Self {
        let why = error.to_string();
        match error {
            DpopError::Nonce(nonce) => Self {
                nonce: Some(nonce),
                ..Self::new(AccessError::UseDpopNonce, why)
            },
            _ => Self::new(AccessError::InvalidDpopProof, why),
        }
    }
}

impl OAuth {
    /// A refusal with the challenge of the scheme that was tried. A token that
    /// is none by this scheme may be one by the other, whose challenge stands
    /// beside it then.
    fn refusal(&self, scheme: Scheme, refused: &Refused, wanted: Wanted<'_>) -> Refusal {
        let issuer = self.issuer_identifier();
        let mut refusal = refused.error.refusal(scheme, issuer, &refused.why, wanted);
        if scheme == Scheme::Bearer && refused.error == AccessError::InvalidToken {
            let other = challenge(Scheme::Dpop, issuer, None, wanted);
            refusal.challenges.push(other);
        }
        refusal
            .headers
            .extend(nonce_header(refused.nonce.as_deref()));
        refusal
    }

    /// Whether what was found may be used here, in this way. A proof that
    /// holds comes back, still to be used up.
    async fn judge(
        &self,
        request: &TokenRequest<'_>,
        scheme: Scheme,
        secret: &str,
        token: &AccessToken,
    ) -> Result<Result<Option<Proof>, Refused>, PluginError> {
        let refuse = |error, why: &str| Ok(Err(Refused::new(error, why)));
        if token.expires_at <= self.now() {
            return refuse(AccessError::InvalidToken, "the access token has expired");
        }
        let proof = match (scheme, &token.key_thumbprint) {
            (Scheme::Bearer, None) => None,
            (Scheme::Bearer, Some(_)) => {
                let why = "the access token is bound to a key and needs a DPoP proof";
                return refuse(AccessError::InvalidToken, why);
            }
            (Scheme::Dpop, None) => {
                let why = "the access token is bound to no key and is no DPoP token";
                return refuse(AccessError::InvalidToken, why);
            }
            (Scheme::Dpop, Some(thumbprint)) => {
                // In boxes here and below: they are large, and few tokens are bound.
                let proof = match Box::pin(self.proof_at_resource(request, secret)).await? {
                    Ok(proof) => proof,
                    Err(error) => return Ok(Err(error.into())),
                };
                if proof.thumbprint != *thumbprint {
                    let why = "the access token is bound to another key";
                    return refuse(AccessError::InvalidToken, why);
                }
                Some(proof)
            }
        };
        let wanted = request.wanted;
        if !token.resource.admits(wanted.audience) {
            let why = "the access token is for another resource";
            return refuse(AccessError::InvalidToken, why);
        }
        if !wanted.scopes().all(|word| token.scope.contains(word)) {
            let why = "the access token does not allow this";
            return refuse(AccessError::InsufficientScope, why);
        }
        Ok(Ok(proof))
    }

    async fn proof_at_resource(
        &self,
        request: &TokenRequest<'_>,
        access_token: &str,
    ) -> Result<Result<Proof, DpopError>, PluginError> {
        let text = match request.dpop.as_slice() {
            [text] => text,
            [] => return Ok(Err(DpopError::Missing)),
            [..] => return Ok(Err(DpopError::Repeated)),
        };
        let proved = ProvedRequest {
            method: request.method,
            origin: request.origin,
            path: request.path,
            access_token: Some(access_token),
        };
        let nonces = self.dpop_nonces().await?;
        Ok(Proof::check(text, &proved, nonces, self.now()))
    }
}

fn nonce_header(nonce: Option<&str>) -> Option<(String, String)> {
    nonce.map(|nonce| ("dpop-nonce".to_owned(), nonce.to_owned()))
}

fn granted(token: &AccessToken, proof: Option<&Proof>) -> Grant {
    let client_id = token.client_id.as_str();
    let grant = Grant::new(client_id, token.digest.token_id(), token.expires_at)
        .with_member(token.member_id)
        .with_scope(token.scope.as_str());
    match nonce_header(proof.and_then(|proof| proof.next_nonce.as_deref())) {
        Some((name, value)) => grant.with_header(name, value),
        None => grant,
    }
}

impl OAuth {
    /// By what it begins with a token says in which table it stands: there it
    /// is looked up, and what was not issued here is not looked up at all.
    async fn find(&self, presented: &str) -> Result<Option<Arc<AccessToken>>, PluginError> {
        let digest = |kind| SecretDigest::of_issued(kind, presented);
        if let Some(digest) = digest(SecretKind::AccessToken) {
            return self.known_token(digest, AccessToken::find).await;
        }
        match digest(SecretKind::PersonalToken) {
            Some(digest) => {
                self.known_token(digest, PersonalToken::find_for_check)
                    .await
            }
            None => Ok(None),
        }
    }

    /// One in an address, which only an old client may send there.
    async fn find_in_query(
        &self,
        presented: &str,
    ) -> Result<Option<Arc<AccessToken>>, PluginError> {
        let Some(digest) = SecretDigest::of_issued(SecretKind::AccessToken, presented) else {
            return Ok(None);
        };
        let found = self.read(move |connection| {
            let found = AccessToken::find_of_legacy_client(connection, &digest)?;
            Ok(found.map(Arc::new))
        });
        found.await
    }
}

impl TokenVerifier for OAuth {
    async fn verify(&self, request: TokenRequest<'_>) -> Result<Verdict, PluginError> {
        let refuse = |scheme, refused: &Refused| self.refusal(scheme, refused, request.wanted);
        let (scheme, secret, found) = match presented(&request) {
            Presented::Nothing => return Ok(Verdict::NotMine),
            Presented::Malformed(scheme, why) => {
                let refused = Refused::new(AccessError::InvalidRequest, why);
                return Ok(Verdict::Refused(refuse(scheme, &refused)));
            }
            Presented::Token(scheme, token) => {
                let found = self.find(token).await?;
                (scheme, token, found)
            }
            Presented::InQuery(token) => {
                let Some(found) = self.find_in_query(&token).await? else {
                    return Ok(Verdict::NotMine);
                };
                tracing::warn!(
                    client_id = found.client_id,
                    "a legacy client sent its access token in an address"
                );
                let (switch, origin) =
                    (LegacySwitch::TokenInAddress, Origin::of_peer(request.peer));
                self.tell_legacy_used(switch, &found.client_id, origin);
                // No proof of possession comes with it.
                (Scheme::Bearer, "", Some(found))
            }
        };
        let Some(found) = found else {
            let why = "the access token is unknown, or it was revoked";
            let refused = Refused::new(AccessError::InvalidToken, why);
            return Ok(Verdict::Unknown(refuse(scheme, &refused)));
        };
        let proof = match self.judge(&request, scheme, secret, &found).await? {
            Ok(proof) => proof,
            Err(refused) => return Ok(Verdict::Refused(refuse(scheme, &refused))),
        };
        if let Some(proof) = &proof
            && !Box::pin(self.use_up(proof.jwt_id.clone())).await?
        {
            let refused = DpopError::Replayed.into();
            return Ok(Verdict::Refused(refuse(scheme, &refused)));
        }
        self.token_uses().remember(&found, request.peer, self.now());
        Ok(Verdict::Granted(granted(&found, proof.as_ref())))
    }

    fn challenges(&self, wanted: Wanted<'_>) -> Vec<String> {
        [Scheme::Bearer, Scheme::Dpop]
            .map(|scheme| challenge(scheme, self.issuer_identifier(), None, wanted))
            .into()
    }

    fn issuer(&self) -> Option<String> {
        Some(self.issuer_identifier().to_owned())
    }
}

/// RFC 9728, section 2. Tokens that are bound to a key come in the header too.
impl ResourceMetadata for OAuth {
    fn members(&self) -> Map<String, Value> {
        [
            ("bearer_methods_supported", json!(["header"])),
            ("dpop_signing_alg_values_supported", json!(Algorithm::NAMES)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use hob_plugin_sdk::auth::HeaderValues;

    use super::*;

    const ISSUER: &str = "https://example.org";

    fn request<'a>(
        authorization: &[&'a str],
        query: &'a str,
        form: Option<&'a str>,
    ) -> TokenRequest<'a> {
        TokenRequest {
            method: "GET",
            origin: ISSUER,
            path: "/api/v1/me",
            query,
            authorization: authorization.iter().copied().collect(),
            dpop: HeaderValues::new(),
            form: form.map(str::as_bytes),
            peer: "",
            wanted: wanted("profile"),
        }
    }

    fn wanted(scope: &str) -> Wanted<'_> {
        Wanted {
            scope,
            audience: "https://example.org/api/v1",
            resource_metadata: Some("https://example.org/.well-known/x"),
        }
    }

    #[test]
    fn a_token_counts_in_the_header_alone() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(
                presented(&request(&[header], "", None)),
                Presented::Token(Scheme::Bearer, "abc")
            );
        }
        let bound = request(&["DPoP abc"], "", None);
        assert_eq!(presented(&bound), Presented::Token(Scheme::Dpop, "abc"));
        for nothing in [
            request(&[], "", None),
            request(&[], "access_token=abc&access_token=abc", None),
            request(&["Basic abc"], "access_token=abc", None),
            request(&[], "", Some("access_token=abc")),
            request(&["Basic abc"], "", None),
            request(&["BearerX abc"], "", None),
        ] {
            assert_eq!(presented(&nothing), Presented::Nothing);
        }
        assert_eq!(
            presented(&request(&[], "x=1&access_token=abc", None)),
            Presented::InQuery("abc".to_owned())
        );
        for malformed in [
            request(&["Bearer"], "", None),
            request(&["Bearer "], "", None),
            request(&["Bearer abc", "Bearer abc"], "", None),
            request(&["Bearer abc", "Basic abc"], "", None),
            request(&["Bearer abc"], "x=1&access%5Ftoken=abc", None),
            request(&["Bearer abc"], "", Some("access_token=abc")),
        ] {
            assert!(matches!(
                presented(&malformed),
                Presented::Malformed(Scheme::Bearer, _)
            ));
        }
    }
}
