//! `/m/{id}`: a medium's page, its form and its end; `/media/{id}/{size}`: its
//! files.

use axum::{extract::State, response::Response};
use http::{HeaderMap, Method, StatusCode};

use super::shown::{ShownMedium, ShownMoment, bytes_in_words, unsigned};
use crate::{
    http::{
        App,
        address::Path,
        form::SignedForm,
        language::Audience,
        page::{Failure, Frame, html, see_other},
        stored_file,
        views::{DownloadableFile, Field, MediaEditPage, MediaPage, Owned, Stage},
        visitor::Visitor,
    },
    media::library::{MediumChange, PublishError},
    words::Phrase,
};

fn viewer(visitor: Option<&Visitor>) -> Option<i64> {
    visitor.map(|visitor| visitor.signed_in.member.id)
}

/// Shows a medium.
///
/// # Errors
/// There is none that this visitor may see.
pub async fn show(
    State(app): State<App>,
    audience: Audience,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (visitor, language) = (audience.visitor, audience.language);
    let viewer = viewer(visitor.as_ref());
    let medium = app
        .site()
        .media
        .find(viewer, id)
        .await?
        .ok_or(Failure::NotFound)?;
    let address = &app.site().address;
    let shown = ShownMedium::large(&app, language, medium);
    let medium = &shown.medium;
    let original_url = address.path(&format!("/media/{id}/original"));
    let stage = match (medium.row.state.as_str(), shown.image()) {
        ("ready", Some(image)) => Stage::Ready {
            image,
            original_url: &original_url,
        },
        ("failed", _) => Stage::Failed {
            reason: &medium.row.problem,
        },
        _ => Stage::Processing,
    };
    let frame = Frame::new(&app, visitor.as_ref(), language, &shown.url);
    let words = frame.words();
    let sizes = [
        ("original", "media-size-original"),
        ("medium", "media-size-medium"),
        ("thumbnail", "media-size-thumbnail"),
    ];
    let downloads: Vec<(String, String, u32, u32, String)> = sizes
        .into_iter()
        .filter(|_| medium.row.state == "ready")
        .filter_map(|(size, name)| Some((words.say(name).to_string(), medium.file(size)?)))
        .map(|(name, file)| {
            let url = address.path(&format!("/media/{id}/{}", file.size));
            let size = bytes_in_words(words, u64::try_from(file.bytes).unwrap_or(0));
            (name, url, unsigned(file.width), unsigned(file.height), size)
        })
        .collect();
    let files: Vec<DownloadableFile<'_>> = downloads
        .iter()
        .map(|(name, url, width, height, size)| DownloadableFile {
            name,
            url,
            width: *width,
            height: *height,
            size,
        })
        .collect();
    let edit_url = format!("{}/edit", shown.url);
    let delete_url = format!("{}/delete", shown.url);
    let tags: Vec<&str> = medium.tags.iter().map(String::as_str).collect();
    let created = ShownMoment::new(words, medium.row.created_at);
    html(
        StatusCode::OK,
        &MediaPage {
            layout: frame.layout(),
            title: &medium.row.title,
            description: &medium.row.description,
            tags: &tags,
            owner: shown.owner(),
            created: created.moment(),
            visibility_badge: shown.visibility_badge.as_deref(),
            stage,
            files: &files,
            owned: (viewer == Some(medium.row.owner_id)).then_some(Owned {
                edit_url: &edit_url,
                delete_url: &delete_url,
            }),
        },
    )
}

/// What was typed into the form, kept if it is refused.
struct Typed {
    title: String,
    description: String,
    tags: String,
    visibility: String,
}

/// Shows the form that changes a medium.
///
/// # Errors
/// The medium is somebody else's, or there is none.
pub async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let medium = app
        .site()
        .media
        .owned(visitor.signed_in.member.id, id)
        .await?;
    let typed = Typed {
        title: medium.row.title.clone(),
        description: medium.row.description.clone(),
        tags: medium.tags.join(", "),
        visibility: medium.row.visibility.clone(),
    };
    form_page(&app, &visitor, id, &typed, None).await
}

async fn form_page(
    app: &App,
    visitor: &Visitor,
    id: i64,
    typed: &Typed,
    problem: Option<&PublishError>,
) -> Result<Response, Failure> {
    let medium = app
        .site()
        .media
        .owned(visitor.signed_in.member.id, id)
        .await?;
    let shown = ShownMedium::tile(app, visitor.language, medium);
    let save_url = format!("{}/edit", shown.url);
    let frame = Frame::new(app, Some(visitor), visitor.language, &save_url);
    let words = problem.map(|problem| Phrase::from(problem).say(frame.words()));
    let error = |name: &str| match problem {
        Some(PublishError::Invalid { field, .. }) if *field == name => words.as_deref(),
        _ => None,
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    html(
        status,
        &MediaEditPage {
            layout: frame.layout(),
            original_title: &shown.medium.row.title,
            url: &shown.url,
            save_url: &save_url,
            image: shown.image(),
            problem: words.as_deref(),
            title: Field {
                value: &typed.title,
                error: error("title"),
            },
            description: Field {
                value: &typed.description,
                error: error("description"),
            },
            tags: Field {
                value: &typed.tags,
                error: error("tags"),
            },
            visibility: &typed.visibility,
        },
    )
}

/// Changes a medium's words and visibility.
///
/// # Errors
/// As [`edit`].
pub async fn save(
    State(app): State<App>,
    Path(id): Path<i64>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let word = |name: &str| form.fields.first(name).unwrap_or_default().to_owned();
    let typed = Typed {
        title: word("title"),
        description: word("description"),
        tags: word("tags"),
        visibility: word("visibility"),
    };
    let change = MediumChange {
        title: Some(typed.title.clone()),
        description: Some(typed.description.clone()),
        tags: Some(typed.tags.split(',').map(ToOwned::to_owned).collect()),
        visibility: Some(typed.visibility.clone()).filter(|word| !word.is_empty()),
    };
    let owner = form.visitor.signed_in.member.id;
    match app.site().media.change(owner, id, change).await {
        Ok(_) => Ok(see_other(&app.site().address.path(&format!("/m/{id}")))),
        Err(problem @ PublishError::Invalid { .. }) => {
            form_page(&app, &form.visitor, id, &typed, Some(&problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Deletes a medium.
///
/// # Errors
/// As [`edit`].
pub async fn delete(
    State(app): State<App>,
    Path(id): Path<i64>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let member = &form.visitor.signed_in.member;
    app.site().media.delete(member.id, id).await?;
    let home = format!("/u/{}", member.username);
    Ok(see_other(&app.site().address.path(&home)))
}

/// Serves a file of a medium.
///
/// # Errors
/// There is none that this visitor may see.
pub async fn file(
    State(app): State<App>,
    visitor: Option<Visitor>,
    Path((id, size)): Path<(i64, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let viewer = viewer(visitor.as_ref());
    stored_file::serve(&app, viewer, id, &size, &method, &headers).await
}
