//! The file of keys: a line for each, the one that seals first.
//!
//! ```text
//! # …
//! 4f1c9a02d7e3b651 2026-11-26T11:30:00Z q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k
//! ```
//!
//! Its id is made of the key itself, so that a line that was damaged is an
//! error and not another key. Whoever reads the file opens every sealed secret
//! of a copy of the database, so that only root and the user who runs Hob may.
//! It is replaced in one step: whoever reads it meanwhile sees the old one or
//! the new one.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob_plugin_sdk::{db::Timestamp, sealing::KeyId};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::{Key, KeyRing};
use crate::diagnostic::{Diagnostic, Place};

const HEADING: &str = "\
# The keys under which this site seals secrets that have to be kept in the clear.
# The first seals; all of them open. `hob keys` changes this file.
# Keep a copy apart from the database's backups: what is sealed under a key that
# is lost can't be opened again.
";

/// Enough for hundreds of keys; whatever is longer is no file of keys.
const LONGEST: u64 = 64 * 1024;

/// Where a site's keys lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    path: PathBuf,
}

/// What is wrong with a file of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("there is no file of keys here")]
    Missing,
    #[error("there is a file of keys already, which is left as it is")]
    Exists,
    #[error("the file of keys can't be read: {0}")]
    Unreadable(io::Error),
    #[error("the file of keys can't be written: {0}")]
    Unwritable(io::Error),
    #[error(
        "the file of keys belongs to user {0}, and only root and the user who runs Hob may own it"
    )]
    Owner(u32),
    #[error("others can read or change the file of keys (mode {0:04o})")]
    Open(u32),
    #[error("this is no file of keys: it has {0}")]
    Content(&'static str),
    #[error("this line is no key: {problem}")]
    Line { line: usize, problem: &'static str },
    #[error("the key {0} is not among the site's")]
    Unknown(KeyId),
    #[error("the key {0} is the one that seals")]
    Seals(KeyId),
}

impl KeyFile {
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it, once it is sure that others can't.
    ///
    /// # Errors
    /// It is not there, others can read or change it, or a line is no key.
    pub fn read(&self) -> Result<KeyRing, KeyFileError> {
        let file = File::open(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing,
            _ => KeyFileError::Unreadable(error),
        })?;
        let metadata = file.metadata().map_err(KeyFileError::Unreadable)?;
        check(&metadata, rustix::process::geteuid().as_raw())?;
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST + 1)
            .read_to_string(&mut text)
            .map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => KeyFileError::Content("other bytes than text"),
                _ => KeyFileError::Unreadable(error),
            })?;
        if text.len() as u64 > LONGEST {
            return Err(KeyFileError::Content("more text than keys have"));
        }
        parse(&text)
    }

    /// Writes it with a first key. One that is there stays as it is.
    ///
    /// # Errors
    /// There is one, or it can't be written.
    pub fn create(&self, now: Timestamp) -> Result<KeyId, KeyFileError> {
        let key = Key::generate(now);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options
            .open(&self.path)
            .map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => KeyFileError::Exists,
                _ => KeyFileError::Unwritable(error),
            })?;
        let id = key.id();
        file.write_all(write(&[key]).as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| File::open(folder(&self.path))?.sync_all())
            .map_err(KeyFileError::Unwritable)?;
        Ok(id)
    }

    /// Adds a new key that opens, and does not seal yet.
    ///
    /// # Errors
    /// As [`Self::read`], or it can't be written.
    pub fn add(&self, now: Timestamp) -> Result<KeyId, KeyFileError> {
        let mut keys = self.read()?.keys;
        let key = Key::generate(now);
        let id = key.id();
        keys.push(key);
        self.replace(&keys)?;
        Ok(id)
    }

    /// Lets one of its keys seal from now on; all open as before.
    ///
    /// # Errors
    /// As [`Self::add`], or there is no such key.
    pub fn promote(&self, id: KeyId) -> Result<(), KeyFileError> {
        let mut keys = self.read()?.keys;
        let at = keys.iter().position(|key| key.id() == id);
        let key = keys.remove(at.ok_or(KeyFileError::Unknown(id))?);
        keys.insert(0, key);
        self.replace(&keys)
    }

    /// Takes a key out. What is sealed under it is lost.
    ///
    /// # Errors
    /// As [`Self::promote`], or it is the one that seals.
    pub fn remove(&self, id: KeyId) -> Result<(), KeyFileError> {
        let mut keys = self.read()?.keys;
        match keys.iter().position(|key| key.id() == id) {
            None => return Err(KeyFileError::Unknown(id)),
            Some(0) => return Err(KeyFileError::Seals(id)),
            Some(at) => drop(keys.remove(at)),
        }
        self.replace(&keys)
    }

    /// Whoever owned it owns it, and who could read it can. A link stays one.
    fn replace(&self, keys: &[Key]) -> Result<(), KeyFileError> {
        let replaced = || -> io::Result<()> {
            let path = self.path.canonicalize()?;
            let metadata = fs::metadata(&path)?;
            let mut temporary = NamedTempFile::new_in(folder(&path))?;
            let file = temporary.as_file();
            if (file.metadata()?.uid(), file.metadata()?.gid()) != (metadata.uid(), metadata.gid())
            {
                fchown(file, Some(metadata.uid()), Some(metadata.gid()))?;
            }
            file.set_permissions(fs::Permissions::from_mode(metadata.mode() & 0o640))?;
            temporary.write_all(write(keys).as_bytes())?;
            temporary.as_file().sync_all()?;
            temporary.persist(&path)?;
            File::open(folder(&path))?.sync_all()
        };
        replaced().map_err(KeyFileError::Unwritable)
    }

    /// What is wrong, for an operator.
    #[must_use]
    pub fn diagnostic(&self, error: &KeyFileError) -> Diagnostic {
        let path = self.path.display();
        let fix = match error {
            KeyFileError::Missing => {
                "if there was one, put it back from its backup; if there never was, make it with \
                 `hob keys init`"
                    .to_owned()
            }
            KeyFileError::Exists => "`hob keys list` shows what is in it".to_owned(),
            KeyFileError::Unreadable(_) => "let the user who runs Hob read it".to_owned(),
            KeyFileError::Unwritable(_) => {
                "let the user who runs this command write to it and to its folder".to_owned()
            }
            KeyFileError::Owner(_) => {
                format!("chown {} {path}", rustix::process::geteuid().as_raw())
            }
            KeyFileError::Open(_) => format!("chmod 600 {path}"),
            KeyFileError::Content(_) | KeyFileError::Line { .. } => {
                "put it back from its backup".to_owned()
            }
            KeyFileError::Unknown(_) => "`hob keys list` names all keys".to_owned(),
            KeyFileError::Seals(_) => "let another one seal first: `hob keys rotate`".to_owned(),
        };
        let place = match error {
            KeyFileError::Line { line, .. } => Place::new(&self.path, *line, 1),
            _ => Place::from(self.path.as_path()),
        };
        Diagnostic::new(error.to_string()).at(place).fix(fix)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Only root and the user who runs Hob may own it, and nobody else may read it:
/// of root's file also the group that root gave it to, as `root:hob` with 0640.
fn check(metadata: &Metadata, me: u32) -> Result<(), KeyFileError> {
    check_mode(metadata.uid(), metadata.mode() & 0o7777, me)
}

fn check_mode(owner: u32, mode: u32, me: u32) -> Result<(), KeyFileError> {
    if owner != 0 && owner != me {
        return Err(KeyFileError::Owner(owner));
    }
    let others = if owner == 0 { 0o037 } else { 0o077 };
    if mode & others != 0 {
        return Err(KeyFileError::Open(mode));
    }
    Ok(())
}

fn write(keys: &[Key]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(HEADING.len() + keys.len() * 100));
    text.push_str(HEADING);
    for key in keys {
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.bytes.as_slice()));
        let made_at = Timestamp::from_seconds(key.made_at.as_seconds());
        text.push_str(&format!("{} {made_at} ", key.id));
        text.push_str(&secret);
        text.push('\n');
    }
    text
}

