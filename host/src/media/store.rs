//! Where the files lie: local disk, through the object_store crate.
//!
//! A file is written beside its final name, synced, renamed, and its folder is
//! synced, before [`MediaStore::put`] answers; so a file that was acknowledged
//! survives a crash, and one that was not is never seen under its name. What a
//! crash leaves behind unfinished, [`MediaStore::remove_unfinished`] clears.
//! Nothing here knows who may see a file.

mod key;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

pub use key::{FileKey, Folder, Size};

use super::format::Format;

/// The folder of all media on this machine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MediaStore {
    files: Arc<LocalFileSystem>,
    root: PathBuf,
}

/// A file that is in the store: what its row keeps and its answer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Where it lies.
    pub key: FileKey,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 digest of its content, in lower-case hex.
    pub sha256: String,
    /// What it is.
    pub format: Format,
    /// As displayed.
    pub width: u32,
    /// As displayed.
    pub height: u32,
}

impl StoredFile {
    /// The strong validator for `ETag`, `If-None-Match` and `If-Range`, with
    /// its quotes.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.sha256)
    }
}

/// A file that lies in the store, whether a row knows it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Where it lies.
    pub key: FileKey,
    /// Its length.
    pub bytes: u64,
    /// When it was written: what is new may belong to an upload under way.
    pub modified: SystemTime,
}

/// Why a file could not be stored, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `[media] store` has no meaning here.
    #[error(
        "[media] store = \"{url}\": {problem}. Write a folder on this machine, \
         such as \"file:data/media\" or \"file:///srv/hob/media\"."
    )]
    Address {
        /// As configured.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The folder can't be made or opened.
    #[error(
        "The media folder {} can't be used: {source}. \
         Check that the path is a folder which the user that runs hob may write.",
        .folder.display()
    )]
    Folder {
        /// The folder in question.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A key is not one that this store ever made.
    #[error("\"{key}\" is not the key of a media file")]
    Key {
        /// As given.
        key: String,
    },
    /// There is no such file.
    #[error("The media file {key} is missing in the store. Restore it from a backup.")]
    Missing {
        /// What was asked for.
        key: FileKey,
    },
    /// The range that was asked for is empty or begins behind the file's end.
    #[error("The media file {key} has no bytes {} to {}", .range.start, .range.end)]
    Range {
        /// What was asked for.
        key: FileKey,
        /// The bytes that were asked for.
        range: Range<u64>,
    },
    /// The disk failed, or is full.
    #[error("The media file {key} could not be {action}: {source}")]
    Disk {
        /// The file.
        key: FileKey,
        /// What was tried, as a participle.
        action: &'static str,
        /// What the store said.
        source: object_store::Error,
    },
    /// The store's content could not be listed.
    #[error("The media files could not be listed: {0}")]
    Listing(#[source] object_store::Error),
}

impl MediaStore {
    /// Opens the folder that `[media] store` names, and makes it if need be.
    ///
    /// A relative path counts from `base`. A new folder can be entered by its
    /// owner alone, since private media lie in it too.
    pub fn open(url: &str, base: &Path) -> Result<Self, StoreError> {
        let root = base.join(folder_in(url)?);
        prepare(&root).map_err(|source| StoreError::Folder {
            folder: root.clone(),
            source,
        })?;
        let files =
            LocalFileSystem::new_with_prefix(&root).map_err(|error| StoreError::Folder {
                folder: root.clone(),
                source: io::Error::other(error),
            })?;
        Ok(Self {
            files: Arc::new(files.with_fsync(true)),
            root,
        })
    }

    /// Stores a file durably, replacing one of the same key.
    ///
    /// When this answers, the content, its name and its folder are on disk.
    pub async fn put(
        &self,
        key: FileKey,
        content: Bytes,
        format: Format,
        (width, height): (u32, u32),
    ) -> Result<StoredFile, StoreError> {
        let bytes = content.len() as u64;
        let hashed = content.clone();
        let digest = tokio::task::spawn_blocking(move || Sha256::digest(&hashed));
        let sha256 = hex(&digest.await.expect("hashing does not panic"));
        match self.files.put(&path(&key), content.into()).await {
            Ok(_) => Ok(StoredFile {
                key,
                bytes,
                sha256,
                format,
                width,
                height,
            }),
            Err(source) => Err(StoreError::Disk {
                key,
                action: "stored",
                source,
            }),
        }
    }

    /// A file's content in pieces, all of it or the bytes of `range` (whose
    /// end may lie beyond the file's).
    pub async fn stream(
        &self,
        key: &FileKey,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, StoreError> {
        let found = self.find(key, range).await?;
        Ok(found
            .into_stream()
            .map(|piece| piece.map_err(io::Error::from))
            .boxed())
    }

    /// A whole file in memory.
    pub async fn read(&self, key: &FileKey) -> Result<Bytes, StoreError> {
        let found = self.find(key, None).await?;
        found
            .bytes()
            .await
            .map_err(|error| failed(key, "read", error))
    }

    /// Removes a file; one that is gone already is no error.
    pub async fn delete(&self, key: &FileKey) -> Result<(), StoreError> {
        match self.files.delete(&path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(key, "removed", error)),
        }
        // The last file takes its folder along; before that it isn't empty.
        let _ = tokio::fs::remove_dir(self.root.join(key.folder().path())).await;
        Ok(())
    }

    /// Every file in the store, in no order, so that those which no row knows
    /// can be found. Files that the store did not name are passed over.
    pub fn list(&self) -> BoxStream<'static, Result<ListedFile, StoreError>> {
        self.files
            .list(None)
            .filter_map(async |entry| match entry {
                Ok(entry) => entry.location.as_ref().parse().ok().map(|key| {
                    Ok(ListedFile {
                        key,
                        bytes: entry.size,
                        modified: entry.last_modified.into(),
                    })
                }),
                Err(error) => Some(Err(StoreError::Listing(error))),
            })
            .boxed()
    }

    /// Removes what writes that never ended left behind, if nothing was written
    /// to it for this long, and says how many.
    pub async fn remove_unfinished(&self, age: Duration) -> Result<usize, StoreError> {
        let root = self.root.clone();
        let removal = tokio::task::spawn_blocking({
            let root = root.clone();
            move || remove_unfinished(&root, age)
        });
        removal
            .await
            .expect("the removal does not panic")
            .map_err(|source| StoreError::Folder {
                folder: root,
                source,
            })
    }

    async fn find(
        &self,
        key: &FileKey,
        range: Option<Range<u64>>,
    ) -> Result<object_store::GetResult, StoreError> {
        let mut found = match self.files.get(&path(key)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::Missing { key: key.clone() });
            }
            Err(error) => return Err(failed(key, "read", error)),
        };
        if let Some(range) = range {
            let end = range.end.min(found.meta.size);
            if range.start >= end {
                return Err(StoreError::Range {
                    key: key.clone(),
                    range,
                });
            }
            found.range = range.start..end;
        }
        Ok(found)
    }
}

