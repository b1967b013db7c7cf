//! Secrets that are shown once, and the digests that are kept of them.
//!
//! A plain secret and its digest are different types: only the digest can
//! reach SQL, and neither says what it holds when it is printed. This module
//! does not know where secrets are stored nor what they allow.

use std::fmt;

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Binary,
};
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Hob, Timestamp, Value},
};
use rand::{CryptoRng, rand_core::UnwrapErr, rngs::SysRng};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 64 bits in base 62.
const WORD_LENGTH: usize = 11;
/// 256 bits, in four words.
const BODY_LENGTH: usize = 4 * WORD_LENGTH;
/// A [`Moment`] in base 62.
const MOMENT_LENGTH: usize = 7;
/// A CRC-32 in base 62.
const CHECKSUM_LENGTH: usize = 6;

/// What a secret is for. Each kind has a prefix of its own, so that one kind
/// is never taken for another and scanners find a leaked one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    AccessToken,
    RefreshToken,
    AuthorizationCode,
    ClientSecret,
    /// Names a stored authorization request.
    AuthorizationRequest,
    DeviceCode,
    /// Lets an application register itself (RFC 7591, section 1.2).
    InitialAccessToken,
    /// Manages one registered client (RFC 7592, section 1.2).
    RegistrationAccessToken,
    /// A member made it for a program of his or her own.
    PersonalToken,
    /// Names a member's decision that is to be made (OAuth 1.0a).
    RequestToken,
    /// Names what a member allowed (OAuth 1.0a), and opens nothing by itself:
    /// who uses it signs with the secret beside it.
    SignedAccessToken,
    /// What is signed with (OAuth 1.0a).
    SigningSecret,
    /// Tells that the member who allowed is the one who came back (OAuth 1.0a).
    Verifier,
}

impl SecretKind {
    /// What its secrets begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "hob_at_",
            Self::RefreshToken => "hob_rt_",
            Self::AuthorizationCode => "hob_ac_",
            Self::ClientSecret => "hob_cs_",
            Self::AuthorizationRequest => "hob_ar_",
            Self::DeviceCode => "hob_dc_",
            Self::InitialAccessToken => "hob_ia_",
            Self::RegistrationAccessToken => "hob_ra_",
            Self::PersonalToken => "hob_pt_",
            Self::RequestToken => "hob_1r_",
            Self::SignedAccessToken => "hob_1a_",
            Self::SigningSecret => "hob_1s_",
            Self::Verifier => "hob_1v_",
        }
    }

    /// Whether many are issued, and each for a while. Such a secret tells when
    /// it was, and its digest begins with that: the rows that are written
    /// together then stand together, and a commit changes few pages of the
    /// database, where digests alone would scatter them.
    const fn is_issued_often(self) -> bool {
        match self {
            Self::AccessToken
            | Self::RefreshToken
            | Self::AuthorizationCode
            | Self::AuthorizationRequest
            | Self::DeviceCode
            | Self::RequestToken
            | Self::SignedAccessToken => true,
            Self::ClientSecret
            | Self::InitialAccessToken
            | Self::RegistrationAccessToken
            | Self::PersonalToken
            | Self::SigningSecret
            | Self::Verifier => false,
        }
    }

    /// How long its secrets are.
    const fn length(self) -> usize {
        let moment = if self.is_issued_often() {
            MOMENT_LENGTH
        } else {
            0
        };
        self.prefix().len() + moment + BODY_LENGTH + CHECKSUM_LENGTH
    }

    /// The moment that a secret of this kind names, if its kind names one.
    fn moment(self, text: &str) -> Option<Moment> {
        let after = text.get(self.prefix().len()..)?;
        Moment::read(after.get(..MOMENT_LENGTH)?).filter(|_| self.is_issued_often())
    }
}

/// When a secret was issued, to 16 milliseconds. It is no secret, and nothing
/// is decided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment(u64);

impl Moment {
    /// Enough for 570 years.
    const BITS: u32 = 40;
    /// One step is 2¹⁴ microseconds.
    const STEP: u32 = 14;

    fn of(now: Timestamp) -> Self {
        let micros = u64::try_from(now.as_micros()).unwrap_or(0);
        Self(micros >> Self::STEP & ((1 << Self::BITS) - 1))
    }

    fn read(digits: &str) -> Option<Self> {
        let number = digits.bytes().try_fold(0_u64, |number, digit| {
            let value = ALPHABET.iter().position(|letter| *letter == digit)?;
            Some(number * 62 + value as u64)
        })?;
        (number >> Self::BITS == 0).then_some(Self(number))
    }

    /// In the order of time.
    fn bytes(self) -> [u8; 5] {
        let [_, _, _, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }
}

/// The operating system's generator; that it fails is a panic, since nothing
/// can be issued then.
#[must_use]
pub fn operating_system_randomness() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

/// A secret in the clear: prefix, the moment where its kind has one, 256 random
/// bits, checksum.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PlainSecret {
    kind: SecretKind,
    text: String,
}

