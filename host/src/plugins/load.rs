//! From a checked file to a running plugin.
//!
//! The bytes are copied into a sealed memory file, compared with the digest
//! that was checked against `hob.lock`, and opened from there: nothing can
//! change between the check and the opening, nor while the plugin runs. A
//! library is never closed, since its threads and thread-locals outlive any
//! moment at which it would be safe.

use std::{
    fs::File,
    io::Write,
    os::fd::{AsRawFd, IntoRawFd},
    path::Path,
};

use abi_stable::{
    StableAbi,
    library::{AbiHeaderRef, LibraryError},
    std_types::RResult,
};
use hob_plugin_sdk::abi::{
    PluginHandle, PluginModuleRef, RawError,
    host::HostHandle,
    interface::{check_layouts, gist},
};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use memfd::{FileSeal, MemfdOptions};

use super::{
    elf::HEADER_SYMBOL,
    file::{self, PluginFile},
};
use crate::diagnostic::{Diagnostic, Place};

/// A library that was opened and whose layouts agree with the host's.
pub struct OpenedPlugin {
    id: String,
    place: Place,
    module: PluginModuleRef,
}

impl OpenedPlugin {
    /// Opens the library behind `plugin`. From here on its code runs.
    /// `place` is where the operator enabled it.
    ///
    /// # Errors
    /// The file changed since it was checked, can't be linked here, or was
    /// built against another shape of the ABI.
    pub fn open(plugin: &PluginFile, place: Place) -> Result<Self, Diagnostic> {
        let id = plugin.packed.manifest.id.clone();
        let bytes = file::read(&plugin.path)?;
        if file::sha256(&bytes) != plugin.sha256 {
            return Err(
                Diagnostic::new(format!("plugin {id} changed while Hob was starting"))
                    .at(place)
                    .fix("run `hob plugins lock` if you changed it, and start Hob again"),
            );
        }
        let library = open_sealed(&plugin.path, &bytes)
            .map_err(|error| error.diagnostic(&id, &plugin.path, &place))?;
        let module = root_module(library).map_err(|difference| {
            tracing::debug!(plugin = id, "{difference}");
            Diagnostic::new(format!(
                "plugin {id} was built against another Hob: {}",
                gist(&difference)
            ))
            .at(place.clone())
            .fix(format!("install a build of {id} for this Hob"))
        })?;
        Ok(Self { id, place, module })
    }

    /// Starts the plugin. To be called once.
    ///
    /// # Errors
    /// It refused, or panicked.
    pub fn start(self, host: HostHandle) -> Result<PluginHandle, Diagnostic> {
        match (self.module.init())(host) {
            RResult::ROk(handle) => Ok(handle),
            RResult::RErr(error) => {
                let what = if error.kind == RawError::KIND_PANICKED {
                    "panicked at its start"
                } else {
                    "refuses to start"
                };
                Err(Diagnostic::new(format!(
                    "plugin {} {what}: {}",
                    self.id,
                    // The SDK says it once more.
                    one_line(error.message.trim_start_matches("panicked: "))
                ))
                .at(self.place)
                .fix(format!("repair that, or remove {} from `enabled`", self.id)))
            }
        }
    }
}

/// Why a library can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the system gives no memory file for it: {0}")]
    Memory(String),
    #[error("the system refuses it: {0}")]
    Linker(String),
}

