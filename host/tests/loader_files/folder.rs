//! Which plugins a folder holds, and which of them are enabled.

use std::fs;

use hob_plugin_manifest::ABI_VERSION;

use crate::site::{Site, c_entry, c_library, c_plugin, manifest, section};

#[test]
fn an_abi_one_higher_even_if_its_manifest_has_new_keys() {
    let site = Site::with_x();
    let abi = ABI_VERSION + 1;
    let payload = format!(
        "{{\"abi\":{abi},\"version\":\"2.0.0\",\"new\":1,\"manifest\":{{\"id\":\"x\",\"new\":1}}}}"
    );
    site.install("x.so", c_library(Some(&section(&payload)), &c_entry(), &[]));
    assert_eq!(
        site.refused(),
        format!(
            "error: plugin x 2.0.0 needs ABI {abi}; this Hob supports {ABI_VERSION}\n\
             \x20 --> hob.toml:4:12 (plugins/x.so)\n\
             \x20 fix: install a build of x for ABI {ABI_VERSION}, or upgrade Hob"
        )
    );
}

#[test]
fn one_file_under_two_names() {
    let site = Site::with_x();
    site.install("a.so", c_plugin());
    fs::hard_link(site.path("plugins/a.so"), site.path("plugins/b.so")).unwrap();
    assert_eq!(
        site.refused(),
        "error: 2 files hold the plugin x, and only one may\n\
         \x20 --> hob.toml:4:12\n\
         \x20 --> plugins/a.so\n\
         \x20 --> plugins/b.so\n\
         \x20 fix: remove all but one of them"
    );
}

#[test]
fn enabled_but_not_installed() {
    let site = Site::new(&["ouath"], "");
    site.install("x.so", c_library(Some(&manifest("oauth")), &c_entry(), &[]));
    assert_eq!(
        site.refused(),
        "error: plugin `ouath` is enabled but not installed; did you mean `oauth`?\n\
         \x20 --> hob.toml:4:12\n\
         \x20 fix: put its library into plugins, or remove it from `enabled`"
    );
}

#[test]
fn a_section_of_a_plugin_that_is_not_installed() {
    let site = Site::new(&[], "[plugin.ouath]\n");
    site.install("x.so", c_library(Some(&manifest("oauth")), &c_entry(), &[]));
    assert_eq!(
        site.refused(),
        "error: [plugin.ouath] is the section of a plugin that is not installed; did you mean \
         `oauth`?\n\
         \x20 --> hob.toml:5:9\n\
         \x20 fix: remove the section, or install ouath"
    );
}

#[test]
fn a_broken_file_stops_nothing_that_does_not_need_it() {
    let site = Site::with_x();
    site.install("broken.so", "");
    site.install("README", "not looked at");
    site.install("x.so", c_plugin());
    site.lock();
    assert_eq!(site.resolve().unwrap()[0].id(), "x");
    assert_eq!(site.installed().refused.len(), 1);
}

#[test]
fn no_folder_matters_only_if_a_plugin_is_enabled() {
    let site = Site::with_x();
    fs::remove_dir(site.path("plugins")).unwrap();
    assert_eq!(
        site.refused(),
        "error: the plugins' folder is not there\n\
         \x20 --> plugins\n\
         \x20 fix: make it and put the plugins into it, or set `dir` in [plugins]"
    );
    let site = Site::new(&[], "");
    fs::remove_dir(site.path("plugins")).unwrap();
    assert!(site.resolve().unwrap().is_empty());
}
