//! `/upload`: the form that publishes a photograph.

use axum::{
    Extension,
    extract::{FromRequestParts, Request, State},
    response::Response,
};
use http::StatusCode;

use super::shown::bytes_in_words;
use crate::{
    http::{
        App, bodies,
        bodies::{SpooledContent, SpooledFile},
        envelope::Peer,
        form::{check_csrf, forged},
        page::{Failure, Frame, html, see_other},
        same_site::sent_from_here,
        views::{Field, UploadPage},
        visitor::Visitor,
    },
    media::library::{NewMedium, PublishError},
    words::Phrase,
};

/// Shows the empty form.
///
/// # Errors
/// This account may not publish.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    if !visitor.signed_in.member.uploader {
        return Err(PublishError::NotAnUploader.into());
    }
    form_page(&app, &visitor, &NewMedium::default(), "", None)
}

/// Publishes the photograph, or shows the form again with what was typed.
///
/// # Errors
/// The form is forged, or something of the site failed.
pub async fn publish(
    State(app): State<App>,
    visitor: Visitor,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    if !sent_from_here(&parts.headers, app.site().address.origin()) {
        return Err(forged());
    }
    let mut new = NewMedium {
        owner_id: visitor.signed_in.member.id,
        ..NewMedium::default()
    };
    let mut file: Option<SpooledFile> = None;
    let mut csrf = None;
    let mut tags = String::new();
    let limits = app.site().limits;
    let terms = bodies::FormTerms {
        uploads: &app.site().uploads,
        peer,
        limit: limits.upload,
        patience: limits.patience,
    };
    let form = bodies::multipart(&parts.headers, body, terms).await?;
    // Once more: whoever sends slowly may be signed out by the end.
    let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(&mut parts, &app).await?;
    let _place = form.place;
    for part in form.parts {
        match (part.name.as_str(), part.content) {
            ("csrf", SpooledContent::Text(text)) => csrf = Some(text),
            ("title", SpooledContent::Text(text)) => new.title = text,
            ("description", SpooledContent::Text(text)) => new.description = text,
            ("tags", SpooledContent::Text(text)) => tags = text,
            ("visibility", SpooledContent::Text(text)) => new.visibility = text,
            ("keep_location", SpooledContent::Text(_)) => new.keep_location = true,
            ("file", SpooledContent::File(spooled)) => file = Some(spooled),
            _ => {}
        }
    }
    check_csrf(&visitor, csrf.as_deref())?;
    new.tags = tags.split(',').map(ToOwned::to_owned).collect();
    let Some(file) = file.filter(|file| file.size > 0) else {
        let problem = PublishError::Invalid {
            field: "file",
            message: Phrase::new("problem-no-file"),
        };
        return form_page(&app, &visitor, &new, &tags, Some(&problem));
    };
    new.file_name = file.file_name.clone();
    match app.site().media.publish(new.clone(), &file.path).await {
        Ok(medium) => {
            let page = format!("/m/{}", medium.row.id);
            Ok(see_other(&app.site().address.path(&page)))
        }
        Err(problem @ (PublishError::Invalid { .. } | PublishError::File(_))) => {
            form_page(&app, &visitor, &new, &tags, Some(&problem))
        }
        Err(error) => Err(error.into()),
    }
}

fn form_page(
    app: &App,
    visitor: &Visitor,
    typed: &NewMedium,
    tags: &str,
    problem: Option<&PublishError>,
) -> Result<Response, Failure> {
    let here = app.site().address.path("/upload");
    let frame = Frame::new(app, Some(visitor), visitor.language, &here);
    let words = problem.map(|problem| Phrase::from(problem).say(frame.words()));
    let error = |name: &str| match problem {
        Some(PublishError::Invalid { field, .. }) if *field == name => words.as_deref(),
        Some(PublishError::File(_)) if name == "file" => words.as_deref(),
        _ => None,
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    html(
        status,
        &UploadPage {
            layout: frame.layout(),
            problem: words.as_deref(),
            largest_file: &bytes_in_words(frame.words(), app.site().limits.upload),
            file_error: error("file"),
            title: Field {
                value: &typed.title,
                error: error("title"),
            },
            description: Field {
                value: &typed.description,
                error: error("description"),
            },
            tags: Field {
                value: tags,
                error: error("tags"),
            },
            visibility: match typed.visibility.as_str() {
                "" => "public",
                chosen => chosen,
            },
            keep_location: typed.keep_location,
        },
    )
}