impl OpenError {
    fn diagnostic(&self, id: &str, path: &Path, place: &Place) -> Diagnostic {
        let linker = match self {
            Self::Memory(_) => {
                return Diagnostic::new(format!("plugin {id} can't be loaded: {self}"))
                    .at(place.clone())
                    .fix("let Hob use memfd_create(2), which a sandbox may forbid");
            }
            Self::Linker(linker) => linker.as_str(),
        };
        let (what, fix) = if let Some((_, rest)) = linker.split_once("undefined symbol: ") {
            // "name, version V" or "name (fatal)"
            let symbol = rest.split([',', ' ']).next().unwrap_or(rest);
            (
                format!("needs the symbol {symbol}, which no library here has"),
                format!("install a build of {id} for this system"),
            )
        } else if let Some(library) = linker
            .strip_suffix(": cannot open shared object file: No such file or directory")
            .and_then(|text| text.rsplit(' ').next())
        {
            (
                format!("needs the library {library}, which is not installed"),
                format!("install the system package that holds {library}"),
            )
        } else if let Some((_, version)) = linker.split_once("version `")
            && let Some((version, _)) = version.split_once('\'')
            && linker.contains("not found")
        {
            (
                format!("needs {version}, which the libraries of this system are too old for"),
                format!("install a build of {id} for this system"),
            )
        } else {
            (
                format!("can't be loaded: {}", one_line(linker)),
                format!(
                    "install a build of {id} for this system; `ldd {}` may say more",
                    path.display()
                ),
            )
        };
        Diagnostic::new(format!("plugin {id} {what}"))
            .at(place.clone())
            .fix(fix)
    }
}

/// Opens a library from memory. `path` gives the name under which debuggers
/// and `/proc/<pid>/maps` show it.
///
/// # Errors
/// What the system says.
pub fn open_sealed(path: &Path, bytes: &[u8]) -> Result<&'static Library, OpenError> {
    let file = sealed(path, bytes).map_err(OpenError::Memory)?;
    // The number stays taken for ever: the linker knows libraries by their
    // names, and would hand back this one for the next plugin that got the
    // same number.
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    let _ = file.into_raw_fd();
    // SAFETY: opening runs the library's constructors. The operator trusts
    // this file: its digest is the locked one, and only its owner could
    // write it. That it is a whole library for this machine was checked.
    match unsafe { Library::open(Some(&name), RTLD_NOW | RTLD_LOCAL) } {
        Ok(library) => Ok(Box::leak(Box::new(library))),
        Err(error) => {
            let text = linker_text(&error);
            let text = text.strip_prefix(&format!("{name}: ")).unwrap_or(&text);
            Err(OpenError::Linker(text.to_owned()))
        }
    }
}

fn sealed(path: &Path, bytes: &[u8]) -> Result<File, String> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let memory = MemfdOptions::default()
        .allow_sealing(true)
        .close_on_exec(true)
        // The kernel takes names of up to 249 bytes.
        .create(name.to_string_lossy().chars().take(60).collect::<String>())
        .map_err(|error| error.to_string())?;
    memory
        .as_file()
        .write_all(bytes)
        .map_err(|error| error.to_string())?;
    memory
        .add_seals(&[
            FileSeal::SealWrite,
            FileSeal::SealGrow,
            FileSeal::SealShrink,
            FileSeal::SealSeal,
        ])
        .map_err(|error| error.to_string())?;
    Ok(memory.into_file())
}

fn linker_text(error: &libloading::Error) -> String {
    use std::error::Error as _;

    match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}

/// Reads the header and compares the layouts of all that crosses.
fn root_module(library: &'static Library) -> Result<PluginModuleRef, String> {
    // SAFETY: the symbol is that of an abi_stable header: data of at least
    // its size, as was checked in the file. `AbiHeaderRef` is a transparent
    // reference, and the library is never closed. What the header is, is
    // checked by `upgrade` before anything behind its fixed part is read.
    let header = unsafe { library.get::<AbiHeaderRef>(HEADER_SYMBOL.as_bytes()) }
        .map(|symbol| *symbol)
        .map_err(|error| error.to_string())?;
    let header = header.upgrade().map_err(|error| match error {
        LibraryError::InvalidAbiHeader(_) => "it uses another version of abi_stable".to_owned(),
        other => other.to_string(),
    })?;
    let layout = header
        .layout()
        .ok_or("its header does not describe its types")?;
    check_layouts(<PluginModuleRef as StableAbi>::LAYOUT, layout)?;
    // SAFETY: the layouts agree. `init_root_module` is not used because it
    // also compares the SDK's versions, which may differ.
    unsafe { header.unchecked_layout::<PluginModuleRef>() }.map_err(|error| error.to_string())
}

fn one_line(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("; ")
}
