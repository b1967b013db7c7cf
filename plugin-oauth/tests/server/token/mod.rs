//! The token endpoint, as clients and those who would like to be one see it.

mod client_authentication;
mod codes;
mod form;

use crate::support;

use hob::testing::Reply;
use support::{Dance, TOKEN};

/// A form with further headers, and no client authentication of its own.
async fn post_with(dance: &Dance, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    dance
        .site
        .browser()
        .post_form_with(TOKEN, form, headers)
        .await
}

fn encoded(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}
