//! The JSON that goes over the wire, out and in. Field names here are a
//! promise to clients; the OpenAPI document is made from these types.

use std::collections::BTreeMap;

use hob_plugin_sdk::{
    Site,
    db::Timestamp,
    media::{MediaPage, Medium, MediumChange},
    members::Profile,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The member whom the token speaks for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Me<'a> {
    pub id: i64,
    pub username: &'a str,
    pub display_name: &'a str,
    /// The member's page on the site.
    #[schemars(extend("format" = "uri"))]
    pub profile_url: &'a str,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// Only with the scope `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub email: Option<&'a str>,
}

/// A photograph.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Medium")]
pub struct MediumResource {
    pub id: i64,
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    #[schemars(with = "Visibility")]
    pub visibility: String,
    #[schemars(with = "State")]
    pub state: String,
    /// Its page on the site.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
    /// The files by size: `original`, `medium` and `thumbnail`. Sizes that are
    /// still being made are not there yet.
    pub files: BTreeMap<String, MediumFileResource>,
    pub owner: Owner,
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
}

/// One size of a photograph.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MediumFile")]
pub struct MediumFileResource {
    /// Of a private photograph it has to be asked for with the token.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
    pub content_type: String,
    /// In pixels, as it is shown.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

/// Who published a photograph.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Owner {
    pub id: i64,
    pub username: String,
}

/// A page of a list, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MediaList {
    pub media: Vec<MediumResource>,
    /// The `cursor` of the next page; null on the last.
    pub next: Option<String>,
}

/// Who may see a photograph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and it is listed.
    Public,
    /// Everybody who has the link.
    Unlisted,
    /// Its owner alone.
    Private,
}

/// How far the smaller sizes of a photograph are.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used; the host says the state")]
enum State {
    Processing,
    Ready,
    Failed,
}

/// A change of a photograph. What is absent stays as it is. Null is no value:
/// `""` and `[]` clear.
#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MediumUpdate {
    #[serde(default, deserialize_with = "present")]
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    title: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    description: Option<String>,
    /// All its tags, in place of those it has.
    #[serde(default, deserialize_with = "present")]
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<String>")]
    tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schemars(skip_serializing_if = "Option::is_none", with = "Visibility")]
    visibility: Option<String>,
}

/// The parts of an upload.
// They are read one by one, so this is only their description.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub struct Upload {
    /// The photograph: JPEG, PNG, WebP or GIF.
    #[schemars(extend("format" = "binary"))]
    file: String,
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "String")]
    title: Option<String>,
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "String")]
    description: Option<String>,
    /// Separated by commas, in parts that may be repeated, or both.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "String")]
    tags: Option<String>,
    /// The site's default where absent.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "Visibility")]
    visibility: Option<Visibility>,
}

/// What the API says of itself to OAuth clients (RFC 9728, section 2).
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProtectedResource {
    pub resource: String,
    pub authorization_servers: Vec<String>,
    pub scopes_supported: Vec<String>,
    pub resource_name: String,
    /// What the site's token verifiers say of their tokens.
    #[serde(flatten)]
    pub credentials: Map<String, Value>,
}

impl<'a> Me<'a> {
    /// The member's profile, with the e-mail address where the token allows.
    pub fn new(profile: &'a Profile, with_email: bool) -> Self {
        Self {
            id: profile.id,
            username: &profile.username,
            display_name: &profile.display_name,
            profile_url: &profile.profile_url,
            created_at: profile.created_at,
            email: with_email.then_some(&profile.email),
        }
    }
}

impl MediumResource {
    /// A medium as clients see it. What the site's own address shows only to
    /// the signed-in owner is addressed through this API.
    pub fn new(medium: Medium, site: &Site) -> Self {
        let private = medium.visibility == Visibility::Private.as_str();
        let files = medium.files.into_iter().map(|file| {
            let resource = MediumFileResource {
                url: if private {
                    site.plugin_url(&format!("/media/{}/files/{}", medium.id, file.size))
                } else {
                    file.url
                },
                content_type: file.content_type,
                width: file.width,
                height: file.height,
                bytes: file.bytes,
            };
            (file.size, resource)
        });
        Self {
            id: medium.id,
            title: medium.title,
            description: medium.description,
            tags: medium.tags,
            visibility: medium.visibility,
            state: medium.state,
            url: medium.url,
            files: files.collect(),
            owner: Owner {
                id: medium.owner_id,
                username: medium.owner_username,
            },
            created_at: medium.created_at.to_string(),
        }
    }
}

