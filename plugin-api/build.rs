//! Packs the manifest, and the words of its scopes. The API has no tables, so
//! the folder of migrations is not there.

fn main() {
    hob_plugin_manifest::build::Package::new()
        .locales("../locales")
        .pack();
}
