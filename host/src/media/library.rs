//! Publishing, listing, changing and deleting media: the one way, for the
//! site's own forms and for plugins alike.

use std::{path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hob_plugin_sdk::db::{Db, Timestamp};
use tokio::sync::{Notify, Semaphore};

use super::{
    FileKey, Folder, Limits, MediaError, MediaStore, Privacy, Size, StoreError, admit,
    rows::{FileRow, Listing, Medium, MediumRow, Position},
    words::{self, Visibility},
};
use crate::{clock::Clock, members::Member, secret, site::Address, words::Phrase};

/// A photograph to be published.
#[derive(Debug, Clone, Default)]
pub struct NewMedium {
    pub owner_id: i64,
    pub file_name: String,
    /// Empty for the file's name.
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    /// Empty for public.
    pub visibility: String,
    /// The owner wants the position and other metadata to stay in the
    /// original.
    pub keep_location: bool,
}

/// A change; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct MediumChange {
    pub title: Option<String>,
    pub description: Option<String>,
    pub tags: Option<Vec<String>>,
    pub visibility: Option<String>,
}

/// A page of a listing.
#[derive(Debug, Clone)]
pub struct MediaPage {
    pub media: Vec<Medium>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// Why something is not published, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("This account may not publish media.")]
    NotAnUploader,
    #[error("This medium belongs to somebody else.")]
    NotTheOwner,
    #[error("There is no such medium.")]
    NotFound,
    #[error("{message}")]
    Invalid {
        field: &'static str,
        message: Phrase,
    },
    #[error(transparent)]
    File(#[from] MediaError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the upload can't be read: {0}")]
    Spool(#[from] std::io::Error),
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
}

impl PublishError {
    pub(super) fn invalid(field: &'static str, message: Phrase) -> Self {
        Self::Invalid { field, message }
    }
}

/// The media of the site.
pub struct MediaLibrary {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) store: MediaStore,
    pub(super) limits: Limits,
    pub(super) address: Address,
    /// How many pictures are decoded at once.
    pub(super) turns: Arc<Semaphore>,
    /// Rings when a medium waits for its smaller sizes, or files for their end.
    pub(super) work: Notify,
}

impl MediaLibrary {
    /// The library over a database and a store.
    #[must_use]
    pub fn new(db: Db, clock: Clock, store: MediaStore, limits: Limits, address: Address) -> Self {
        Self {
            db,
            clock,
            store,
            limits,
            address,
            turns: Arc::new(Semaphore::new(1)),
            work: Notify::new(),
        }
    }

    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    #[must_use]
    pub fn store(&self) -> &MediaStore {
        &self.store
    }

    /// The absolute URL of a medium's page.
    #[must_use]
    pub fn page_url(&self, id: i64) -> String {
        self.address.absolute(&format!("/m/{id}"))
    }

    /// The absolute URL of a medium's file.
    #[must_use]
    pub fn file_url(&self, id: i64, size: &str) -> String {
        self.address.absolute(&format!("/media/{id}/{size}"))
    }

    /// Publishes a spooled file. When this answers, file and row are durable;
    /// the smaller sizes follow in the background.
    ///
    /// # Errors
    /// The account may not, the words or the file are refused, or disk or
    /// database failed: then nothing of it stays.
    pub async fn publish(&self, new: NewMedium, file: &Path) -> Result<Medium, PublishError> {
        let owner_id = new.owner_id;
        let owner = self
            .db
            .read(move |connection| Member::find(connection, owner_id))
            .await?
            .filter(|owner| owner.uploader && !owner.is_disabled())
            .ok_or(PublishError::NotAnUploader)?;
        let title = words::title(&new.title, &new.file_name)?;
        let description = words::description(&new.description)?;
        let tags = words::tags(&new.tags)?;
        let visibility = match new.visibility.as_str() {
            "" => Visibility::default(),
            word => Visibility::parse(word)?,
        };
        let length = tokio::fs::metadata(file).await?.len();
        self.limits.check_bytes(length)?;
        let privacy = if new.keep_location {
            Privacy::Keep
        } else {
            Privacy::Strip
        };
        let (limits, file) = (self.limits, file.to_owned());
        // Read in its turn: what waits does so on the disk.
        let admitted = self
            .in_turn(move || {
                let upload = Bytes::from(std::fs::read(file)?);
                Ok::<_, PublishError>(admit(upload, &limits, privacy)?)
            })
            .await?;
        let inspected = admitted.inspected;
        let key = Folder::random().file(Size::Original, inspected.format);
        let stored = self
            .store
            .put(
                key.clone(),
                admitted.original,
                inspected.format,
                (inspected.width, inspected.height),
            )
            .await?;
        let row = MediumRow {
            id: secret::random_id(),
            owner_id,
            title,
            description,
            visibility: visibility.as_str().to_owned(),
            state: "processing".to_owned(),
            problem: String::new(),
            file_name: new.file_name.chars().take(255).collect(),
            keep_location: new.keep_location,
            created_at: self.clock.now(),
        };
        let file = FileRow::new(row.id, Size::Original.as_str(), &stored);
        let inserted = {
            let (row, file, tags) = (row.clone(), file.clone(), tags.clone());
            self.db
                .write(move |connection| Medium::insert(connection, &row, &file, &tags))
                .await
        };
        if let Err(error) = inserted {
            self.discard(&key).await;
            return Err(error.into());
        }
        self.work.notify_one();
        Ok(Medium {
            row,
            owner_username: owner.username,
            owner_display_name: owner.display_name,
            tags,
            files: vec![file],
        })
    }

