//! The grants: what a client can swap for tokens, and by which rules.
//!
//! One grant is one file here, with a [`Grant`] that says all that others need
//! to know of it, and one line in [`GRANTS`]. Nothing here knows HTTP; a grant
//! gets a [`GrantRequest`].

pub mod authorization_code;
mod client_credentials;
pub mod device_code;
mod issue;
mod key_binding;
pub mod password;
pub mod refresh_token;

use std::{fmt, pin::Pin};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::{
    db::{Hob, Value},
    http::Fields,
};

pub use issue::{TokenResponse, token_type};

use crate::{
    OAuth, act::Origin, dpop::Proof, error::OAuthError, events::LegacySwitch, models::Client,
};

/// All grants that this server knows.
pub static GRANTS: [&Grant; 5] = [
    &authorization_code::GRANT,
    &refresh_token::GRANT,
    &client_credentials::GRANT,
    &password::GRANT,
    &device_code::GRANT,
];

/// A grant, as it registers itself.
#[derive(Debug)]
pub struct Grant {
    /// The value of `grant_type`.
    pub name: &'static str,
    pub given: Given,
    /// Whether a client that proves nothing of itself may use it.
    pub for_public_clients: bool,
    /// Whether it sends members back to a redirect URI, so that a client that
    /// uses it has to register one.
    pub redirects: bool,
    /// Swaps what the request carries for tokens.
    redeem: for<'a> fn(&'a OAuth, GrantRequest<'a>) -> Redemption<'a>,
}

type Redemption<'a> = Pin<Box<dyn Future<Output = Result<TokenResponse, OAuthError>> + Send + 'a>>;

/// What a client sent to the token endpoint, and who it is.
#[derive(Debug, Clone, Copy)]
pub struct GrantRequest<'a> {
    pub client: &'a Client,
    pub form: &'a Fields,
    /// Where it came from, to count guesses by.
    pub origin: Origin,
    /// Of the key that the tokens are to be bound to.
    pub proof: Option<&'a Proof>,
}

/// How a client comes to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Every new client has it, unless it names its grants.
    ByDefault,
    /// A new client has it if it asks for it.
    OnRequest,
    /// Only the operator gives it, to one client at a time, and is told what to
    /// mind. For all others it does not exist here, and nothing advertises it.
    ByOperator { warning: &'static str },
}

impl Grant {
    /// None where there is no such grant here.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        GRANTS.into_iter().find(|grant| grant.name == name)
    }

    /// What the operator has to mind who gives it to a client.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        match self.given {
            Given::ByDefault | Given::OnRequest => None,
            Given::ByOperator { warning } => Some(warning),
        }
    }

    /// Those that the discovery document names.
    pub fn advertised() -> impl Iterator<Item = &'static Self> {
        GRANTS.into_iter().filter(|grant| grant.warning().is_none())
    }
}

impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Grant {}

/// The grants that a client may use, each once.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct GrantTypes(Vec<&'static Grant>);

impl GrantTypes {
    /// Those of a new client that does not name any.
    #[must_use]
    pub fn by_default() -> Self {
        GRANTS
            .into_iter()
            .filter(|grant| grant.given == Given::ByDefault)
            .collect()
    }

    #[must_use]
    pub fn contains(&self, grant: &Grant) -> bool {
        self.0.contains(&grant)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'static Grant> {
        self.0.iter().copied()
    }
}

impl FromIterator<&'static Grant> for GrantTypes {
    fn from_iter<I: IntoIterator<Item = &'static Grant>>(grants: I) -> Self {
        let mut own = Vec::new();
        for grant in grants {
            if !own.contains(&grant) {
                own.push(grant);
            }
        }
        Self(own)
    }
}

impl fmt::Display for GrantTypes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, grant) in self.iter().enumerate() {
            if at > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(grant.name)?;
        }
        Ok(())
    }
}

impl ToSql<Text, Hob> for GrantTypes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for GrantTypes {
    /// A grant that this version does not know is left out: a newer one may
    /// have stored it.
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Hob>>::from_sql(value)?;
        Ok(text.split(' ').filter_map(Grant::named).collect())
    }
}

/// Swaps what the form carries for tokens.
///
/// # Errors
/// Why not; see [`crate::error::ErrorCode`].
pub async fn redeem(oauth: &OAuth, request: GrantRequest<'_>) -> Result<TokenResponse, OAuthError> {
    let grant = Grant::named(request.form.required("grant_type")?).ok_or(OAuthError::GrantType)?;
    redeem_as(grant, oauth, request).await
}

/// As [`redeem`], where the grant is known without being named.
///
/// # Errors
/// As [`redeem`].
pub async fn redeem_as(
    grant: &Grant,
    oauth: &OAuth,
    request: GrantRequest<'_>,
) -> Result<TokenResponse, OAuthError> {
    let client = request.client;
    match (client.may_use(grant), grant.warning()) {
        (false, None) => return Err(OAuthError::GrantNotAllowed),
        (false, Some(_)) => return Err(OAuthError::GrantType),
        (true, Some(warning)) => {
            tracing::warn!(
                client_id = client.client_id,
                grant_type = grant.name,
                "{warning}"
            );
            let switch = LegacySwitch::PasswordGrant;
            oauth.tell_legacy_used(switch, &client.client_id, request.origin);
        }
        (true, None) => {}
    }
    if request.proof.is_none() && client.dpop_bound_access_tokens {
        return Err(OAuthError::DpopRequired);
    }
    (grant.redeem)(oauth, request).await
}
