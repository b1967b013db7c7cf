//! The logo of an application: a small picture that the host makes of what its
//! owner or the operator sends.
//!
//! Nothing of the file is kept as it came, and no address is ever asked for a
//! picture. This module knows no page that shows a logo.

use std::{fmt, path::Path};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::BigInt,
};
use hob_plugin_sdk::{
    PluginError,
    db::{Hob, Value},
    pictures::PictureTerms,
};
use sha2::{Digest, Sha256};

use crate::{OAuth, act::Act, models::Client};

/// Of the file, in bytes.
pub const LARGEST_FILE: u64 = 1024 * 1024;

/// The page shows it at a quarter of the side, so that it is sharp on any
/// screen.
const TERMS: PictureTerms = PictureTerms {
    most_bytes: LARGEST_FILE,
    most_pixels: 16_000_000,
    side: 256,
    most_result_bytes: 128 * 1024,
};

/// A logo that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub version: LogoVersion,
    pub content_type: String,
    pub picture: Vec<u8>,
}

/// Names the content of a logo: the same picture has the same, and another has
/// another, so that what stands at an address with it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct LogoVersion(i64);

impl LogoVersion {
    fn of(content_type: &str, picture: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(content_type)
            .chain_update([0])
            .chain_update(picture)
            .finalize();
        let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        Self(i64::from_be_bytes(*first))
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for LogoVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl ToSql<BigInt, Hob> for LogoVersion {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}

impl FromSql<BigInt, Hob> for LogoVersion {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Hob>>::from_sql(value).map(Self)
    }
}

impl Logo {
    /// Makes a logo of a file. What is wrong with it is worded in `language`;
    /// empty for English.
    ///
    /// # Errors
    /// It is no picture or too large, in words that
    /// [may be shown](PluginError::may_be_shown); or it can't be read.
    pub async fn of_file(oauth: &OAuth, file: &Path, language: &str) -> Result<Self, PluginError> {
        let made = oauth.pictures().recode(file, &TERMS, language).await?;
        Ok(Self {
            version: LogoVersion::of(&made.content_type, &made.bytes),
            content_type: made.content_type,
            picture: made.bytes,
        })
    }
}

/// Where a client's logo stands among this plugin's own paths, if it has one.
/// What stands there never changes.
pub fn path(client: &Client) -> Option<String> {
    let version = client.logo_version?;
    Some(format!("/clients/{}/logo?v={version}", client.client_id))
}

/// Puts a logo in the place of the one that the client has, or takes that away.
/// False if the client is gone.
///
/// # Errors
/// A plugin refuses, in words for whoever changes it; or the database's.
pub async fn replace(
    oauth: &OAuth,
    act: Act,
    client: Client,
    logo: Option<Logo>,
) -> Result<bool, PluginError> {
    let events = oauth.events();
    oauth
        .change(move |connection| {
            let Some(changed) = client.set_logo(connection, logo.as_ref())? else {
                return Ok(false);
            };
            events.client_edited(connection, &act, &client, &changed)?;
            Ok(true)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_names_the_content() {
        let version = LogoVersion::of("image/png", b"one");
        assert_eq!(version, LogoVersion::of("image/png", b"one"));
        assert_ne!(version, LogoVersion::of("image/png", b"two"));
        assert_ne!(version, LogoVersion::of("image/jpeg", b"one"));
        assert_eq!(LogoVersion(-1).to_string(), "ffffffffffffffff");
        assert_eq!(LogoVersion(10).to_string(), "000000000000000a");
    }
}
