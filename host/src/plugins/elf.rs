//! A library as bytes: is it one that can be opened here, and where does its
//! manifest lie?
//!
//! `dlopen` trusts what it maps: a library whose segments reach past the end
//! of the file raises SIGBUS in it. So class, machine and every segment and
//! section are checked before.

use std::path::Path;

use abi_stable::library::LibHeader;
use hob_plugin_manifest::SECTION;
use object::{
    Endianness, FileKind,
    elf::{
        EM_AARCH64, EM_RISCV, EM_X86_64, ET_DYN, Machine, PT_DYNAMIC, PT_LOAD, SHT_NOBITS,
        STT_OBJECT,
    },
    read::elf::{ElfFile64, FileHeader, ProgramHeader, SectionHeader, Sym},
};

use crate::diagnostic::Diagnostic;

/// The symbol that `hob_plugin_sdk::export_plugin!` exports.
pub const HEADER_SYMBOL: &str = "hob_plugin_header";

/// What is wrong with a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElfError {
    #[error("this is no shared library")]
    NotElf,
    #[error("this is a library of {found}; this Hob needs one of {expected}")]
    Class {
        found: &'static str,
        expected: &'static str,
    },
    #[error(
        "this library is built for {found}; this Hob runs on {}",
        std::env::consts::ARCH
    )]
    Machine { found: String },
    #[error("this is {0} and no shared library")]
    Type(&'static str),
    #[error("the library is cut short: {part} ends at byte {end}, and the file at byte {length}")]
    CutShort {
        part: String,
        end: u64,
        length: usize,
    },
    #[error("the library is damaged: {0}")]
    Damaged(String),
    #[error("this library is no Hob plugin: it has no section {SECTION}")]
    NoManifest,
    #[error("this library has a plugin's manifest but no entry: it exports no {HEADER_SYMBOL}")]
    NoEntry,
}

impl ElfError {
    /// As the operator sees it.
    #[must_use]
    pub fn diagnostic(&self, path: &Path) -> Diagnostic {
        let fix = match self {
            Self::NotElf | Self::Type(_) | Self::NoManifest => {
                "only plugins belong into this folder; move the file elsewhere".to_owned()
            }
            Self::Class { .. } | Self::Machine { .. } => {
                format!(
                    "install a build of the plugin for {}",
                    std::env::consts::ARCH
                )
            }
            Self::CutShort { .. } | Self::Damaged(_) => {
                "copy the plugin here again, or build it anew".to_owned()
            }
            Self::NoEntry => {
                "its author must call hob_plugin_sdk::export_plugin! in the library".to_owned()
            }
        };
        Diagnostic::new(self.to_string()).at(path).fix(fix)
    }
}

/// Checks a library and returns the section with the manifest.
///
/// # Errors
/// The first thing that is wrong.
pub fn manifest_section(bytes: &[u8]) -> Result<&[u8], ElfError> {
    check_class(bytes)?;
    let damaged = |error: object::Error| ElfError::Damaged(error.to_string());
    let header =
        object::elf::FileHeader64::<Endianness>::parse(bytes).map_err(|_| cut_header(bytes))?;
    let endian = header.endian().map_err(damaged)?;
    let machine = header.e_machine(endian);
    if machine != MACHINE {
        let found = machine_name(machine);
        return Err(ElfError::Machine { found });
    }
    match header.e_type(endian) {
        ET_DYN => {}
        object::elf::ET_REL => return Err(ElfError::Type("an object file")),
        object::elf::ET_EXEC => return Err(ElfError::Type("a program")),
        object::elf::ET_CORE => return Err(ElfError::Type("a memory dump")),
        _ => return Err(ElfError::Type("some other ELF file")),
    }
    check_segments(bytes, header, endian)?;
    check_sections(bytes, header, endian)?;
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(damaged)?;
    let (_, section) = file
        .elf_section_table()
        .section_by_name(endian, SECTION.as_bytes())
        .ok_or(ElfError::NoManifest)?;
    let manifest = section.data(endian, bytes).map_err(damaged)?;
    check_entry(&file, endian)?;
    Ok(manifest)
}

#[cfg(target_arch = "x86_64")]
const MACHINE: Machine = EM_X86_64;
#[cfg(target_arch = "aarch64")]
const MACHINE: Machine = EM_AARCH64;
#[cfg(target_arch = "riscv64")]
const MACHINE: Machine = EM_RISCV;
#[cfg(not(target_pointer_width = "64"))]
compile_error!("Hob loads 64-bit plugins only");

fn check_class(bytes: &[u8]) -> Result<(), ElfError> {
    let class = |found| ElfError::Class {
        found,
        expected: if cfg!(target_endian = "little") {
            "64 bits, little endian"
        } else {
            "64 bits, big endian"
        },
    };
    match FileKind::parse(bytes) {
        Ok(FileKind::Elf64) => match bytes.get(5) {
            Some(1) if cfg!(target_endian = "little") => Ok(()),
            Some(2) if cfg!(target_endian = "big") => Ok(()),
            _ => Err(class("another byte order")),
        },
        Ok(FileKind::Elf32) => Err(class("32 bits")),
        _ if bytes.starts_with(b"\x7fELF") => Err(cut_header(bytes)),
        _ => Err(ElfError::NotElf),
    }
}

