//! `/u/{username}`: a member and what that member published.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{
    home::{PAGE_LENGTH, Paged},
    shown::{ShownMedium, ShownMoment},
};
use crate::{
    http::{
        App,
        address::{Path, Query},
        language::Audience,
        page::{Failure, Frame, html, initial},
        views::{MemberPage, Tile},
    },
    media::rows::Listing,
    members::Member,
};

/// Shows a member's public media; to the member, all of them.
///
/// # Errors
/// There is no such member, or the account is switched off.
pub async fn show(
    State(app): State<App>,
    audience: Audience,
    Path(username): Path<String>,
    Query(paged): Query<Paged>,
) -> Result<Response, Failure> {
    let member = app
        .site()
        .db
        .read(move |connection| Member::find_by_username(connection, &username))
        .await?
        .filter(|member| !member.is_disabled())
        .ok_or(Failure::NotFound)?;
    let (visitor, language) = (audience.visitor, audience.language);
    let is_self = visitor
        .as_ref()
        .is_some_and(|visitor| visitor.signed_in.member.id == member.id);
    let listing = if is_self {
        Listing::AllOf(member.id)
    } else {
        Listing::PublicOf(member.id)
    };
    let after = paged.after.as_deref();
    let page = app.site().media.list(listing, after, PAGE_LENGTH).await?;
    let shown: Vec<ShownMedium> = page
        .media
        .into_iter()
        .map(|medium| ShownMedium::tile(&app, language, medium))
        .collect();
    let tiles: Vec<Tile<'_>> = shown.iter().map(|medium| medium.as_tile(false)).collect();
    let here = app.site().address.path(&format!("/u/{}", member.username));
    let newest = after.map(|_| here.clone());
    let older = page.next.map(|cursor| format!("{here}?after={cursor}"));
    let frame = Frame::new(&app, visitor.as_ref(), language, &here);
    let joined = ShownMoment::new(frame.words(), member.created_at);
    html(
        StatusCode::OK,
        &MemberPage {
            layout: frame.layout(),
            username: &member.username,
            display_name: &member.display_name,
            initial: &initial(&member.display_name),
            joined: joined.moment(),
            is_self,
            tiles: &tiles,
            newest_url: newest.as_deref(),
            older_url: older.as_deref(),
        },
    )
}
