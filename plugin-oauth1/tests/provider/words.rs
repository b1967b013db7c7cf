//! That all messages of the plugin are there and said.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use hob::testing::said::{quoted, texts};
use hob_plugin_sdk::manifest::{Locale, locale};

#[test]
fn each_message_is_said_somewhere_and_what_is_said_is_there() {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let own = texts(&root.join("plugin-oauth1/src"), "rs")
        + &texts(&root.join("templates/oauth1"), "html");
    let shared = texts(&root.join("templates/authorization"), "html")
        + &texts(&root.join("authorization/src"), "rs");
    let words = |name| Locale::read_folder(&root.join("locales"), name).expect("they are sound");
    let ids = |locales: &[Locale]| -> BTreeSet<String> {
        let english = locales.iter().find(|locale| locale.language == "en");
        let ids = english.expect("there is English").message_ids();
        ids.expect("it is sound").into_iter().collect()
    };
    let joined = locale::joined(words("oauth1"), &words("authorization"));
    let there = ids(&joined.expect("they go together"));
    for before in ["say(\"", "rich(\""] {
        for id in quoted(&(own.clone() + &shared), before) {
            assert!(there.contains(id), "{before}{id}\") is nowhere");
        }
    }
    for id in ids(&words("oauth1")) {
        let by_host = id.starts_with("menu-");
        // What the doctor finds says it of itself.
        let name = id.strip_prefix("finding-").unwrap_or(&id);
        assert!(
            by_host || own.contains(&format!("\"{name}\"")),
            "nobody says {id}"
        );
    }
}