fn cut_header(bytes: &[u8]) -> ElfError {
    const HEADER: u64 = size_of::<object::elf::FileHeader64<Endianness>>() as u64;
    if (bytes.len() as u64) < HEADER {
        return ElfError::CutShort {
            part: "its header".into(),
            end: HEADER,
            length: bytes.len(),
        };
    }
    ElfError::Damaged("its header can't be read".into())
}

type Header = object::elf::FileHeader64<Endianness>;

fn check_segments(bytes: &[u8], header: &Header, endian: Endianness) -> Result<(), ElfError> {
    check_table(
        bytes,
        "the table of segments",
        header.e_phoff(endian),
        u64::from(header.e_phnum(endian)) * u64::from(header.e_phentsize(endian)),
    )?;
    let segments = header
        .program_headers(endian, bytes)
        .map_err(|error| ElfError::Damaged(error.to_string()))?;
    for (index, segment) in segments.iter().enumerate() {
        check_range(
            bytes,
            || format!("segment {index}"),
            segment.p_offset(endian),
            segment.p_filesz(endian),
        )?;
        let memory_ends = segment
            .p_vaddr(endian)
            .checked_add(segment.p_memsz(endian))
            .is_some();
        if segment.p_type(endian) == PT_LOAD
            && (!memory_ends || segment.p_memsz(endian) < segment.p_filesz(endian))
        {
            return Err(ElfError::Damaged(format!(
                "segment {index} does not fit into memory"
            )));
        }
    }
    for (kind, name) in [(PT_LOAD, "loadable"), (PT_DYNAMIC, "dynamic")] {
        if !segments
            .iter()
            .any(|segment| segment.p_type(endian) == kind)
        {
            return Err(ElfError::Damaged(format!("it has no {name} segment")));
        }
    }
    Ok(())
}

fn check_sections(bytes: &[u8], header: &Header, endian: Endianness) -> Result<(), ElfError> {
    check_table(
        bytes,
        "the table of sections",
        header.e_shoff(endian),
        u64::from(header.e_shnum(endian)) * u64::from(header.e_shentsize(endian)),
    )?;
    let sections = header
        .section_headers(endian, bytes)
        .map_err(|error| ElfError::Damaged(error.to_string()))?;
    for (index, section) in sections.iter().enumerate() {
        if section.sh_type(endian) != SHT_NOBITS {
            check_range(
                bytes,
                || format!("section {index}"),
                section.sh_offset(endian),
                section.sh_size(endian),
            )?;
        }
    }
    Ok(())
}

fn check_table(bytes: &[u8], part: &str, offset: u64, size: u64) -> Result<(), ElfError> {
    check_range(bytes, || part.to_owned(), offset, size)
}

fn check_range(
    bytes: &[u8],
    part: impl Fn() -> String,
    offset: u64,
    size: u64,
) -> Result<(), ElfError> {
    let Some(end) = offset.checked_add(size) else {
        return Err(ElfError::Damaged(format!("{} has no end", part())));
    };
    if end > bytes.len() as u64 {
        return Err(ElfError::CutShort {
            part: part(),
            end,
            length: bytes.len(),
        });
    }
    Ok(())
}

/// The loader reads an abi_stable header behind the symbol, so the symbol must
/// be data and not smaller than that.
fn check_entry(file: &ElfFile64<'_, Endianness>, endian: Endianness) -> Result<(), ElfError> {
    let symbols = file.elf_dynamic_symbol_table();
    let entry = symbols
        .iter()
        .find(|symbol| symbols.symbol_name(endian, symbol) == Ok(HEADER_SYMBOL.as_bytes()))
        .filter(|symbol| !symbol.is_undefined(endian))
        .ok_or(ElfError::NoEntry)?;
    if entry.st_type() != STT_OBJECT || entry.st_size(endian) < size_of::<LibHeader>() as u64 {
        return Err(ElfError::Damaged(format!(
            "its symbol {HEADER_SYMBOL} is no plugin's header"
        )));
    }
    Ok(())
}

fn machine_name(machine: Machine) -> String {
    match machine {
        object::elf::EM_386 => "x86".into(),
        EM_X86_64 => "x86_64".into(),
        object::elf::EM_ARM => "arm".into(),
        EM_AARCH64 => "aarch64".into(),
        EM_RISCV => "riscv".into(),
        object::elf::EM_PPC64 => "powerpc64".into(),
        object::elf::EM_S390 => "s390x".into(),
        object::elf::EM_LOONGARCH => "loongarch64".into(),
        Machine(other) => format!("machine {other}"),
    }
}
