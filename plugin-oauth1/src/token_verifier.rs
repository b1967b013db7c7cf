//! The service `hob.auth.token_verifier` 1 for requests that are signed: so
//! that one to any resource of the site counts.
//!
//! One indexed read, so that what was taken back or stopped is so at once; what
//! it gave is taken again only while it would be read the same. Then one write,
//! which makes the request hold once.

use hob_authorization::secret::{SecretDigest, SecretKind};
use hob_oauth1_signature::SignedRequest;
use hob_plugin_sdk::{
    PluginError,
    auth::{Grant, TokenRequest, TokenVerifier, Verdict, Wanted},
    db::Timestamp,
    prelude::*,
};

use crate::{
    OAuth1,
    act::Origin,
    models::{AccessToken, CheckedToken},
    problem::{Problem, challenge},
    signed_call::TokenSecret,
};

/// When a token ends that lasts until it is taken back, as far as others have
/// to know.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

impl OAuth1 {
    /// Whose token it is, and what it allows.
    async fn judge(
        &self,
        request: &TokenRequest<'_>,
        signed: &SignedRequest,
        checked: &CheckedToken,
    ) -> Result<Grant, Problem> {
        let CheckedToken { token, consumer } = checked;
        if consumer.consumer_key != signed.consumer_key {
            return Err(Problem::TokenRejected);
        }
        let secret = TokenSecret {
            sealed: &token.sealed_secret,
            place: AccessToken::place(&token.digest),
        };
        let origin = Origin::of_peer(request.peer);
        self.verify_signature(signed, consumer, Some(secret), origin)?;
        if token.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(Problem::TokenExpired);
        }
        if !request
            .wanted
            .scopes()
            .all(|word| token.scope.contains(word))
        {
            return Err(Problem::NotAllowed);
        }
        let used = (token.digest, token.last_used_at, request.peer);
        self.use_up(signed, Some(used)).await?;
        let expires_at = token.expires_at.unwrap_or(NEVER);
        let grant = Grant::new(&consumer.consumer_key, token.digest.token_id(), expires_at);
        Ok(grant
            .with_member(Some(token.member_id))
            .with_scope(token.scope.as_str()))
    }

    /// The token that a request names.
    async fn checked_token(
        &self,
        signed: &SignedRequest,
    ) -> Result<Option<Arc<CheckedToken>>, Problem> {
        let presented = signed.token.as_deref();
        let presented = presented.ok_or(Problem::Missing("oauth_token"))?;
        match SecretDigest::of_issued(SecretKind::SignedAccessToken, presented) {
            Some(digest) => Ok(self.known_token(digest).await?),
            None => Ok(None),
        }
    }
}

impl TokenVerifier for OAuth1 {
    async fn verify(&self, request: TokenRequest<'_>) -> Result<Verdict, PluginError> {
        let signed = match self.signed_for_resource(&request) {
            Ok(None) => return Ok(Verdict::NotMine),
            Ok(Some(signed)) => signed,
            Err(problem) => return self.refused(problem),
        };
        let checked = match self.checked_token(&signed).await {
            Ok(Some(checked)) => checked,
            Ok(None) => {
                let refusal = Problem::TokenRejected.refusal(&self.realm());
                return Ok(Verdict::Unknown(refusal));
            }
            Err(problem) => return self.refused(problem),
        };
        match self.judge(&request, &signed, &checked).await {
            Ok(grant) => Ok(Verdict::Granted(grant)),
            Err(problem) => self.refused(problem),
        }
    }

    fn challenges(&self, _: Wanted<'_>) -> Vec<String> {
        vec![challenge(&self.realm(), &[])]
    }

    fn issuer(&self) -> Option<String> {
        None
    }
}

impl OAuth1 {
    /// What fails here is no refusal.
    fn refused(&self, problem: Problem) -> Result<Verdict, PluginError> {
        match problem {
            Problem::Plugin(error) => Err(error),
            told => Ok(Verdict::Refused(told.refusal(&self.realm()))),
        }
    }
}
