//! Packs `plugin.toml` and the migration into the library.

fn main() {
    hob_plugin_manifest::build::pack("migrations");
}
