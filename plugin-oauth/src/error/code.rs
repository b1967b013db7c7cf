//! The codes by which a client is told what went wrong.

/// A code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed, or there is more than
    /// one client authentication (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidRequest,
    /// Client authentication failed: unknown client, no or wrong credentials
    /// (RFC 6749, section 5.2).
    InvalidClient,
    /// The code or the refresh token is invalid, expired, revoked, another
    /// client's, or does not go with the redirect URI (RFC 6749, section 5.2)
    /// or the code verifier (RFC 7636, section 4.6).
    InvalidGrant,
    /// The client may not use this grant, or may not do anything (RFC 6749,
    /// sections 4.1.2.1 and 5.2).
    UnauthorizedClient,
    /// The server does not know this grant (RFC 6749, section 5.2).
    UnsupportedGrantType,
    /// Only `code` is a response type here (RFC 6749, section 4.1.2.1).
    UnsupportedResponseType,
    /// The scope is unknown, malformed, or wider than what was granted
    /// (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidScope,
    /// The member, or the server, denied the request (RFC 6749, section
    /// 4.1.2.1).
    AccessDenied,
    /// The member has not decided yet (RFC 8628, section 3.5).
    AuthorizationPending,
    /// Too many tries, or too soon a one; come again later (RFC 8628, section
    /// 3.5, has the word).
    SlowDown,
    /// The device code has expired (RFC 8628, section 3.5).
    ExpiredToken,
    /// The server failed (RFC 6749, section 4.1.2.1).
    ServerError,
    /// The resource is unknown or malformed (RFC 8707, section 2).
    InvalidTarget,
    /// `prompt=none`, and nobody is signed in (OpenID Connect Core, section
    /// 3.1.2.6).
    LoginRequired,
    /// `prompt=none`, and the member would have to be asked (OpenID Connect
    /// Core, section 3.1.2.6).
    ConsentRequired,
    /// The DPoP proof does not hold (RFC 9449, section 5).
    InvalidDpopProof,
    /// The DPoP proof lacks a nonce of the server's (RFC 9449, section 8).
    UseDpopNonce,
    /// `request` is not supported (RFC 9101, section 6; OpenID Connect Core,
    /// section 3.1.2.6).
    RequestNotSupported,
    /// `request_uri` of the client's own is not supported (the same).
    RequestUriNotSupported,
    /// A redirect URI can't be registered (RFC 7591, section 3.2.2).
    InvalidRedirectUri,
    /// Client metadata can't be registered (RFC 7591, section 3.2.2).
    InvalidClientMetadata,
    /// The access token of the request is missing, unknown, expired or used up
    /// (RFC 6750, section 3.1).
    InvalidToken,
    /// The endpoint is switched off here; the host has this word for whatever
    /// is not there.
    NotFound,
}

impl ErrorCode {
    /// As it stands in `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::ServerError => "server_error",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::NotFound => "not_found",
        }
    }

    /// The status of an answer that carries it in its body.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::NotFound => 404,
            Self::ServerError => 500,
            Self::InvalidRequest
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::AccessDenied
            | Self::AuthorizationPending
            | Self::SlowDown
            | Self::ExpiredToken
            | Self::InvalidTarget
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::InvalidDpopProof
            | Self::UseDpopNonce
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported
            | Self::InvalidRedirectUri
            | Self::InvalidClientMetadata => 400,
        }
    }
}