    /// A page of a listing, newest first.
    ///
    /// # Errors
    /// A cursor that was not given by this site, or the database failed.
    pub async fn list(
        &self,
        listing: Listing,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<MediaPage, PublishError> {
        let after = cursor.map(parse_cursor).transpose()?;
        let limit = i64::from(limit.clamp(1, 100));
        let mut media = self
            .db
            .read(move |connection| Medium::list(connection, listing, after, limit + 1))
            .await?;
        let more = media.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            media.pop();
        }
        let next = media.last().filter(|_| more).map(|last| {
            write_cursor(Position {
                created_at: last.row.created_at,
                id: last.row.id,
            })
        });
        Ok(MediaPage { media, next })
    }

    /// One medium, if this viewer may see it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, viewer: Option<i64>, id: i64) -> Result<Option<Medium>, PublishError> {
        let found = self
            .db
            .read(move |connection| Medium::find(connection, id))
            .await?;
        Ok(found.filter(|medium| medium.is_visible_to(viewer)))
    }

    /// A medium of this owner.
    ///
    /// # Errors
    /// [`PublishError::NotFound`] where the member can't see it,
    /// [`PublishError::NotTheOwner`] where it is only not theirs.
    pub async fn owned(&self, owner_id: i64, id: i64) -> Result<Medium, PublishError> {
        let medium = self
            .find(Some(owner_id), id)
            .await?
            .ok_or(PublishError::NotFound)?;
        if medium.row.owner_id != owner_id {
            return Err(PublishError::NotTheOwner);
        }
        Ok(medium)
    }

    /// Changes the words or the visibility of a medium of this owner.
    ///
    /// # Errors
    /// As [`Self::owned`], or the words are refused.
    pub async fn change(
        &self,
        owner_id: i64,
        id: i64,
        change: MediumChange,
    ) -> Result<Medium, PublishError> {
        let medium = self.owned(owner_id, id).await?;
        let title = change
            .title
            .map(|text| words::title(&text, &medium.row.file_name))
            .transpose()?;
        let description = change
            .description
            .map(|text| words::description(&text))
            .transpose()?;
        let tags = change.tags.map(words::tags).transpose()?;
        let visibility = change
            .visibility
            .map(|word| Visibility::parse(&word))
            .transpose()?;
        self.db
            .write(move |connection| {
                Medium::change(
                    connection,
                    id,
                    title.as_deref(),
                    description.as_deref(),
                    visibility,
                    tags.as_deref(),
                )
            })
            .await?;
        self.owned(owner_id, id).await
    }

    /// Deletes a medium of this owner. The row is gone when this answers; the
    /// files follow at once, or after a crash at the next start.
    ///
    /// # Errors
    /// As [`Self::owned`].
    pub async fn delete(&self, owner_id: i64, id: i64) -> Result<(), PublishError> {
        self.owned(owner_id, id).await?;
        let now = self.clock.now();
        self.db
            .write(move |connection| Medium::delete(connection, id, now))
            .await?;
        self.work.notify_one();
        Ok(())
    }

    /// Runs heavy work on a blocking thread, a bounded number at a time.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let turn = self
            .turns
            .clone()
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let result = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        match result.await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Deletes a file that no row will know. If that fails, the sweep at the
    /// next start finds it.
    pub(super) async fn discard(&self, key: &FileKey) {
        if let Err(error) = self.store.delete(key).await {
            tracing::warn!(%error, "a file without a row stays for now");
        }
    }
}

fn write_cursor(position: Position) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{}.{}",
        position.created_at.as_micros(),
        position.id
    ))
}

fn parse_cursor(cursor: &str) -> Result<Position, PublishError> {
    let parse = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (created_at, id) = text.split_once('.')?;
        Some(Position {
            created_at: Timestamp::from_micros(created_at.parse().ok()?),
            id: id.parse().ok()?,
        })
    };
    parse().ok_or_else(|| PublishError::invalid("cursor", Phrase::new("problem-cursor")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let position = Position {
            created_at: Timestamp::from_micros(17),
            id: -3,
        };
        assert_eq!(parse_cursor(&write_cursor(position)).unwrap(), position);
        for wrong in ["", "x", "AAAA", "MTc", "é"] {
            assert!(parse_cursor(wrong).is_err(), "{wrong}");
        }
    }
}
