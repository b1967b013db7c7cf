//! The interfaces and events are as `layouts.txt` says, and stay so.

use std::path::Path;

use hob_plugin_sdk::abi::layouts::Layouts;
use hob_signin::{EVENTS, error_pages::ErrorPagesV1, session::SessionV1};

fn layouts() -> Layouts {
    Layouts::new()
        .interface::<ErrorPagesV1>()
        .interface::<SessionV1>()
        .events(EVENTS)
}

#[test]
fn no_layout_that_crosses_has_changed() {
    layouts().assert_file(Path::new("layouts.txt"));
}

#[test]
fn no_interface_is_left_out() {
    let seen = layouts().assert_none_left_out(Path::new("src"));
    assert_eq!(seen, 2);
}

#[test]
#[should_panic(expected = "hob.signin.session 1 is left out")]
fn one_that_is_left_out_is_noticed() {
    let one = Layouts::new().interface::<ErrorPagesV1>();
    let _ = one.assert_none_left_out(Path::new("src"));
}
