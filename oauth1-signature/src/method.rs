//! Signature methods (RFC 5849, section 3.4). Those with SHA-256 are no part of
//! it, and work the same.

use std::fmt;

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureMethod {
    HmacSha1,
    HmacSha256,
    RsaSha1,
    RsaSha256,
    /// The secrets themselves: only for connections that nobody can read.
    Plaintext,
}

impl SignatureMethod {
    /// What is to be preferred comes first.
    pub const ALL: [Self; 5] = [
        Self::HmacSha256,
        Self::RsaSha256,
        Self::HmacSha1,
        Self::RsaSha1,
        Self::Plaintext,
    ];

    /// As it stands in `oauth_signature_method`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    /// None for whatever is not on the list. Case counts.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }

    /// Whether it needs a key of the client's and no secret.
    #[must_use]
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaSha1 | Self::RsaSha256)
    }
}

impl fmt::Display for SignatureMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
