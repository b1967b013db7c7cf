//! What only shows when a library is opened, and what holds afterwards.

use std::fs;

use crate::site::{
    Site, c_entry, c_library, c_plugin, host, manifest, manifest_with, rust_library, rust_plugin,
};

#[test]
fn a_type_layout_that_differs() {
    let site = Site::with_x();
    site.install("x.so", rust_plugin("fixture_other_layout", "x"));
    assert_eq!(
        site.refused_open(),
        "error: plugin x was built against another Hob: mismatched package: expected \
         hob-plugin-sdk, found hob\n\
         \x20 --> hob.toml:4:12 (plugins/x.so)\n\
         \x20 fix: install a build of x for this Hob"
    );
}

#[test]
fn an_undefined_symbol() {
    let site = Site::with_x();
    let source = c_entry() + "void nowhere(void); void y(void) { nowhere(); }";
    let lazily = c_library(Some(&manifest("x")), &source, &["-Wl,-z,lazy"]);
    site.install("x.so", lazily);
    assert_eq!(
        site.refused_open(),
        "error: plugin x needs the symbol nowhere, which no library here has\n\
         \x20 --> hob.toml:4:12 (plugins/x.so)\n\
         \x20 fix: install a build of x for this system"
    );
}

#[test]
fn a_missing_needed_library() {
    let site = Site::with_x();
    let folder = tempfile::tempdir().unwrap();
    let gone = c_library(None, "void gone(void) {}", &["-Wl,-soname,libgone.so.7"]);
    fs::write(folder.path().join("libgone.so"), gone).unwrap();
    let search = format!("-L{}", folder.path().display());
    let source = c_entry() + "void gone(void); void y(void) { gone(); }";
    let library = c_library(Some(&manifest("x")), &source, &[&search, "-lgone"]);
    site.install("x.so", library);
    assert_eq!(
        site.refused_open(),
        "error: plugin x needs the library libgone.so.7, which is not installed\n\
         \x20 --> hob.toml:4:12 (plugins/x.so)\n\
         \x20 fix: install the system package that holds libgone.so.7"
    );
}

#[test]
fn a_file_swapped_between_check_and_opening() {
    let site = Site::with_x();
    let path = site.install("x.so", c_plugin());
    site.lock();
    let resolved = site.resolve().unwrap();
    fs::write(path, c_library(Some(&manifest("x")), "int y;", &[])).unwrap();
    assert_eq!(
        site.open_error(resolved[0].open()),
        "error: plugin x changed while Hob was starting\n\
         \x20 --> hob.toml:4:12 (plugins/x.so)\n\
         \x20 fix: run `hob plugins lock` if you changed it, and start Hob again"
    );
}

#[test]
fn no_code_runs_before_the_checks() {
    let site = Site::with_x();
    let mark = site.path("it-ran");
    let source = c_entry()
        + &format!(
            "\n#include <fcntl.h>\n__attribute__((constructor)) static void run(void) \
             {{ creat({mark:?}, 0600); }}"
        );
    site.install("x.so", c_library(Some(&manifest("x")), &source, &[]));
    site.lock();
    let resolved = site.resolve().unwrap();
    assert!(!mark.exists());
    // The same file, opened, does leave its mark.
    assert!(resolved[0].open().is_err());
    assert!(mark.exists());
}

#[test]
fn overwritten_while_running() {
    let site = Site::with_x();
    let path = site.install("x.so", rust_plugin("fixture_plugin", "x"));
    site.lock();
    let resolved = site.resolve().unwrap();
    let handle = resolved[0].open().unwrap().start(host(&resolved[0], "{}"));
    let handle = handle.unwrap();
    let length = fs::metadata(&path).unwrap().len();
    fs::write(&path, vec![0; usize::try_from(length).unwrap()]).unwrap();
    fs::write(&path, "").unwrap();
    assert!((handle.interface)(handle.context, "any".into(), 1).is_none());
    (handle.stop)(handle.context);
}

#[test]
fn two_plugins_of_one_library_are_two() {
    let site = Site::new(&["x", "y"], "");
    site.install("x.so", rust_plugin("fixture_plugin", "x"));
    site.install("y.so", rust_plugin("fixture_plugin", "y"));
    site.lock();
    let resolved = site.resolve().unwrap();
    let [x, y] = [0, 1].map(|index| {
        let plugin = &resolved[index];
        plugin.open().unwrap().start(host(plugin, "{}")).unwrap()
    });
    assert_ne!(x.stop as usize, y.stop as usize);
}

#[test]
fn a_plugin_that_refuses_to_start_or_panics() {
    let setting = "[config.start]\ntype = \"string\"\nhelp = \"How it ends\"";
    let library = rust_library("fixture_plugin", &manifest_with("x", setting, Vec::new()));
    for (start, said) in [
        ("refuse", "refuses to start: no key; to sign with"),
        ("panic", "panicked at its start: index out of bounds"),
    ] {
        let site = Site::new(&["x"], &format!("[plugin.x]\nstart = {start:?}\n"));
        site.install("x.so", &library);
        site.lock();
        let resolved = site.resolve().unwrap();
        let opened = resolved[0].open().unwrap();
        let error = opened.start(host(&resolved[0], start)).err().unwrap();
        let expected = format!(
            "error: plugin x {said}\n\
             \x20 --> hob.toml:4:12 (plugins/x.so)\n\
             \x20 fix: repair that, or remove x from `enabled`"
        );
        assert_eq!(site.shown(&error), expected);
        assert_eq!(site.refused_start(), expected);
    }
}
