//! Packs the manifest and the migrations into the library.

fn main() {
    hob_plugin_manifest::build::pack("../migrations/oauth");
    // The tests link a second plugin beside this one, and each brings the
    // header that a loader looks for. Nobody looks for it there.
    println!("cargo::rustc-link-arg-tests=-Wl,--allow-multiple-definition");
}
