//! Packs the manifest. The API has no tables, so the folder of migrations is
//! not there.

fn main() {
    hob_plugin_manifest::build::pack("../migrations/api");
}
