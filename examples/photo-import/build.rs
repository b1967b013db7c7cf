//! Packs `plugin.toml` into the library. There are no tables.

fn main() {
    hob_plugin_manifest::build::Package::new().pack();
}
