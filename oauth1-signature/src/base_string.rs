//! What is signed: the signature base string (RFC 5849, section 3.4.1).

use std::fmt;

use url::{Origin, Url};

use crate::{encoding::encode, parameters::Parameters};

/// Method, address and parameters of a request, as one text.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseString(String);

/// Why a request to this address can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("it is not an absolute URL")]
    Shape,
    #[error("its scheme is neither http nor https")]
    Scheme,
    #[error("its port is out of range")]
    Port,
}

impl BaseString {
    /// Of a request to `origin` (`scheme://host[:port]`) and a path as it
    /// stands in the request, not decoded. The parameters are all that there
    /// are, save the realm and the signature.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn new(
        method: &str,
        origin: &str,
        path: &str,
        parameters: &Parameters,
    ) -> Result<Self, UrlError> {
        let origin = normalized_origin(&Url::parse(origin).map_err(|_| UrlError::Shape)?)?;
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self::of(method, &format!("{origin}{path}"), parameters))
    }

    /// Of a request to this URL, whose query has to be among the parameters.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn for_url(method: &str, url: &Url, parameters: &Parameters) -> Result<Self, UrlError> {
        let address = format!("{}{}", normalized_origin(url)?, url.path());
        Ok(Self::of(method, &address, parameters))
    }

    fn of(method: &str, address: &str, parameters: &Parameters) -> Self {
        let method = method.to_uppercase();
        let parameters = parameters.normalized();
        Self(format!(
            "{}&{}&{}",
            encode(&method),
            encode(address),
            encode(&parameters)
        ))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It tells what was sent, so it is not for logs.
impl fmt::Debug for BaseString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BaseString(…)")
    }
}

/// Scheme and host in lower case, and the port where it is not the scheme's own
/// (RFC 5849, section 3.4.1.2).
fn normalized_origin(url: &Url) -> Result<String, UrlError> {
    match url.origin() {
        Origin::Tuple(scheme, host, port) if matches!(scheme.as_str(), "http" | "https") => {
            match port {
                0 => Err(UrlError::Port),
                port => Ok(Origin::Tuple(scheme, host, port).ascii_serialization()),
            }
        }
        Origin::Tuple(..) | Origin::Opaque(_) => Err(UrlError::Scheme),
    }
}

#[cfg(test)]
mod tests;
