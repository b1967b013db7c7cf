//! Migrations in Diesel's layout: `<timestamp>_<verb_object>/{up,down}.sql`.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One migration of one owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Migration {
    /// The folder's timestamp, e.g. `20261122000000`. Unique for its owner.
    pub version: String,
    /// The rest of the folder's name, e.g. `create_clients`.
    pub name: String,
    pub sqlite: MigrationSql,
    pub postgres: MigrationSql,
}

/// A migration's SQL in one dialect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MigrationSql {
    pub up: String,
    pub down: String,
}

impl MigrationSql {
    /// The digest that the ledger keeps of what was applied: SHA-256 of the
    /// `up` text, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        Sha256::digest(self.up.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl Migration {
    /// Reads all migrations of a folder, oldest first. A folder that is not
    /// there holds none.
    ///
    /// # Errors
    /// A folder whose name is no `<timestamp>_<name>`, a missing file, or two
    /// folders of one version.
    pub fn read_folder(folder: &Path) -> io::Result<Vec<Self>> {
        let invalid = |path: &Path, problem: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {problem}", path.display()),
            )
        };
        let mut migrations = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(migrations),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            if !path.is_dir() {
                continue;
            }
            let folder_name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("");
            let Some((version, name)) = folder_name.split_once('_').filter(|(version, _)| {
                !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
            }) else {
                return Err(invalid(
                    &path,
                    "a migration is called <timestamp>_<verb_object>",
                ));
            };
            let sql = |direction: &str, dialect: &str| {
                let own = path.join(format!("{direction}.{dialect}.sql"));
                let common = path.join(format!("{direction}.sql"));
                match (own.exists(), common.exists()) {
                    (true, _) => fs::read_to_string(own),
                    (false, true) => fs::read_to_string(common),
                    (false, false) => Err(invalid(&common, "is missing")),
                }
            };
            migrations.push(Self {
                version: version.to_owned(),
                name: name.to_owned(),
                sqlite: MigrationSql {
                    up: sql("up", "sqlite")?,
                    down: sql("down", "sqlite")?,
                },
                postgres: MigrationSql {
                    up: sql("up", "postgres")?,
                    down: sql("down", "postgres")?,
                },
            });
        }
        migrations.sort_by(|a, b| a.version.cmp(&b.version));
        for pair in migrations.windows(2) {
            if pair[0].version == pair[1].version {
                return Err(invalid(folder, "holds two migrations of one version"));
            }
        }
        Ok(migrations)
    }
}
