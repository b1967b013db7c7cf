//! `/`: what everybody has published lately.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::StatusCode;
use serde::Deserialize;

use super::shown::ShownMedium;
use crate::{
    http::{
        App,
        address::Query,
        language::Audience,
        page::{Failure, Frame, html, see_other},
        views::{HomePage, Tile},
    },
    media::{library::PublishError, rows::Listing},
};

/// Media on one page of a grid.
pub const PAGE_LENGTH: u32 = 30;

/// Where in a listing a page begins.
#[derive(Deserialize)]
pub struct Paged {
    pub after: Option<String>,
}

/// Shows the newest public media of all members.
///
/// # Errors
/// A cursor that is none, or the database failed.
pub async fn show(
    State(app): State<App>,
    audience: Audience,
    Query(paged): Query<Paged>,
) -> Result<Response, Failure> {
    let after = paged.after.as_deref();
    let page = app
        .site()
        .media
        .list(Listing::Public, after, PAGE_LENGTH)
        .await?;
    let language = audience.language;
    let shown: Vec<ShownMedium> = page
        .media
        .into_iter()
        .map(|medium| ShownMedium::tile(&app, language, medium))
        .collect();
    let tiles: Vec<Tile<'_>> = shown.iter().map(|medium| medium.as_tile(true)).collect();
    let address = &app.site().address;
    let here = address.path("/");
    let newest = after.map(|_| here.clone());
    let older = page
        .next
        .map(|cursor| address.path(&format!("/?after={cursor}")));
    let frame = Frame::new(&app, audience.visitor.as_ref(), language, &here);
    html(
        StatusCode::OK,
        &HomePage {
            layout: frame.layout(),
            tiles: &tiles,
            newest_url: newest.as_deref(),
            older_url: older.as_deref(),
        },
    )
}

/// Sends on who left out the slash behind the path of a site that has one.
pub async fn from_bare_path(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query = query.map_or(String::new(), |query| format!("?{query}"));
    see_other(&app.site().address.path(&format!("/{query}")))
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotFound => Self::NotFound,
            PublishError::NotAnUploader | PublishError::NotTheOwner => {
                Self::Forbidden((&error).into())
            }
            PublishError::Invalid { .. } | PublishError::File(_) => {
                Self::BadRequest((&error).into())
            }
            PublishError::Store(_) | PublishError::Spool(_) | PublishError::Database(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}
