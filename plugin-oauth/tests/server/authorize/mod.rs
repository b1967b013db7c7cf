//! The authorization endpoint and the consent page, as browsers see them.

mod decision;
mod member;
mod parameters;
mod redirect_uri;
mod transport;

use crate::support;

use hob::testing::Reply;
use support::request_on;

fn assert_consent_page(reply: &Reply) {
    request_on(reply);
}

fn scope(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}
