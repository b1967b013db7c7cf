//! Who can change a plugin: only root and the user who runs Hob may.
//!
//! Whoever can write to the file, or to any folder on the way to it, decides
//! what code Hob runs. A folder whose sticky bit is set (`/tmp`) is accepted,
//! since others can't rename or remove what is not theirs in it. So is what
//! the owner's private group can write to: the group whose number is the
//! owner's, which systems with a umask of 002 give to every user.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::diagnostic::Diagnostic;

const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
const STICKY: u32 = 0o1000;

/// What matters of a file or folder.
#[derive(Debug, Clone, Copy)]
struct Ownership {
    user: u32,
    group: u32,
    mode: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Danger {
    /// It belongs to this user.
    Owner(u32),
    /// Its mode lets others write.
    Writable(u32),
}

impl Ownership {
    fn of(metadata: &Metadata) -> Self {
        Self {
            user: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode() & 0o7777,
        }
    }

    fn check_owner(self, me: u32) -> Result<(), Danger> {
        if self.user == 0 || self.user == me {
            Ok(())
        } else {
            Err(Danger::Owner(self.user))
        }
    }

    fn check_file(self, me: u32) -> Result<(), Danger> {
        self.check_owner(me)?;
        let group_writes = self.mode & GROUP_WRITES != 0 && self.group != self.user;
        if self.mode & OTHERS_WRITE != 0 || group_writes {
            Err(Danger::Writable(self.mode))
        } else {
            Ok(())
        }
    }

    fn check_folder(self, me: u32) -> Result<(), Danger> {
        if self.mode & STICKY != 0 {
            self.check_owner(me)
        } else {
            self.check_file(me)
        }
    }
}

/// Checks an open file's owner and mode.
///
/// # Errors
/// Others can change it.
pub fn check_file(path: &Path, metadata: &Metadata) -> Result<(), Diagnostic> {
    Ownership::of(metadata).check_file(me()).map_err(|danger| {
        let diagnostic = match danger {
            Danger::Owner(user) => Diagnostic::new(format!(
                "the plugin belongs to user {user}, and only root and the user who runs Hob may \
                 own one"
            ))
            .fix(format!("chown {} {}", me(), path.display())),
            Danger::Writable(mode) => {
                Diagnostic::new(format!("others can write to the plugin (mode {mode:04o})"))
                    .fix(format!("chmod go-w {}", path.display()))
            }
        };
        diagnostic.at(path)
    })
}

/// Checks a folder and all that it lies in, along the path as it is written
/// and along the one that its symbolic links lead to.
///
/// # Errors
/// Others can change what is found in one of them, or it can't be read.
pub fn check_folder(folder: &Path) -> Result<(), Diagnostic> {
    let failed = |path: &Path, error: std::io::Error| {
        Diagnostic::new(format!("the folder can't be read: {error}"))
            .at(path)
            .fix("let the user who runs Hob read it, or set another `dir` in [plugins]")
    };
    let written = std::path::absolute(folder).map_err(|error| failed(folder, error))?;
    let real = folder
        .canonicalize()
        .map_err(|error| failed(folder, error))?;
    let mut checked: Vec<PathBuf> = Vec::new();
    for path in written.ancestors().chain(real.ancestors()) {
        if checked.iter().any(|earlier| earlier == path) {
            continue;
        }
        let metadata = path
            .symlink_metadata()
            .map_err(|error| failed(path, error))?;
        let ownership = Ownership::of(&metadata);
        // A link's own mode means nothing.
        let result = if metadata.is_symlink() {
            ownership.check_owner(me())
        } else {
            ownership.check_folder(me())
        };
        result.map_err(|danger| folder_diagnostic(path, &danger))?;
        checked.push(path.to_owned());
    }
    Ok(())
}

fn folder_diagnostic(path: &Path, danger: &Danger) -> Diagnostic {
    let diagnostic = match danger {
        Danger::Owner(user) => Diagnostic::new(format!(
            "this folder belongs to user {user}, who could replace the plugins below it"
        ))
        .fix("keep plugins below folders of root and of the user who runs Hob"),
        Danger::Writable(mode) => Diagnostic::new(format!(
            "others can write to this folder (mode {mode:04o}), and could replace the plugins \
             below it"
        ))
        .fix(format!("chmod go-w {}", path.display())),
    };
    diagnostic.at(path)
}

fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: u32 = 1000;

    fn ownership(user: u32, group: u32, mode: u32) -> Ownership {
        Ownership { user, group, mode }
    }

    #[test]
    fn only_the_owner_may_write_a_file() {
        assert_eq!(ownership(ME, 50, 0o755).check_file(ME), Ok(()));
        assert_eq!(ownership(0, 0, 0o644).check_file(ME), Ok(()));
        assert_eq!(
            ownership(ME, 50, 0o775).check_file(ME),
            Err(Danger::Writable(0o775))
        );
        assert_eq!(
            ownership(ME, ME, 0o757).check_file(ME),
            Err(Danger::Writable(0o757))
        );
        assert_eq!(
            ownership(1001, 50, 0o755).check_file(ME),
            Err(Danger::Owner(1001))
        );
    }

    #[test]
    fn the_owners_private_group_may_write() {
        assert_eq!(ownership(ME, ME, 0o775).check_file(ME), Ok(()));
        assert_eq!(ownership(ME, ME, 0o775).check_folder(ME), Ok(()));
        assert_eq!(
            ownership(0, ME, 0o775).check_folder(ME),
            Err(Danger::Writable(0o775))
        );
    }

    #[test]
    fn a_sticky_folder_of_root_is_accepted_and_a_strangers_is_not() {
        assert_eq!(ownership(0, 0, 0o1777).check_folder(ME), Ok(()));
        assert_eq!(
            ownership(0, 0, 0o777).check_folder(ME),
            Err(Danger::Writable(0o777))
        );
        assert_eq!(
            ownership(1001, 1001, 0o1777).check_folder(ME),
            Err(Danger::Owner(1001))
        );
    }
}
