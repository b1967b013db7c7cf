//! The interfaces and events are as `layouts.txt` says, and stay so.

use std::path::Path;

use hob_plugin_sdk::abi::layouts::Layouts;
use hob_signin::{EVENTS, error_pages::ErrorPagesV1, session::SessionV1};

#[test]
fn no_layout_that_crosses_has_changed() {
    Layouts::new()
        .interface::<ErrorPagesV1>()
        .interface::<SessionV1>()
        .events(EVENTS)
        .assert_file(Path::new("layouts.txt"));
}
