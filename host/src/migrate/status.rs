//! Where tables stand, and what a run tells while it brings them further.

use std::fmt;

use hob_plugin_manifest::Migration;

use super::MigrateError;

/// Where an owner's tables stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerStatus {
    pub owner: String,
    /// Applied and known, oldest first.
    pub applied: Vec<MigrationName>,
    /// Known and not applied.
    pub pending: Vec<MigrationName>,
    /// Applied, and changed afterwards.
    pub edited: Vec<Edited>,
    /// Applied, and not known to this binary.
    pub unknown: Vec<MigrationName>,
}

impl OwnerStatus {
    /// Whether there is nothing to do and nothing wrong.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.pending.is_empty() && self.edited.is_empty() && self.unknown.is_empty()
    }

    /// What keeps migrations from being applied, if anything does.
    #[must_use]
    pub fn problem(&self) -> Option<MigrateError> {
        if let Some(edited) = self.edited.first() {
            return Some(MigrateError::Edited {
                owner: self.owner.clone(),
                edited: edited.clone(),
            });
        }
        self.unknown.first().map(|migration| MigrateError::Unknown {
            owner: self.owner.clone(),
            migration: migration.clone(),
        })
    }
}

/// A migration, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationName {
    pub version: String,
    pub name: String,
}

impl fmt::Display for MigrationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", self.version, self.name)
    }
}

impl From<&Migration> for MigrationName {
    fn from(migration: &Migration) -> Self {
        Self {
            version: migration.version.clone(),
            name: migration.name.clone(),
        }
    }
}

/// A migration that is no longer what was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub migration: MigrationName,
    /// SHA-256 of what was applied.
    pub applied: String,
    /// SHA-256 of what it is now.
    pub now: String,
}

/// What a run tells while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// An owner's turn begins.
    Owner(&'a str),
    /// A migration was applied, and is durable.
    Applied(&'a MigrationName),
    /// A migration was taken back.
    Reverted(&'a MigrationName),
    /// The owner had nothing to do.
    UpToDate(&'a str),
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner(owner) => write!(formatter, "{owner}: updating"),
            Self::Applied(migration) => {
                write!(formatter, "  + {} ({})", migration.name, migration.version)
            }
            Self::Reverted(migration) => {
                write!(formatter, "  - {} ({})", migration.name, migration.version)
            }
            Self::UpToDate(_) => write!(formatter, "  up to date"),
        }
    }
}