impl PlainSecret {
    /// A new secret.
    pub fn generate(kind: SecretKind, now: Timestamp, randomness: &mut impl CryptoRng) -> Self {
        let mut text = String::with_capacity(kind.length());
        text.push_str(kind.prefix());
        if kind.is_issued_often() {
            push_base62::<MOMENT_LENGTH>(&mut text, Moment::of(now).0);
        }
        // All of them at once: each call asks the operating system.
        let mut words = [[0; size_of::<u64>()]; BODY_LENGTH / WORD_LENGTH];
        randomness.fill_bytes(words.as_flattened_mut());
        for word in words {
            push_base62::<WORD_LENGTH>(&mut text, u64::from_ne_bytes(word));
        }
        let checksum = crc32fast::hash(text.as_bytes());
        push_base62::<CHECKSUM_LENGTH>(&mut text, checksum.into());
        Self { kind, text }
    }

    /// Reads a secret of this kind. None where prefix, length, letters or
    /// checksum are another's: it can't be one that was issued here.
    #[must_use]
    pub fn parse(kind: SecretKind, text: &str) -> Option<Self> {
        may_be_issued(kind, text).then(|| Self {
            kind,
            text: text.to_owned(),
        })
    }

    /// The secret itself, to be shown to whom it is given.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of_kind(self.kind, &self.text)
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PlainSecret(…)")
    }
}

/// Whether prefix, length, letters, moment and checksum are those of a secret
/// of this kind.
fn may_be_issued(kind: SecretKind, text: &str) -> bool {
    let Some(body) = text.strip_prefix(kind.prefix()) else {
        return false;
    };
    if text.len() != kind.length() || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    if kind.is_issued_often() && kind.moment(text).is_none() {
        return false;
    }
    let (signed, checksum) = text.split_at(text.len() - CHECKSUM_LENGTH);
    let expected = base62::<CHECKSUM_LENGTH>(crc32fast::hash(signed.as_bytes()).into());
    checksum.as_bytes() == expected
}

fn base62<const LENGTH: usize>(mut number: u64) -> [u8; LENGTH] {
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        // The remainder is below 62.
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits
}

fn push_base62<const LENGTH: usize>(text: &mut String, number: u64) {
    text.extend(base62::<LENGTH>(number).map(char::from));
}

/// The SHA-256 digest of a secret: what is stored and looked up. A slow hash
/// would protect nothing more, for a secret has 256 random bits; what has fewer,
/// a verifier or a user code that is typed, is short-lived and can be tried a
/// few times only.
///
/// Where a secret's kind is issued often, its moment stands in the place of the
/// last five bytes, and before the others: 216 bits are left of the hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of whatever was presented as a secret that names no moment.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// The digest of what was presented as a secret of this kind. None where it
    /// can't be one, as in [`PlainSecret::parse`].
    #[must_use]
    pub fn of_issued(kind: SecretKind, presented: &str) -> Option<Self> {
        may_be_issued(kind, presented).then(|| Self::of_kind(kind, presented))
    }

    fn of_kind(kind: SecretKind, text: &str) -> Self {
        let hash = Self::of(text);
        let Some(moment) = kind.moment(text) else {
            return hash;
        };
        let mut digest = [0; 32];
        let (first, rest) = digest.split_at_mut(5);
        first.copy_from_slice(&moment.bytes());
        rest.copy_from_slice(&hash.0[..27]);
        Self(digest)
    }

    /// No secret has this digest. It is what a presented one is compared with
    /// where there is nothing to compare it with.
    #[must_use]
    pub const fn of_nothing() -> Self {
        Self([0; 32])
    }

    /// Whether both are the same, in a time that does not depend on where
    /// they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// Names the secret in logs: the digest's first 64 bits, which tell nothing
    /// of the secret but when it was issued.
    #[must_use]
    pub fn name(&self) -> String {
        self.token_id().to_string()
    }

    /// The same name, for the consumers of a token.
    #[must_use]
    pub fn token_id(&self) -> TokenId {
        let (first, _) = self.0.split_first_chunk().expect("a digest has 32 bytes");
        TokenId(u64::from_be_bytes(*first))
    }
}

/// The digests that have this name, as the first and the last of them in order.
#[must_use]
pub fn named(token_id: TokenId) -> (SecretDigest, SecretDigest) {
    let with_rest = |rest| {
        let mut digest = [rest; 32];
        digest[..8].copy_from_slice(&token_id.0.to_be_bytes());
        SecretDigest(digest)
    };
    (with_rest(0), with_rest(u8::MAX))
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretDigest({}…)", self.name())
    }
}

impl ToSql<Binary, Hob> for SecretDigest {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(&self.0[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<Binary, Hob> for SecretDigest {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let bytes = <*const [u8] as FromSql<Binary, Hob>>::from_sql(value)?;
        // SAFETY: the row that lends the value is borrowed for this call, and
        // the pointer is used for nothing after it.
        let bytes = unsafe { &*bytes };
        Ok(Self(bytes.try_into().map_err(|_| {
            format!("a digest has 32 bytes, this one has {}", bytes.len())
        })?))
    }
}

/// A name for a new client: 128 random bits, no secret.
pub fn new_client_id(randomness: &mut impl CryptoRng) -> String {
    let mut client_id = String::with_capacity(2 * WORD_LENGTH);
    for _ in 0..2 {
        push_base62::<WORD_LENGTH>(&mut client_id, randomness.next_u64());
    }
    client_id
}

#[cfg(test)]
mod tests;
