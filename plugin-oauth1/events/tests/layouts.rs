//! The events are as `layouts.txt` says, and stay so.

use std::path::Path;

use hob_oauth1_events::EVENTS;
use hob_plugin_sdk::abi::layouts::Layouts;

#[test]
fn no_layout_that_crosses_has_changed() {
    let layouts = Layouts::new().events(EVENTS);
    layouts.assert_file(Path::new("layouts.txt"));
}
