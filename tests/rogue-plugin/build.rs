//! Packs `plugin.toml` into the library.

fn main() {
    hob_plugin_manifest::build::pack("migrations");
}
