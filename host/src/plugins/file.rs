//! A plugin's library as a file: who can change it, and what it holds.
//!
//! No code of the plugin runs here. The file is read once, and everything is
//! checked on the bytes that were read; a library cut short would end the
//! process inside `dlopen`, so each of its parts must lie inside the file.

use std::{
    fs::{File, OpenOptions},
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use hob_plugin_manifest::{Identity, Packed, UnpackError, packed};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::{elf, ownership};
use crate::diagnostic::Diagnostic;

/// No plugin is as large as this; a sparse file may be.
const LARGEST: u64 = 512 << 20;

/// A library that was read and found to be a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginFile {
    pub path: PathBuf,
    /// Of all bytes of the file, in hexadecimal.
    pub sha256: String,
    pub packed: Packed,
}

/// Why a file is no plugin that this Hob can use.
#[derive(Debug, Clone, PartialEq)]
pub enum Unusable {
    /// A sound plugin for another ABI, known by name.
    OtherAbi(Identity),
    /// Whatever else, for the operator.
    Refused(Diagnostic),
}

/// Reads and checks one file. The folder that it lies in is
/// [`ownership::check_folder`]'s matter.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn inspect(path: &Path) -> Result<PluginFile, Unusable> {
    let bytes = read(path).map_err(Unusable::Refused)?;
    let packed = manifest(path, &bytes)?;
    Ok(PluginFile {
        path: path.to_owned(),
        sha256: sha256(&bytes),
        packed,
    })
}

/// Reads the bytes of a file that nobody else can change.
///
/// # Errors
/// No regular file, one that others can write to, an empty one, or what the
/// system says.
pub fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::new(format!("the plugin can't be read: {error}"))
            .at(path)
            .fix("let the user who runs Hob read it")
    };
    let kind = path.symlink_metadata().map_err(failed)?.file_type();
    if kind.is_symlink() {
        return Err(Diagnostic::new(
            "a symbolic link is not loaded as a plugin, since it can be turned",
        )
        .at(path)
        .fix("put the file itself here"));
    }
    let irregular = || {
        Diagnostic::new("this is no regular file, and can't be a plugin")
            .at(path)
            .fix("remove it from the plugins' folder")
    };
    if !kind.is_file() {
        return Err(irregular());
    }
    // The file may have been swapped since; neither a link nor a pipe may
    // be opened then.
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)
        .map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(irregular());
    }
    ownership::check_file(path, &metadata)?;
    if metadata.len() == 0 {
        return Err(Diagnostic::new("the file is empty")
            .at(path)
            .fix("copy the plugin here again"));
    }
    read_up_to(&mut file, LARGEST)
        .map_err(failed)?
        .ok_or_else(|| {
            Diagnostic::new(format!(
                "the file is larger than {} MiB, and can't be a plugin",
                LARGEST >> 20
            ))
            .at(path)
            .fix("remove it from the plugins' folder")
        })
}

/// Finds the manifest in a library's bytes, and checks the library on the way.
///
/// # Errors
/// A library that must not be opened, or that is no plugin.
pub fn manifest(path: &Path, bytes: &[u8]) -> Result<Packed, Unusable> {
    let section = elf::manifest_section(bytes)
        .map_err(|problem| Unusable::Refused(problem.diagnostic(path)))?;
    packed::unpack(section).map_err(|error| match error {
        UnpackError::OtherAbi(identity) => Unusable::OtherAbi(identity),
        UnpackError::Format(_) => Unusable::Refused(
            Diagnostic::new(error.to_string())
                .at(path)
                .fix("install a build of the plugin for this Hob, or upgrade Hob"),
        ),
        UnpackError::Short { .. }
        | UnpackError::Magic
        | UnpackError::Checksum
        | UnpackError::Payload(_) => Unusable::Refused(
            Diagnostic::new(error.to_string())
                .at(path)
                .fix("copy the plugin here again, or build it anew"),
        ),
    })
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read_up_to(file: &mut File, largest: u64) -> std::io::Result<Option<Vec<u8>>> {
    if file.metadata()?.len() > largest {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= largest).then_some(bytes))
}
