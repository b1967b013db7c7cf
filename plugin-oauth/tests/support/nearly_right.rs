//! Requests that are nearly right, so that they come far before they are
//! refused. The parsers' own tests share `bad_input` with this.

use axum::body::Body;
use hob::testing::{Browser, Reply};
use http::{HeaderValue, Method, Request};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{FileFailurePersistence, TestRunner},
};
use serde_json::Value;
use tokio::{runtime::Handle, task::block_in_place};

use super::bad_input::{form, json_value, text, unless_told_otherwise};

pub const FORM: &str = "application/x-www-form-urlencoded";

/// For a request to a whole site. What fails is kept in this file.
#[must_use]
pub fn over_the_host(kept_in: &'static str) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(kept_in))),
        max_shrink_iters: 2000,
        ..unless_told_otherwise(100)
    }
}

/// A good form or query, of which a part is left out, changed, or there twice;
/// now and then with more of [`form`] behind it.
pub fn nearly(
    good: &[(&str, &str)],
    names: &'static [&'static str],
) -> impl Strategy<Value = Vec<u8>> + use<> {
    let pair = |name: &str, value: &str| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair(name, value).finish().into_bytes()
    };
    let kept: Vec<_> = good
        .iter()
        .map(|(name, value)| {
            let (as_it_is, name) = (pair(name, value), (*name).to_owned());
            let longer = (*value).to_owned();
            let named = name.clone();
            prop_oneof![
                60 => Just(as_it_is.clone()),
                1 => Just(Vec::new()),
                1 => Just([as_it_is.as_slice(), b"&", &as_it_is].concat()),
                5 => text().prop_map(move |value| pair(&name, &value)),
                2 => text().prop_map(move |more| pair(&named, &format!("{longer}{more}"))),
            ]
        })
        .collect();
    let more = prop_oneof![8 => Just(Vec::new()), 1 => form(names)];
    (kept, more).prop_map(|(mut pairs, more)| {
        pairs.push(more);
        pairs.join(&b'&')
    })
}

/// A good JSON object, of which some members are replaced by others.
pub fn nearly_json(
    good: &Value,
    names: &'static [&'static str],
) -> impl Strategy<Value = Vec<u8>> + use<> {
    let good = good.clone();
    let others = prop::collection::vec((select(names), json_value()), 0..4);
    others.prop_map(move |others| {
        let mut object = good.clone();
        for (name, value) in others {
            object[name] = value;
        }
        object.to_string().into_bytes()
    })
}

/// Runs a case for each of the inputs; what fails is kept in this file.
pub fn each<S: Strategy>(
    kept_in: &'static str,
    inputs: S,
    case: impl AsyncFn(S::Value) -> Result<(), TestCaseError>,
) {
    let mut runner = TestRunner::new(over_the_host(kept_in));
    let outcome =
        block_in_place(|| runner.run(&inputs, |input| Handle::current().block_on(case(input))));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// What HTTP itself does not let through is encoded; it would not come here.
pub fn query_of(bytes: &[u8]) -> String {
    let kept = |byte: u8| byte.is_ascii_graphic() && !b"#\"<>`".contains(&byte);
    let mut query = String::new();
    for byte in bytes {
        match kept(*byte) {
            true => query.push(char::from(*byte)),
            false => query.push_str(&format!("%{byte:02X}")),
        }
    }
    query
}

/// A header, if HTTP lets it through.
pub fn header_of(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

pub async fn send(
    browser: &mut Browser,
    (method, path): (Method, &str),
    (content_type, body): (&str, Vec<u8>),
    headers: &[(&'static str, Option<HeaderValue>)],
) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", content_type)
        .header("accept", "*/*");
    for (name, value) in headers {
        if let Some(value) = value {
            request = request.header(*name, value.clone());
        }
    }
    let request = request.body(Body::from(body));
    browser.send(request.expect("a valid request")).await
}

/// Nothing of the inside, and an error that a program can read.
pub fn is_no_failure(reply: &Reply) -> Result<(), TestCaseError> {
    prop_assert!(reply.status() < 500, "{:?}", reply);
    let type_of = reply.header("content-type");
    if reply.status() >= 400 && type_of == "application/json" {
        let told: Value = reply.json();
        prop_assert!(!told["error"].is_null(), "{:?}", reply);
    }
    Ok(())
}