fn failed(key: &FileKey, action: &'static str, source: object_store::Error) -> StoreError {
    StoreError::Disk {
        key: key.clone(),
        action,
        source,
    }
}

fn path(key: &FileKey) -> ObjectPath {
    ObjectPath::from(key.as_str())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path in a `file:` URL. Escapes such as `%20` have no meaning in it.
fn folder_in(url: &str) -> Result<&Path, StoreError> {
    let refused = |problem| StoreError::Address {
        url: url.to_owned(),
        problem,
    };
    let Some(path) = url.strip_prefix("file:") else {
        return Err(refused("only file: is supported"));
    };
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => {
            return Err(refused(
                "what follows file:// would be the name of a machine",
            ));
        }
        None => path,
    };
    if path.is_empty() {
        return Err(refused("it names no folder"));
    }
    Ok(Path::new(path))
}

/// Makes the folder and the 256 that spread the files, and syncs their names.
///
/// They are made ahead because two uploads that need the same new folder would
/// otherwise have to wait for each other: only one of them would sync its name.
fn prepare(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true).mode(0o700);
    let missing: Vec<&Path> = root
        .ancestors()
        .take_while(|folder| !folder.exists())
        .collect();
    folder.create(root)?;
    for spread in 0..=u8::MAX {
        folder.create(root.join(format!("{spread:02x}")))?;
    }
    sync(root)?;
    missing
        .iter()
        .filter_map(|folder| folder.parent())
        .try_for_each(|parent| {
            // A relative path's outermost parent is written as nothing.
            sync(if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            })
        })
}

fn sync(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// object_store writes `name#1` (or 2, …) and renames it to `name`.
fn remove_unfinished(root: &Path, age: Duration) -> io::Result<usize> {
    let mut removed = 0;
    for spread in 0..=u8::MAX {
        for folder in std::fs::read_dir(root.join(format!("{spread:02x}")))? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                let file = file?;
                let name = file.file_name();
                let finished_name = name.to_str().and_then(|name| name.split_once('#'));
                if finished_name.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
                    && file
                        .metadata()?
                        .modified()?
                        .elapsed()
                        .is_ok_and(|since| since >= age)
                {
                    std::fs::remove_file(file.path())?;
                    removed += 1;
                }
            }
            // Only an empty folder goes.
            let _ = std::fs::remove_dir(folder.path());
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests;
