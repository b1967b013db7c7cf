//! The secrets that client and server share.

use std::fmt;

use crate::encoding::encode;

/// The client's secret and the token's. Either may be empty, and the token's is
/// where there is no token yet.
#[derive(Clone, Copy, Default)]
pub struct Secrets<'a> {
    pub client: &'a str,
    pub token: &'a str,
}

impl Secrets<'_> {
    /// The key of an HMAC, and the signature of PLAINTEXT (RFC 5849, sections
    /// 3.4.2 and 3.4.4). The ampersand is always there.
    pub(crate) fn joined(&self) -> String {
        format!("{}&{}", encode(self.client), encode(self.token))
    }
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(…)")
    }
}
