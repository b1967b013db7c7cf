//! The names of stored files, which no one can guess.

use std::fmt;
use std::str::FromStr;

use rand::TryRng;
use rand::rngs::SysRng;

use super::StoreError;
use crate::media::format::Format;

/// Which of a medium's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// What was sent, without its metadata.
    Original,
    /// What the medium's own page shows.
    Medium,
    /// What lists show.
    Thumbnail,
}

impl Size {
    /// All sizes, the largest first.
    pub const ALL: [Self; 3] = [Self::Original, Self::Medium, Self::Thumbnail];

    /// The word for it in names, rows and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Medium => "medium",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// The folder of one medium's files: 128 random bits, so that knowing one
/// medium says nothing of where another lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Folder(String);

impl Folder {
    /// A new folder. It is made on disk with the first file in it.
    pub fn random() -> Self {
        let mut bits = [0; 16];
        SysRng
            .try_fill_bytes(&mut bits)
            .expect("the operating system's random generator answers");
        Self(super::hex(&bits))
    }

    /// The key of a file in this folder.
    pub fn file(&self, size: Size, format: Format) -> FileKey {
        FileKey(format!(
            "{}/{}.{}",
            self.path(),
            size.as_str(),
            format.extension()
        ))
    }

    /// The folder's 32 hex digits, for the medium's row.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder's path below the store's own. The first two digits make a
    /// level of their own, so that no directory grows too large.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", &self.0[..2], self.0)
    }
}

impl FromStr for Folder {
    type Err = StoreError;

    fn from_str(folder: &str) -> Result<Self, StoreError> {
        let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if folder.len() == 32 && folder.as_bytes().iter().all(digit) {
            Ok(Self(folder.to_owned()))
        } else {
            Err(StoreError::Key {
                key: folder.to_owned(),
            })
        }
    }
}

/// The key of one stored file, such as `ab/ab12…/original.jpg`.
///
/// Only [`Folder::file`] and parsing make one, so it never leads out of the
/// store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileKey(String);

impl FileKey {
    /// The key as its row keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that the file lies in.
    pub fn folder(&self) -> Folder {
        Folder(self.0[3..35].to_owned())
    }
}

impl FromStr for FileKey {
    type Err = StoreError;

    fn from_str(key: &str) -> Result<Self, StoreError> {
        let folder = key
            .get(3..35)
            .and_then(|folder| Folder::from_str(folder).ok());
        folder
            .and_then(|folder| {
                Size::ALL
                    .into_iter()
                    .flat_map(|size| Format::ALL.map(|format| folder.file(size, format)))
                    .find(|candidate| candidate.as_str() == key)
            })
            .ok_or_else(|| StoreError::Key {
                key: key.to_owned(),
            })
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_row_and_nothing_else_is_a_key() {
        let folder = Folder::random();
        assert_ne!(folder, Folder::random());
        let key = folder.file(Size::Thumbnail, Format::Jpeg);
        assert_eq!(key.as_str().parse::<FileKey>().unwrap(), key);
        assert_eq!(key.folder(), folder);
        assert_eq!(folder.as_str().parse::<Folder>().unwrap(), folder);
        for wrong in [
            "",
            "../../etc/passwd",
            "ab/é",
            &key.as_str().replace("thumbnail", "../other"),
            &key.as_str().replace(".jpg", ".jpg#1"),
            &format!("/{key}"),
            &format!("zz{}", &key.as_str()[2..]),
            &key.as_str().to_uppercase(),
        ] {
            assert!(
                matches!(wrong.parse::<FileKey>(), Err(StoreError::Key { .. })),
                "{wrong}"
            );
        }
    }
}
