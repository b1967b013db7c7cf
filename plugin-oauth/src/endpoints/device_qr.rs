//! `GET /device/qr`: the address at which a member lets a device in, as a QR
//! code for the device to show (RFC 8628, section 3.3.1).
//!
//! It draws what it is asked for and looks nothing up, so it tells nobody
//! which codes there are.

use hob_plugin_sdk::{Request, Response, prelude::*};
use qrcode::{EcLevel, QrCode, render::svg};

use super::device::complete_path;
use crate::{OAuth, error::OAuthError, user_code::UserCode};

/// In pixels, the quiet zone included; an SVG grows without loss.
const SIDE: u32 = 240;

/// Draws it: black on white in the dark too, since many readers want that.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let fields = request.query_fields()?;
    let user_code = UserCode::parse(fields.required("user_code")?)
        .ok_or(OAuthError::Malformed("this can't be a user_code"))?;
    let address = oauth.host().site().plugin_url(&complete_path(&user_code));
    let code = QrCode::with_error_correction_level(&address, EcLevel::M)
        .map_err(|error| PluginError::new(format!("{address} is no QR code: {error}")))?;
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE, SIDE)
        .build();
    Ok(Response::bytes(200, "image/svg+xml", image)
        .with_header("cache-control", "no-store")
        .with_header("content-security-policy", "default-src 'none'; sandbox"))
}