fn parse(text: &str) -> Result<KeyRing, KeyFileError> {
    let mut keys: Vec<Key> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = key(line).map_err(|problem| KeyFileError::Line {
            line: at + 1,
            problem,
        })?;
        if keys.iter().any(|earlier| earlier.id == key.id) {
            return Err(KeyFileError::Line {
                line: at + 1,
                problem: "it stands there twice",
            });
        }
        keys.push(key);
    }
    KeyRing::new(keys).ok_or(KeyFileError::Content("no key"))
}

fn key(line: &str) -> Result<Key, &'static str> {
    let mut fields = line.split_ascii_whitespace();
    let (Some(id), Some(made_at), Some(secret), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("it has an id, a time and the key itself, with spaces between them");
    };
    let made_at = made_at
        .parse()
        .map_err(|_| "its time is not of the kind 2026-11-26T11:30:00Z")?;
    let mut bytes = Zeroizing::new([0; super::KEY_LENGTH]);
    let decoded = URL_SAFE_NO_PAD.decode_slice(secret, bytes.as_mut_slice());
    if !matches!(decoded, Ok(super::KEY_LENGTH)) {
        return Err("the key itself is not 32 bytes in base64url");
    }
    let key = Key::new(bytes, made_at);
    if key.id.to_string() != id {
        return Err("it is damaged, for its id is another's");
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
