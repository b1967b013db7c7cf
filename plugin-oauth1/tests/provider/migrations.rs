//! The plugin's migrations, on SQLite and on PostgreSQL.

use hob_plugin_sdk::manifest::packed;

#[test]
fn the_migrations_go_up_down_up() {
    let packed = packed::unpack(hob_plugin_oauth1::HOB_PLUGIN.packed).expect("the build packed it");
    hob::testing::migrations::go_up_down_up(&[packed]);
}
