//! Requests that are nearly right, so that they come far before they are
//! refused. The parsers' own tests share `bad_input` with this.

use proptest::{prelude::*, sample::select, test_runner::FileFailurePersistence};

use super::bad_input::{form, json_value, text, unless_told_otherwise};

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
    good: &serde_json::Value,
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
