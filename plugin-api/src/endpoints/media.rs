//! `/media`: lists media and publishes them.

use std::{path::PathBuf, sync::Arc};

use hob_plugin_sdk::{
    Request, Response,
    http::{Fields, Part, PartContent},
    media::{MediaQuery, NewMedium},
};

use crate::{
    Api,
    authentication::Caller,
    error::ApiError,
    resources::{MediaList, MediumResource, Visibility},
};

/// How many media a page has where the client doesn't say.
pub const DEFAULT_LIMIT: u32 = 20;
/// The most that a client may ask for.
pub const MAXIMUM_LIMIT: u32 = 100;

/// `GET /media`: newest first, what the caller may see.
pub async fn list(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let wanted = ListRequest::parse(&request.query_fields()?)?;
    let owner = match &wanted.owner {
        None => None,
        Some(Owner::Me) => Some(caller.require_member(&api)?),
        Some(Owner::Username(username)) => {
            let profile = api.members.find_by_username(username).await?;
            Some(profile.ok_or(ApiError::NotFound { what: "The owner" })?.id)
        }
    };
    let page = api
        .media
        .list(MediaQuery {
            viewer: caller.member_id(),
            owner,
            cursor: wanted.cursor.clone(),
            limit: wanted.limit,
        })
        .await
        .map_err(|error| match error.is_invalid() {
            true => ApiError::invalid("cursor", error.message()),
            false => ApiError::from_host(error),
        })?;
    let next_link = page.next.as_deref().map(|cursor| {
        let url = wanted.next_url(&api.host.site().plugin_url("/media"), cursor);
        format!("<{url}>; rel=\"next\"")
    });
    let response = Response::json(200, &MediaList::new(page, api.host.site()));
    Ok(match next_link {
        Some(link) => response.with_header("link", link),
        None => response,
    })
}

/// `POST /media`: publishes a file for the member. Who may publish, and what
/// is accepted, is decided where the site's own form asks too.
pub async fn create(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let owner_id = caller.require_member(&api)?;
    if request.content_type().as_deref() != Some("multipart/form-data") {
        return Err(ApiError::WrongMediaType {
            expected: "multipart/form-data",
        });
    }
    let upload = UploadRequest::parse(request.parts())?;
    let created = api
        .media
        .create(NewMedium {
            owner_id,
            path: upload.path,
            file_name: upload.file_name,
            title: upload.title.unwrap_or_default(),
            description: upload.description.unwrap_or_default(),
            tags: upload.tags,
            visibility: upload
                .visibility
                .map(|visibility| visibility.as_str().to_owned()),
        })
        .await
        .map_err(ApiError::from_host)?;
    let location = api
        .host
        .site()
        .plugin_url(&format!("/media/{}", created.id));
    Ok(
        Response::json(201, &MediumResource::new(created, api.host.site()))
            .with_header("location", location),
    )
}

/// The query of a list. Parameters of other names are ignored, since a scheme
/// of authentication may bring its own.
#[derive(Debug, PartialEq)]
struct ListRequest {
    limit: u32,
    cursor: Option<String>,
    owner: Option<Owner>,
}

#[derive(Debug, PartialEq)]
enum Owner {
    /// The member whom the token speaks for.
    Me,
    Username(String),
}

impl ListRequest {
    fn parse(query: &Fields) -> Result<Self, ApiError> {
        let limit = match query.one("limit")? {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAXIMUM_LIMIT).contains(limit))
                .ok_or_else(|| {
                    ApiError::invalid(
                        "limit",
                        format!("`limit` is a number from 1 to {MAXIMUM_LIMIT}."),
                    )
                })?,
        };
        Ok(Self {
            limit,
            cursor: query.one("cursor")?.map(ToOwned::to_owned),
            owner: query.one("owner")?.map(|owner| match owner {
                "me" => Owner::Me,
                username => Owner::Username(username.to_owned()),
            }),
        })
    }

    /// Where the page after this one is.
    fn next_url(&self, url: &str, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        match &self.owner {
            None => {}
            Some(Owner::Me) => {
                query.append_pair("owner", "me");
            }
            Some(Owner::Username(username)) => {
                query.append_pair("owner", username);
            }
        }
        query.append_pair("cursor", cursor);
        format!("{url}?{}", query.finish())
    }
}

/// The parts of an upload.
#[derive(Debug, Default, PartialEq)]
struct UploadRequest {
    path: PathBuf,
    file_name: String,
    title: Option<String>,
    description: Option<String>,
    tags: Vec<String>,
    visibility: Option<Visibility>,
}

