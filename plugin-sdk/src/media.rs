//! What members publish, by interface `hob.media`.

use std::path::PathBuf;

use abi_stable::std_types::{ROption, RString};

use crate::{
    PluginError,
    abi::media::{
        MediaV1, RawMedia, RawMediaChange, RawMediaFile, RawMediaQuery, RawNewMedia, RawViewer,
    },
    db::Timestamp,
};

/// Lists, publishes, changes and deletes media: the same code, with the same
/// checks, as the site's own forms.
#[derive(Clone, Copy)]
pub struct Media {
    table: &'static MediaV1,
}

/// A published photograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    pub id: i64,
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    /// `public`, `unlisted` or `private`.
    pub visibility: String,
    /// `processing`, `ready` or `failed`.
    pub state: String,
    /// Its page: an absolute URL.
    pub url: String,
    pub content_type: String,
    pub owner_id: i64,
    pub owner_username: String,
    pub created_at: Timestamp,
    pub files: Vec<MediumFile>,
}

/// One size of a photograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediumFile {
    /// `original`, `medium` or `thumbnail`.
    pub size: String,
    /// An absolute URL.
    pub url: String,
    pub content_type: String,
    /// In pixels, as it is shown.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

/// Which media to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct MediaQuery {
    /// Who looks: a member, or anybody.
    pub viewer: Option<i64>,
    /// Only this member's.
    pub owner: Option<i64>,
    /// [`MediaPage::next`] of the page before.
    pub cursor: Option<String>,
    pub limit: u32,
}

/// A page of media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaPage {
    pub media: Vec<Medium>,
    pub next: Option<String>,
}

/// A photograph to be published.
#[derive(Debug, Clone, Default)]
pub struct NewMedium {
    pub owner_id: i64,
    /// The spooled file of a multipart part.
    pub path: PathBuf,
    pub file_name: String,
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    /// The site's default where absent.
    pub visibility: Option<String>,
}

/// A change; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct MediumChange {
    pub title: Option<String>,
    pub description: Option<String>,
    pub tags: Option<Vec<String>>,
    pub visibility: Option<String>,
}

impl Media {
    pub(crate) fn new(table: &'static MediaV1) -> Self {
        Self { table }
    }

    /// A page of what the viewer may see listed.
    ///
    /// # Errors
    /// A cursor that this site did not give ([`PluginError::is_invalid`]), or
    /// the database failed.
    pub async fn list(&self, query: MediaQuery) -> Result<MediaPage, PluginError> {
        let raw = RawMediaQuery {
            viewer: RawViewer {
                member_id: option(query.viewer),
            },
            owner_id: option(query.owner),
            cursor: query.cursor.unwrap_or_default().into(),
            limit: query.limit,
        };
        let page = (self.table.list)(self.table.context, raw)
            .await
            .into_result()?;
        Ok(MediaPage {
            media: page.media.into_iter().map(Medium::from_raw).collect(),
            next: Some(String::from(page.next)).filter(|next| !next.is_empty()),
        })
    }

    /// A medium, if this viewer (a member, or anybody) may see it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, viewer: Option<i64>, id: i64) -> Result<Option<Medium>, PluginError> {
        let viewer = RawViewer {
            member_id: option(viewer),
        };
        let found = (self.table.find)(self.table.context, viewer, id)
            .await
            .into_result()?;
        Ok(found.into_option().map(Medium::from_raw))
    }

    /// Publishes a photograph. When this answers, it is stored durably; its
    /// smaller sizes follow in the background.
    ///
    /// # Errors
    /// What is wrong with the file or its words, or that the member may not
    /// publish: see [`PluginError::may_be_shown`].
    pub async fn create(&self, medium: NewMedium) -> Result<Medium, PluginError> {
        let raw = RawNewMedia {
            owner_id: medium.owner_id,
            path: medium.path.to_string_lossy().into_owned().into(),
            file_name: medium.file_name.into(),
            title: medium.title.into(),
            description: medium.description.into(),
            tags: medium.tags.into_iter().map(RString::from).collect(),
            visibility: medium.visibility.unwrap_or_default().into(),
        };
        let created = (self.table.create)(self.table.context, raw)
            .await
            .into_result()?;
        Ok(Medium::from_raw(created))
    }

    /// Changes a medium of this owner.
    ///
    /// # Errors
    /// As [`Self::create`]; [`PluginError::is_not_found`] where the member
    /// can't see the medium, [`PluginError::is_forbidden`] where it is only
    /// somebody else's.
    pub async fn update(
        &self,
        owner_id: i64,
        id: i64,
        change: MediumChange,
    ) -> Result<Medium, PluginError> {
        let raw = RawMediaChange {
            title: option(change.title.map(RString::from)),
            description: option(change.description.map(RString::from)),
            tags: option(
                change
                    .tags
                    .map(|tags| tags.into_iter().map(RString::from).collect()),
            ),
            visibility: option(change.visibility.map(RString::from)),
        };
        let changed = (self.table.update)(self.table.context, owner_id, id, raw)
            .await
            .into_result()?;
        Ok(Medium::from_raw(changed))
    }

    /// Deletes a medium of this owner, with its files.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub async fn delete(&self, owner_id: i64, id: i64) -> Result<(), PluginError> {
        (self.table.delete)(self.table.context, owner_id, id)
            .await
            .into_result()?;
        Ok(())
    }
}

fn option<T>(value: Option<T>) -> ROption<T> {
    value.into()
}

impl Medium {
    fn from_raw(raw: RawMedia) -> Self {
        Self {
            id: raw.id,
            title: raw.title.into(),
            description: raw.description.into(),
            tags: raw.tags.into_iter().map(String::from).collect(),
            visibility: raw.visibility.into(),
            state: raw.state.into(),
            url: raw.url.into(),
            content_type: raw.content_type.into(),
            owner_id: raw.owner_id,
            owner_username: raw.owner_username.into(),
            created_at: Timestamp::from_micros(raw.created_at),
            files: raw.files.into_iter().map(MediumFile::from_raw).collect(),
        }
    }
}

impl MediumFile {
    fn from_raw(raw: RawMediaFile) -> Self {
        Self {
            size: raw.size.into(),
            url: raw.url.into(),
            content_type: raw.content_type.into(),
            width: raw.width,
            height: raw.height,
            bytes: raw.bytes,
        }
    }
}
