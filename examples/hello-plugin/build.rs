//! Packs `plugin.toml` and the migrations into the library.

fn main() {
    hob_plugin_manifest::build::pack("migrations");
}
