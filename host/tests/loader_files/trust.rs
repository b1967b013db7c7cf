//! Who may change a plugin, and which one the operator trusts.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use crate::site::{Site, c_plugin};

#[test]
fn a_file_that_is_not_the_locked_one() {
    let site = Site::with_x();
    let path = site.install("x.so", c_plugin());
    site.lock();
    assert!(site.resolve().is_ok());
    let mut other = fs::read(&path).unwrap();
    other.push(0);
    fs::write(&path, other).unwrap();
    let digest = &site.installed().plugins[0].sha256;
    assert_eq!(
        site.refused(),
        format!(
            "error: plugin x is not the file that was locked: its sha256 is {digest}\n\
             \x20 --> hob.lock:7:10 (plugins/x.so)\n\
             \x20 fix: if you changed the plugin, run `hob plugins lock`; if not, install it again"
        )
    );
}

#[test]
fn a_file_that_is_not_locked() {
    let site = Site::with_x();
    site.lock();
    site.install("x.so", c_plugin());
    assert_eq!(
        site.refused(),
        "error: plugin x is not locked\n\
         \x20 --> hob.lock (plugins/x.so)\n\
         \x20 fix: if you trust plugins/x.so, run `hob plugins lock`"
    );
}

#[test]
fn no_lock_file_and_one_that_is_none() {
    let site = Site::with_x();
    site.install("x.so", c_plugin());
    assert_eq!(
        site.refused(),
        "error: there is no lock file, and without it no plugin is loaded\n\
         \x20 --> hob.lock\n\
         \x20 fix: if you trust the files in the plugins' folder, run `hob plugins lock`"
    );
    fs::write(site.path("hob.lock"), "[[plugin]]\nid = 1\n").unwrap();
    assert_eq!(
        site.refused(),
        "error: this is no lock file: invalid type: integer `1`, expected a string\n\
         \x20 --> hob.lock:2:6\n\
         \x20 fix: if you trust the files in the plugins' folder, run `hob plugins lock`"
    );
}

#[test]
fn a_symbolic_link() {
    let site = Site::with_x();
    let elsewhere = site.path("elsewhere.so");
    fs::write(&elsewhere, c_plugin()).unwrap();
    symlink(&elsewhere, site.path("plugins/x.so")).unwrap();
    assert_eq!(
        site.refused_file(),
        "error: a symbolic link is not loaded as a plugin, since it can be turned\n\
         \x20 --> plugins/x.so\n\
         \x20 fix: put the file itself here"
    );
}

#[test]
fn a_folder_or_a_pipe() {
    let site = Site::with_x();
    fs::create_dir(site.path("plugins/x.so")).unwrap();
    const SAID: &str = "error: this is no regular file, and can't be a plugin\n\
                        \x20 --> plugins/x.so\n\
                        \x20 fix: remove it from the plugins' folder";
    assert_eq!(site.refused_file(), SAID);
    let site = Site::with_x();
    let status = std::process::Command::new("mkfifo")
        .arg(site.path("plugins/x.so"))
        .status();
    assert!(status.unwrap().success());
    assert_eq!(site.refused_file(), SAID);
}

#[test]
fn a_file_that_others_can_write_to() {
    let site = Site::with_x();
    let path = site.install("x.so", c_plugin());
    chmod(&path, 0o646);
    assert_eq!(
        site.refused_file(),
        "error: others can write to the plugin (mode 0646)\n\
         \x20 --> plugins/x.so\n\
         \x20 fix: chmod go-w plugins/x.so"
    );
    chmod(&path, 0o644);
    assert!(site.installed().find("x").is_some());
}

#[test]
fn a_folder_that_others_can_write_to() {
    let site = Site::with_x();
    site.install("x.so", c_plugin());
    site.lock();
    for folder in ["plugins", ""] {
        let folder = site.path(folder);
        chmod(&folder, 0o777);
        let said = site.resolve().unwrap_err().to_string();
        let shown = folder.display().to_string();
        let shown = shown.trim_end_matches('/');
        assert_eq!(
            said,
            format!(
                "error: others can write to this folder (mode 0777), and could replace the \
                 plugins below it\n\
                 \x20 --> {shown}\n\
                 \x20 fix: chmod go-w {shown}"
            )
        );
        // A sticky one is accepted.
        chmod(&folder, 0o1777);
        assert!(site.resolve().is_ok());
        chmod(&folder, 0o755);
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
