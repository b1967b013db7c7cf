//! What happens to media in the background: smaller sizes are made, files
//! that nobody wants are deleted.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::StreamExt;

use super::{
    Format, MediaLibrary, Rendition, Size, StoreError, inspect,
    library::PublishError,
    render,
    rows::{FileRow, Medium},
};

/// A file without a row that is younger may belong to an upload under way, here
/// or on another node.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);
/// How long the worker rests after a failure of disk or database.
const REST: Duration = Duration::from_secs(5);
/// How long it waits for work of this node before it looks for what another
/// left undone.
const LOOK_AGAIN: Duration = Duration::from_secs(600);

impl MediaLibrary {
    /// Works until the task is dropped. What was left undone at the last stop,
    /// or by a crash, is found and done.
    pub async fn work(self: Arc<Self>) {
        match self.store.remove_unfinished(ORPHAN_AGE).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "files that were never finished are removed"),
            Err(error) => tracing::warn!(%error, "unfinished files can't be removed"),
        }
        if let Err(error) = self.sweep().await {
            tracing::warn!(%error, "the media store could not be swept");
        }
        loop {
            match self.work_once().await {
                Ok(true) => {}
                Ok(false) => {
                    let _ = tokio::time::timeout(LOOK_AGAIN, self.work.notified()).await;
                }
                Err(error) => {
                    tracing::error!(%error, "media can't be processed for now");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Does one piece of work; false if there is none.
    ///
    /// # Errors
    /// Disk or database failed. A picture that can't be rendered is none: it
    /// is marked as failed.
    pub async fn work_once(&self) -> Result<bool, PublishError> {
        let deletions = self.db.read(Medium::deletions).await?;
        if !deletions.is_empty() {
            self.delete_files(deletions).await?;
            return Ok(true);
        }
        let Some((id, original)) = self.db.read(Medium::next_to_process).await? else {
            return Ok(false);
        };
        self.process(id, &original).await?;
        Ok(true)
    }

    async fn delete_files(&self, keys: Vec<String>) -> Result<(), PublishError> {
        for key in &keys {
            // A key that is none can't name a file.
            if let Ok(key) = key.parse() {
                self.store.delete(&key).await?;
            }
        }
        self.db
            .write(move |connection| Medium::deleted(connection, &keys))
            .await?;
        Ok(())
    }

    async fn process(&self, id: i64, original: &FileRow) -> Result<(), PublishError> {
        let key = original.key.parse()?;
        let bytes = match self.store.read(&key).await {
            Ok(bytes) => bytes,
            Err(error @ StoreError::Missing { .. }) => {
                return self.give_up(id, &error.to_string()).await;
            }
            Err(error) => return Err(error.into()),
        };
        let limits = self.limits;
        let rendered = self
            .in_turn(move || {
                // Limits may have been lowered since the upload; the original
                // was admitted, so it is rendered within what it needs.
                let inspected = inspect(&bytes, &limits)?;
                render(&bytes, &inspected, &limits)
            })
            .await;
        let renditions = match rendered {
            Ok(renditions) => renditions,
            Err(error) => return self.give_up(id, &error.to_string()).await,
        };
        let medium = self.keep(id, Size::Medium, &key, renditions.medium).await?;
        let thumbnail = self
            .keep(id, Size::Thumbnail, &key, renditions.thumbnail)
            .await?;
        let keys = [medium.key.clone(), thumbnail.key.clone()];
        let is_gone = self
            .db
            .write(move |connection| {
                // Where another node was quicker, the same files are its own.
                Ok::<_, diesel::result::Error>(
                    !Medium::finish(connection, id, &[medium, thumbnail])?
                        && Medium::find(connection, id)?.is_none(),
                )
            })
            .await?;
        if is_gone {
            for key in keys {
                self.discard(&key.parse()?).await;
            }
        }
        Ok(())
    }

    async fn keep(
        &self,
        id: i64,
        size: Size,
        original: &super::FileKey,
        rendition: Rendition,
    ) -> Result<FileRow, PublishError> {
        let format: Format = rendition.format;
        let key = original.folder().file(size, format);
        let pixels = (rendition.width, rendition.height);
        let stored = self.store.put(key, rendition.bytes, format, pixels).await?;
        Ok(FileRow::new(id, size.as_str(), &stored))
    }

    async fn give_up(&self, id: i64, problem: &str) -> Result<(), PublishError> {
        tracing::warn!(media_id = id, problem, "a medium can't be rendered");
        let problem = problem.to_owned();
        self.db
            .write(move |connection| Medium::fail(connection, id, &problem))
            .await?;
        Ok(())
    }

    /// Deletes files that no row knows: what a crash left between the file and
    /// its row.
    async fn sweep(&self) -> Result<(), PublishError> {
        let mut listed = self.store.list().ready_chunks(500);
        while let Some(chunk) = listed.next().await {
            let mut old = Vec::new();
            for file in chunk {
                let file = file?;
                let age = SystemTime::now().duration_since(file.modified);
                if age.is_ok_and(|age| age > ORPHAN_AGE) {
                    old.push(file.key);
                }
            }
            let keys: Vec<String> = old.iter().map(|key| key.as_str().to_owned()).collect();
            if keys.is_empty() {
                continue;
            }
            let known = self
                .db
                .read(move |connection| Medium::known_keys(connection, &keys))
                .await?;
            for key in old
                .iter()
                .filter(|key| !known.contains(&key.as_str().to_owned()))
            {
                tracing::info!(key = key.as_str(), "a file without a medium is deleted");
                self.discard(key).await;
            }
        }
        Ok(())
    }
}
