//! The grants: what a client can swap for tokens, and by which rules.
//!
//! One grant is one file here and one line in [`redeem`]. Nothing here knows
//! HTTP; a grant gets the form's fields and the authenticated client.

pub mod authorization_code;
mod issue;
mod refresh_token;

use std::fmt;

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

pub use issue::TokenResponse;

use crate::{OAuth, error::OAuthError, models::Client};

/// A value of `grant_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749, section 4.1.
    AuthorizationCode,
    /// RFC 6749, section 6.
    RefreshToken,
}

impl GrantType {
    pub const ALL: [Self; 2] = [Self::AuthorizationCode, Self::RefreshToken];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// None where there is no such grant here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// The grants that a client may use, each once.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct GrantTypes(Vec<GrantType>);

impl GrantTypes {
    #[must_use]
    pub fn contains(&self, grant_type: GrantType) -> bool {
        self.0.contains(&grant_type)
    }

    pub fn iter(&self) -> impl Iterator<Item = GrantType> {
        self.0.iter().copied()
    }
}

impl FromIterator<GrantType> for GrantTypes {
    fn from_iter<I: IntoIterator<Item = GrantType>>(grant_types: I) -> Self {
        let mut own = Vec::new();
        for grant_type in grant_types {
            if !own.contains(&grant_type) {
                own.push(grant_type);
            }
        }
        Self(own)
    }
}

impl fmt::Display for GrantTypes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, grant_type) in self.iter().enumerate() {
            if at > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(grant_type.as_str())?;
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
        Ok(text.split(' ').filter_map(GrantType::parse).collect())
    }
}

/// Swaps what the form carries for tokens.
///
/// # Errors
/// Why not; see [`crate::error::ErrorCode`].
pub async fn redeem(
    oauth: &OAuth,
    client: &Client,
    form: &Fields,
) -> Result<TokenResponse, OAuthError> {
    let grant_type = GrantType::parse(form.required("grant_type")?).ok_or(OAuthError::GrantType)?;
    if !client.grant_types.contains(grant_type) {
        return Err(OAuthError::GrantNotAllowed);
    }
    match grant_type {
        GrantType::AuthorizationCode => authorization_code::redeem(oauth, client, form).await,
        GrantType::RefreshToken => refresh_token::redeem(oauth, client, form).await,
    }
}
