//! The core's own migrations.

#[test]
fn the_core_s_migrations_go_up_down_up() {
    hob::testing::migrations::go_up_down_up(&[]);
}