impl UploadRequest {
    fn parse(parts: Vec<Part>) -> Result<Self, ApiError> {
        let mut file = None;
        let mut title = None;
        let mut description = None;
        let mut visibility = None;
        let mut tags = Vec::new();
        for part in parts {
            match (part.name.as_str(), part.content) {
                (
                    "file",
                    PartContent::File {
                        file_name, path, ..
                    },
                ) => once(&mut file, "file", (path, file_name))?,
                ("file", PartContent::Text(_)) => {
                    return Err(ApiError::invalid(
                        "file",
                        "The part `file` has no file name, so it is no file. Send it with one.",
                    ));
                }
                ("title", PartContent::Text(text)) => once(&mut title, "title", text)?,
                ("description", PartContent::Text(text)) => {
                    once(&mut description, "description", text)?;
                }
                ("visibility", PartContent::Text(text)) => {
                    once(&mut visibility, "visibility", Visibility::parse(&text)?)?;
                }
                ("tags", PartContent::Text(text)) => tags.extend(split_tags(&text)),
                ("title" | "description" | "visibility" | "tags", PartContent::File { .. }) => {
                    return Err(ApiError::invalid(
                        part.name.as_str(),
                        format!("The part `{}` is text and no file.", part.name),
                    ));
                }
                (unknown, _) => {
                    return Err(ApiError::invalid(
                        unknown,
                        format!(
                            "There is no part called `{unknown}`; there are file, title, \
                             description, tags and visibility."
                        ),
                    ));
                }
            }
        }
        let (path, file_name) =
            file.ok_or_else(|| ApiError::invalid("file", "The part `file` is missing."))?;
        Ok(Self {
            path,
            file_name,
            title,
            description,
            tags,
            visibility,
        })
    }
}

fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), ApiError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ApiError::invalid(
            name,
            format!("The part `{name}` is there more than once."),
        )),
    }
}

/// Tags come separated by commas, in parts that may be repeated, or both.
fn split_tags(text: &str) -> impl Iterator<Item = String> {
    text.split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list_request(query: &str) -> Result<ListRequest, ApiError> {
        ListRequest::parse(&Fields::parse(query.as_bytes()).unwrap())
    }

    fn text(name: &str, text: &str) -> Part {
        Part {
            name: name.to_owned(),
            content: PartContent::Text(text.to_owned()),
        }
    }

    fn file(name: &str) -> Part {
        Part {
            name: name.to_owned(),
            content: PartContent::File {
                file_name: "a.jpg".to_owned(),
                path: PathBuf::from("/tmp/spooled"),
                size: 3,
            },
        }
    }

    /// The field that an upload's error names.
    fn wrong_field(parts: Vec<Part>) -> String {
        match UploadRequest::parse(parts) {
            Err(ApiError::Invalid {
                field: Some(field), ..
            }) => field,
            Err(ApiError::Unprocessable {
                field: Some(field), ..
            }) => field.to_owned(),
            other => panic!("expected a named field, got {other:?}"),
        }
    }

    #[test]
    fn the_limit_has_a_default_and_bounds() {
        assert_eq!(list_request("").unwrap().limit, DEFAULT_LIMIT);
        assert_eq!(list_request("limit=1").unwrap().limit, 1);
        assert_eq!(list_request("limit=100").unwrap().limit, 100);
        for wrong in ["0", "101", "-1", "many", "1e2", "4294967297"] {
            assert!(list_request(&format!("limit={wrong}")).is_err(), "{wrong}");
        }
        assert!(list_request("limit=1&limit=1").is_err());
    }

    #[test]
    fn the_owner_me_is_the_caller_and_others_are_names() {
        assert_eq!(list_request("owner=me").unwrap().owner, Some(Owner::Me));
        assert_eq!(
            list_request("owner=alice").unwrap().owner,
            Some(Owner::Username("alice".to_owned()))
        );
        assert_eq!(list_request("owner=").unwrap().owner, None);
    }

    #[test]
    fn the_next_url_keeps_the_query_and_escapes_the_cursor() {
        let request = list_request("limit=5&owner=alice&cursor=old").unwrap();
        assert_eq!(
            request.next_url("https://example.org/api/v1/media", "a+b/c="),
            "https://example.org/api/v1/media?limit=5&owner=alice&cursor=a%2Bb%2Fc%3D"
        );
    }

    #[test]
    fn an_upload_takes_its_parts_in_any_order() {
        let upload = UploadRequest::parse(vec![
            text("tags", "sea, sky,,"),
            text("visibility", "unlisted"),
            file("file"),
            text("tags", "boat"),
            text("title", "The sea"),
        ])
        .unwrap();
        assert_eq!(upload.path, PathBuf::from("/tmp/spooled"));
        assert_eq!(upload.file_name, "a.jpg");
        assert_eq!(upload.title.as_deref(), Some("The sea"));
        assert_eq!(upload.description, None);
        assert_eq!(upload.tags, ["sea", "sky", "boat"]);
        assert_eq!(upload.visibility, Some(Visibility::Unlisted));
    }

    #[test]
    fn an_upload_needs_exactly_one_file() {
        assert_eq!(wrong_field(vec![text("title", "The sea")]), "file");
        assert_eq!(wrong_field(vec![file("file"), file("file")]), "file");
        assert_eq!(wrong_field(vec![text("file", "bytes")]), "file");
    }

    #[test]
    fn an_unknown_part_a_repeated_part_and_a_file_for_text_are_named() {
        assert_eq!(
            wrong_field(vec![file("file"), text("licence", "x")]),
            "licence"
        );
        assert_eq!(wrong_field(vec![file("file"), file("image")]), "image");
        assert_eq!(
            wrong_field(vec![text("title", "a"), file("file"), text("title", "b")]),
            "title"
        );
        assert_eq!(wrong_field(vec![file("file"), file("title")]), "title");
        assert_eq!(
            wrong_field(vec![file("file"), text("visibility", "secret")]),
            "visibility"
        );
    }
}