impl MediaList {
    /// A page of a list.
    pub fn new(page: MediaPage, site: &Site) -> Self {
        Self {
            media: page
                .media
                .into_iter()
                .map(|medium| MediumResource::new(medium, site))
                .collect(),
            next: page.next,
        }
    }
}

impl Visibility {
    const ALL: [Self; 3] = [Self::Public, Self::Unlisted, Self::Private];

    /// Reads the word that a client sent.
    ///
    /// # Errors
    /// [`ApiError::Unprocessable`] for any other word.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        Self::ALL
            .into_iter()
            .find(|visibility| visibility.as_str() == text)
            .ok_or_else(|| ApiError::Unprocessable {
                field: Some("visibility"),
                message: "`visibility` is public, unlisted or private.".to_owned(),
            })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }
}

impl MediumUpdate {
    /// Reads a body, strictly: unknown and repeated names, other types and
    /// null are refused.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] with the name and the place.
    pub fn parse(body: &[u8]) -> Result<Self, ApiError> {
        // Serde would also fill the fields from an array, by their order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(ApiError::Invalid {
                field: None,
                message: "The body is a JSON object.".to_owned(),
            });
        }
        let mut reader = serde_json::Deserializer::from_slice(body);
        let update = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            // A body that is no JSON has no field to blame.
            let field = error.inner().is_data().then(|| error.path().to_string());
            ApiError::Invalid {
                field,
                message: format!("The body does not fit: {}.", error.inner()),
            }
        })?;
        reader.end().map_err(|error| ApiError::Invalid {
            field: None,
            message: format!("The body does not fit: {error}."),
        })?;
        Ok(update)
    }

    /// The change that is asked for.
    ///
    /// # Errors
    /// [`ApiError::Unprocessable`] for a visibility that there isn't.
    pub fn into_change(self) -> Result<MediumChange, ApiError> {
        let visibility = self.visibility.as_deref().map(Visibility::parse);
        Ok(MediumChange {
            title: self.title,
            description: self.description,
            tags: self.tags,
            visibility: visibility
                .transpose()?
                .map(|visibility| visibility.as_str().to_owned()),
        })
    }
}

