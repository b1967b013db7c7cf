//! Input as it comes from outside, for the tests of what reads it: nearly right,
//! quite wrong, or no text at all.
//!
//! What once failed is kept in `proptest-regressions`, and tried first. How many
//! cases there are, `PROPTEST_CASES` says: `make fuzz` takes 100,000 of each
//! test, and any other run few enough not to be waited for.

use std::env;

use proptest::{prelude::*, sample::select};

/// For a parser by itself.
#[must_use]
pub fn many_cases() -> ProptestConfig {
    unless_told_otherwise(1000)
}

/// So many cases, where the variable says nothing.
#[must_use]
pub fn unless_told_otherwise(cases: u32) -> ProptestConfig {
    // It has read the variable.
    let told = ProptestConfig::default();
    match env::var_os("PROPTEST_CASES") {
        Some(_) => told,
        None => ProptestConfig { cases, ..told },
    }
}

/// Pieces from which most of what is nearly right can be put together.
const PIECES: [&str; 44] = [
    "code",
    "S256",
    "plain",
    "none",
    "login consent",
    "profile",
    "media:read",
    " ",
    "  ",
    "+",
    "%20",
    "%2B",
    "%00",
    "%ff",
    "%c3%a9",
    "%",
    "%2",
    "\"",
    "\\",
    "'",
    "<script>",
    "é",
    "\u{202e}",
    "📷",
    "=",
    "&",
    "#",
    "?",
    "/",
    "..",
    ":",
    ";",
    "@",
    "*",
    "\0",
    "\r\n",
    "\t",
    "https://",
    "http://127.0.0.1",
    "com.example.app:/",
    "hob_ac_",
    "0",
    "-1",
    "18446744073709551616",
];

/// A text of such pieces, now and then with letters of any kind between them.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&PIECES[..]).prop_map(ToOwned::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{1,12}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// What a form or a query holds: these names and others, encoded well, badly or
/// not at all.
pub fn form(names: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![9 => select(names).prop_map(ToOwned::to_owned), 1 => text()];
    let value = prop_oneof![
        3 => text().prop_map(|text| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().into_bytes()
        }),
        2 => text().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec((name, value), 0..8).prop_map(|pairs| {
        let pairs: Vec<Vec<u8>> = pairs
            .into_iter()
            .map(|(name, value)| [name.as_bytes(), b"=", &value].concat())
            .collect();
        pairs.join(&b'&')
    })
}

/// A JSON object with these members and others, of any types; now and then
/// broken off.
pub fn json_object(names: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![9 => select(names).prop_map(ToOwned::to_owned), 1 => text()];
    let members = prop::collection::vec((name, json_value()), 0..8);
    (
        members,
        prop::option::weighted(0.1, any::<prop::sample::Index>()),
    )
        .prop_map(|(members, broken_off)| {
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name)))
                .collect();
            let mut text = format!("{{{}}}", members.join(",")).into_bytes();
            if let Some(at) = broken_off {
                text.truncate(at.index(text.len()));
            }
            text
        })
}

/// A value of any type.
pub fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(serde_json::Value::from),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => any::<i64>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            1 => prop::collection::hash_map(text(), inner, 0..3)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}
