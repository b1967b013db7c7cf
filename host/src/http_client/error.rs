//! Why there is no answer, precisely; and what of it a plugin learns.
//!
//! No variant holds more of a URL than its host: a path and a query may be
//! secret.

use std::{error::Error, time::Duration};

use hob_plugin_sdk::abi::http_client::{RawOutboundError, RawOutboundErrorKind as Kind};

use super::names::Forbidden;

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("a request to another site can't be sent: {what} is not right")]
    Invalid { what: &'static str },
    #[error(
        "{host} may not be asked: it has no public address, or it is plain http, and `allow` in \
         [http_client] does not name its network"
    )]
    Forbidden { host: String },
    #[error("{host} leads from https to http")]
    LeavesTls { host: String },
    #[error("{host} leads on to an address that is none")]
    RedirectToNowhere { host: String },
    #[error("{host} leads on more than {most} times")]
    TooManyRedirects { host: String, most: u32 },
    #[error("{host} can't be asked: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host} did not answer within {} ms", time.as_millis())]
    TimedOut { host: String, time: Duration },
    #[error("the answer of {host} is larger than {most} bytes")]
    TooLarge { host: String, most: u64 },
    #[error("no site can be asked from here: {why}")]
    NoClient { why: String },
}

impl OutboundError {
    pub(super) fn forbidden(host: &str) -> Self {
        let host = host.to_owned();
        Self::Forbidden { host }
    }

    pub(super) fn timed_out(host: &str, time: Duration) -> Self {
        let host = host.to_owned();
        Self::TimedOut { host, time }
    }

    /// A client could not be made, as where there are no certificates.
    pub(super) fn no_client(error: &reqwest::Error) -> Self {
        let why = causes(error);
        Self::NoClient { why }
    }

    pub(super) fn of_reqwest(host: &str, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let host = host.to_owned();
        if chain(&error).any(|cause| cause.is::<Forbidden>()) {
            return Self::Forbidden { host };
        }
        let why = causes(&error);
        Self::Unreachable { host, why }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Invalid { .. } => Kind::Invalid,
            Self::Forbidden { .. } | Self::LeavesTls { .. } => Kind::Forbidden,
            Self::TooManyRedirects { .. } => Kind::TooManyRedirects,
            Self::RedirectToNowhere { .. } | Self::Unreachable { .. } | Self::NoClient { .. } => {
                Kind::Unreachable
            }
            Self::TimedOut { .. } => Kind::TimedOut,
            Self::TooLarge { .. } => Kind::TooLarge,
        }
    }
}

impl From<OutboundError> for RawOutboundError {
    fn from(error: OutboundError) -> Self {
        Self {
            kind: error.kind(),
            message: error.to_string().into(),
        }
    }
}

/// An error and what it came of.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The last cause says what happened; what stands around it, where.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut causes: Vec<String> = chain(error).skip(1).map(ToString::to_string).collect();
    if causes.is_empty() {
        causes.push(error.to_string());
    }
    causes.dedup();
    causes.join(": ")
}
