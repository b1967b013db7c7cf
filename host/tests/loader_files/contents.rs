//! What may be wrong with the bytes of a library.

use std::path::Path;

use proptest::prelude::*;

use crate::site::{Site, c_entry, c_library, c_plugin, manifest};

const COPY_AGAIN: &str = "copy the plugin here again, or build it anew";
const ELSEWHERE: &str = "only plugins belong into this folder; move the file elsewhere";

/// Puts bytes into the folder and compares what is said of them.
fn refuses(bytes: impl AsRef<[u8]>, what: &str, fix: &str) {
    let site = Site::with_x();
    site.install("x.so", bytes);
    assert_eq!(
        site.refused_file(),
        format!("error: {what}\n  --> plugins/x.so\n  fix: {fix}")
    );
}

/// A copy with other bytes at some place.
fn patched(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut library = c_plugin();
    library[at..at + bytes.len()].copy_from_slice(bytes);
    library
}

#[test]
fn an_empty_file() {
    refuses("", "the file is empty", "copy the plugin here again");
}

#[test]
fn a_text_file() {
    refuses("#!/bin/sh\n", "this is no shared library", ELSEWHERE);
}

#[test]
fn truncated_at_the_header() {
    for length in [4, 16, 63] {
        refuses(
            &c_plugin()[..length],
            &format!(
                "the library is cut short: its header ends at byte 64, and the file at byte \
                 {length}"
            ),
            COPY_AGAIN,
        );
    }
}

#[test]
fn truncated_at_the_segments() {
    let library = c_plugin();
    let count = u64::from(u16::from_le_bytes([library[56], library[57]]));
    refuses(
        &library[..100],
        &format!(
            "the library is cut short: the table of segments ends at byte {}, and the file at \
             byte 100",
            64 + 56 * count
        ),
        COPY_AGAIN,
    );
}

#[test]
fn truncated_in_the_middle() {
    let whole = c_plugin();
    let site = Site::with_x();
    site.install("x.so", &whole[..whole.len() / 2]);
    let said = site.refused_file();
    let expected = "error: the library is cut short: segment ";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn truncated_by_one_byte() {
    let whole = c_plugin();
    refuses(
        &whole[..whole.len() - 1],
        &format!(
            "the library is cut short: the table of sections ends at byte {}, and the file at \
             byte {}",
            whole.len(),
            whole.len() - 1
        ),
        COPY_AGAIN,
    );
}

#[test]
fn another_architecture() {
    let (other, name) = if cfg!(target_arch = "x86_64") {
        (183_u16, "aarch64")
    } else {
        (62, "x86_64")
    };
    let here = std::env::consts::ARCH;
    refuses(
        patched(18, &other.to_le_bytes()),
        &format!("this library is built for {name}; this Hob runs on {here}"),
        &format!("install a build of the plugin for {here}"),
    );
}

#[test]
fn another_class() {
    let here = std::env::consts::ARCH;
    refuses(
        patched(4, &[1]),
        "this is a library of 32 bits; this Hob needs one of 64 bits, little endian",
        &format!("install a build of the plugin for {here}"),
    );
    refuses(
        patched(5, &[2]),
        "this is a library of another byte order; this Hob needs one of 64 bits, little endian",
        &format!("install a build of the plugin for {here}"),
    );
}

#[test]
fn a_program() {
    refuses(
        patched(16, &[2, 0]),
        "this is a program and no shared library",
        ELSEWHERE,
    );
}

#[test]
fn a_library_without_a_manifest() {
    refuses(
        c_library(None, &c_entry(), &[]),
        "this library is no Hob plugin: it has no section .hob_plugin",
        ELSEWHERE,
    );
}

#[test]
fn a_library_without_an_entry() {
    const FIX: &str = "its author must call hob_plugin_sdk::export_plugin! in the library";
    const WHAT: &str = "this library has a plugin's manifest but no entry: it exports no \
                        hob_plugin_header";
    refuses(c_library(Some(&manifest("x")), "int y;", &[]), WHAT, FIX);
    // One that it would need from elsewhere is no entry of its own.
    let wanted = "extern char hob_plugin_header[]; char *y(void) { return hob_plugin_header; }";
    refuses(c_library(Some(&manifest("x")), wanted, &[]), WHAT, FIX);
}

#[test]
fn an_entry_that_is_no_header() {
    for source in [
        "char hob_plugin_header[8];",
        "void hob_plugin_header(void) {}",
    ] {
        refuses(
            c_library(Some(&manifest("x")), source, &[]),
            "the library is damaged: its symbol hob_plugin_header is no plugin's header",
            COPY_AGAIN,
        );
    }
    let site = Site::with_x();
    site.install("x.so", c_plugin());
    assert_eq!(
        site.refused_open(),
        "error: plugin x was built against another Hob: it uses another version of \
         abi_stable\n\
         \x20 --> hob.toml:4:12 (plugins/x.so)\n\
         \x20 fix: install a build of x for this Hob"
    );
}

#[test]
fn a_damaged_manifest() {
    let mut bytes = manifest("x");
    bytes[60] ^= 1;
    let library = |section: &[u8]| c_library(Some(section), &c_entry(), &[]);
    refuses(
        library(&bytes),
        "the manifest is damaged: its checksum differs",
        COPY_AGAIN,
    );
    refuses(
        library(&manifest("x")[..40]),
        "the manifest is cut short: 40 of 48 bytes",
        COPY_AGAIN,
    );
    refuses(
        library(&[0; 64]),
        "the section does not begin as a Hob manifest does",
        COPY_AGAIN,
    );
    bytes[8] = 2;
    refuses(
        library(&bytes),
        "the manifest is in format 2; this Hob reads format 1",
        "install a build of the plugin for this Hob, or upgrade Hob",
    );
}

proptest! {
    /// Nothing in a file makes the reading of it panic.
    #[test]
    fn any_bytes_are_answered(
        header in 0_usize..70,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        thread_local!(static LIBRARY: Vec<u8> = c_plugin());
        let mut bytes = LIBRARY.with(Clone::clone);
        for (index, (place, byte)) in changes.into_iter().enumerate() {
            // Half of the changes hit the header, which decides the most.
            let place = if index % 2 == 0 { (header + index) % 64 } else { place.index(bytes.len()) };
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = hob::plugins::file::manifest(Path::new("x.so"), &bytes);
    }

    #[test]
    fn random_bytes_are_answered(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [b"\x7fELF\x02\x01\x01".as_slice(), &tail].concat();
        let _ = hob::plugins::file::manifest(Path::new("x.so"), &bytes);
    }
}
