//! The section of a plugin's library that holds what it says of itself.
//!
//! ```text
//! 8 bytes  magic "HOBPLUG\0"
//! 4 bytes  format, little endian: 1
//! 4 bytes  length of the payload, little endian
//! 32 bytes SHA-256 of the payload
//! …        payload: JSON of `Packed`
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{ABI_VERSION, Locale, LocaleError, Manifest, ManifestError, Migration, locale};

/// The name of the section.
pub const SECTION: &str = ".hob_plugin";

const MAGIC: &[u8; 8] = b"HOBPLUG\0";
const FORMAT: u32 = 1;
const HEADER_LENGTH: usize = 48;

/// A manifest with all that the build knows beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Packed {
    /// The ABI that the plugin was built for.
    pub abi: u32,
    /// The crate's version.
    pub version: String,
    pub manifest: Manifest,
    pub migrations: Vec<Migration>,
    /// What its pages say, in each language that it has.
    #[serde(default)]
    pub locales: Vec<Locale>,
}

/// Who a plugin is, which every format of the payload says in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub id: String,
    pub version: String,
    pub abi: u32,
}

/// Why a plugin can't be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("plugin.toml: {0}")]
    Manifest(#[from] ManifestError),
    #[error("{0}")]
    Locale(#[from] LocaleError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the build script runs outside cargo: {0} is not set")]
    Environment(&'static str),
}

/// Why a section can't be read.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum UnpackError {
    #[error("the manifest is cut short: {found} of {expected} bytes")]
    Short { found: usize, expected: usize },
    #[error("the section does not begin as a Hob manifest does")]
    Magic,
    #[error("the manifest is in format {0}; this Hob reads format 1")]
    Format(u32),
    #[error("the manifest is damaged: its checksum differs")]
    Checksum,
    /// What this build can't read may be what a later ABI added, so that is
    /// told apart from damage.
    #[error("the plugin needs ABI {}; this Hob supports {ABI_VERSION}", .0.abi)]
    OtherAbi(Identity),
    #[error("the manifest can't be read: {0}")]
    Payload(String),
}

/// Writes the section's bytes.
#[must_use]
pub fn pack(packed: &Packed) -> Vec<u8> {
    let payload = serde_json::to_vec(packed).expect("a manifest has only string keys");
    let mut bytes = Vec::with_capacity(HEADER_LENGTH + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    let length = u32::try_from(payload.len()).expect("a manifest is below 4 GiB");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&payload));
    bytes.extend_from_slice(&payload);
    bytes
}

/// Reads the section's bytes.
///
/// # Errors
/// Whatever is wrong with them; nothing of a damaged manifest is used.
pub fn unpack(bytes: &[u8]) -> Result<Packed, UnpackError> {
    let short = |expected| UnpackError::Short {
        found: bytes.len(),
        expected,
    };
    if bytes.len() < HEADER_LENGTH {
        return Err(short(HEADER_LENGTH));
    }
    let (header, rest) = bytes.split_at(HEADER_LENGTH);
    if &header[..8] != MAGIC {
        return Err(UnpackError::Magic);
    }
    let number = |at: usize| {
        u32::from_le_bytes(
            header[at..at + 4]
                .try_into()
                .expect("four bytes are four bytes"),
        )
    };
    if number(8) != FORMAT {
        return Err(UnpackError::Format(number(8)));
    }
    let length = number(12) as usize;
    let payload = rest.get(..length).ok_or(short(HEADER_LENGTH + length))?;
    if Sha256::digest(payload).as_slice() != &header[16..48] {
        return Err(UnpackError::Checksum);
    }
    let identity = read_identity(payload).map_err(UnpackError::Payload)?;
    if identity.abi != ABI_VERSION {
        return Err(UnpackError::OtherAbi(identity));
    }
    let packed: Packed =
        serde_json::from_slice(payload).map_err(|error| UnpackError::Payload(error.to_string()))?;
    packed
        .manifest
        .check()
        .map_err(|error| UnpackError::Payload(error.to_string()))?;
    locale::check(&packed.locales).map_err(|error| UnpackError::Payload(error.to_string()))?;
    Ok(packed)
}

/// Reads only what never changes, since the rest of a later ABI's manifest may
/// have keys that this build doesn't know.
fn read_identity(payload: &[u8]) -> Result<Identity, String> {
    #[derive(Deserialize)]
    struct Outer {
        abi: u32,
        version: String,
        manifest: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        id: String,
    }
    let outer: Outer = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
    Ok(Identity {
        id: outer.manifest.id,
        version: outer.version,
        abi: outer.abi,
    })
}