/// Reads a field that is there, so that null is another type and not absence.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use hob_plugin_sdk::media::MediumFile;
    use serde_json::json;

    use super::*;

    fn update(body: &str) -> MediumUpdate {
        MediumUpdate::parse(body.as_bytes()).unwrap()
    }

    /// The field that the error names.
    fn wrong_field(body: &str) -> Option<String> {
        match MediumUpdate::parse(body.as_bytes()) {
            Err(ApiError::Invalid { field, .. }) => field,
            other => panic!("expected a refusal of {body}, got {other:?}"),
        }
    }

    #[test]
    fn what_an_update_leaves_out_stays_and_what_is_empty_clears() {
        assert_eq!(update("{}"), MediumUpdate::default());
        let cleared = update(r#"{"description": "", "tags": []}"#);
        assert_eq!(cleared.title, None);
        assert_eq!(cleared.description.as_deref(), Some(""));
        assert_eq!(cleared.tags, Some(Vec::new()));
        let hidden = update(r#"{"visibility": "private"}"#)
            .into_change()
            .unwrap();
        assert_eq!(hidden.visibility.as_deref(), Some("private"));
    }

    #[test]
    fn an_update_refuses_what_it_does_not_know_and_names_it() {
        assert_eq!(
            wrong_field(r#"{"licence": "x"}"#).as_deref(),
            Some("licence")
        );
        assert_eq!(wrong_field(r#"{"title": 1}"#).as_deref(), Some("title"));
        assert_eq!(wrong_field(r#"{"title": null}"#).as_deref(), Some("title"));
        assert_eq!(wrong_field(r#"{"tags": "sea"}"#).as_deref(), Some("tags"));
        assert_eq!(
            wrong_field(r#"{"tags": ["sea", 1]}"#).as_deref(),
            Some("tags[1]")
        );
        for shapeless in ["", "[]", "{", "{} {}", "\u{0}", r#""title""#] {
            assert_eq!(wrong_field(shapeless), None, "{shapeless}");
        }
        assert!(MediumUpdate::parse(br#"{"title": "a", "title": "b"}"#).is_err());
        assert!(MediumUpdate::parse(b"{\"title\": \"\xff\"}").is_err());
    }

    #[test]
    fn a_visibility_that_there_is_not_is_a_value_and_no_wrong_shape() {
        let refused = update(r#"{"visibility": "secret"}"#).into_change();
        assert!(matches!(
            refused,
            Err(ApiError::Unprocessable {
                field: Some("visibility"),
                ..
            })
        ));
    }

    #[test]
    fn the_words_of_visibility_are_those_of_its_json() {
        for visibility in Visibility::ALL {
            assert_eq!(
                serde_json::to_value(visibility).unwrap(),
                visibility.as_str()
            );
            assert_eq!(Visibility::parse(visibility.as_str()).unwrap(), visibility);
        }
        assert!(Visibility::parse("Public").is_err());
    }

    #[test]
    fn a_medium_has_its_files_by_size() {
        let medium = Medium {
            id: 7,
            title: "The sea".to_owned(),
            description: String::new(),
            tags: vec!["sea".to_owned()],
            visibility: "public".to_owned(),
            state: "ready".to_owned(),
            url: "https://example.org/m/7".to_owned(),
            content_type: "image/jpeg".to_owned(),
            owner_id: 2,
            owner_username: "alice".to_owned(),
            created_at: Timestamp::from_micros(1_795_305_600_000_000),
            files: vec![MediumFile {
                size: "thumbnail".to_owned(),
                url: "https://example.org/f/7/thumbnail".to_owned(),
                content_type: "image/jpeg".to_owned(),
                width: 180,
                height: 120,
                bytes: 4096,
            }],
        };
        let site = Site::new("Hob", "https://example.org", "/api/v1");
        let mut private = medium.clone();
        private.visibility = "private".to_owned();
        let private = serde_json::to_value(MediumResource::new(private, &site)).unwrap();
        assert_eq!(
            private["files"]["thumbnail"]["url"],
            "https://example.org/api/v1/media/7/files/thumbnail"
        );
        assert_eq!(
            serde_json::to_value(MediumResource::new(medium, &site)).unwrap(),
            json!({
                "id": 7,
                "title": "The sea",
                "description": "",
                "tags": ["sea"],
                "visibility": "public",
                "state": "ready",
                "url": "https://example.org/m/7",
                "files": {"thumbnail": {
                    "url": "https://example.org/f/7/thumbnail",
                    "content_type": "image/jpeg",
                    "width": 180,
                    "height": 120,
                    "bytes": 4096,
                }},
                "owner": {"id": 2, "username": "alice"},
                "created_at": "2026-11-22T00:00:00Z",
            })
        );
    }

    #[test]
    fn the_email_is_shown_only_where_the_token_allows() {
        let profile = Profile {
            id: 2,
            username: "alice".into(),
            display_name: "Alice".into(),
            email: "alice@example.org".into(),
            email_verified: false,
            administrator: false,
            has_password: true,
            disabled: false,
            uploader: true,
            profile_url: "https://example.org/u/alice".into(),
            created_at: Timestamp::from_micros(0),
            language: "".into(),
        };
        let without = serde_json::to_value(Me::new(&profile, false)).unwrap();
        assert_eq!(
            without,
            json!({
                "id": 2,
                "username": "alice",
                "display_name": "Alice",
                "profile_url": "https://example.org/u/alice",
                "created_at": "1970-01-01T00:00:00Z",
            })
        );
        let with = serde_json::to_value(Me::new(&profile, true)).unwrap();
        assert_eq!(with["email"], "alice@example.org");
    }
}
