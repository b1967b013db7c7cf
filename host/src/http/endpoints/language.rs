//! `/language`: the choice at the foot of each page.

use axum::{
    extract::{FromRequest, Request, State},
    response::Response,
};
use http::header;

use super::login::own_path;
use crate::{
    http::{
        App,
        form::{OpenForm, check_csrf},
        language::choice_cookie,
        page::{Failure, see_other},
        visitor::Visitor,
    },
    members::Member,
    words::{Language, Phrase},
};

/// Keeps the choice, for a member in the account too, and goes back.
///
/// # Errors
/// There is no such language, the form is forged, or the database failed.
pub async fn choose(State(app): State<App>, request: Request) -> Result<Response, Failure> {
    let visitor = Visitor::of(&app, request.headers()).await?;
    let OpenForm { fields } = OpenForm::from_request(request, &app).await?;
    let language = fields
        .first("language")
        .and_then(Language::named)
        .ok_or(Failure::BadRequest(Phrase::new("failure-language")))?;
    if let Some(visitor) = visitor {
        check_csrf(&visitor, fields.first("csrf"))?;
        let id = visitor.signed_in.member.id;
        app.site()
            .db
            .write(move |connection| Member::choose_language(connection, id, language.as_str()))
            .await?;
    }
    let mut response = see_other(&own_path(&app, fields.first("next")));
    response.headers_mut().insert(
        header::SET_COOKIE,
        choice_cookie(language, &app.site().address),
    );
    Ok(response)
}
