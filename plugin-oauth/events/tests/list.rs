//! The list in the docs is what the types say, and what `plugin.toml`
//! declares.

use std::{collections::BTreeMap, fmt::Write};

use hob_oauth_events::EVENTS;
use hob_plugin_sdk::{CORE_EVENTS, EventDescription, manifest::Manifest};

const DOCS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/plugin-author/events.md"
);
const HEAD: &str = "\
# Events

What Hob and its plugins tell other plugins of. [The database](database.md#events) says how to subscribe. This list is made of the types themselves: `UPDATE_DOCS=1 cargo test -p hob-oauth-events` writes it.

Each event stands for something that is done, and is raised inside the transaction that does it. A plugin hears of it there, or once it is stored. **May refuse** means that a subscriber's error inside ends what is being done, and that its words (`PluginError::refusal`) are shown to whoever is refused. Of all other events, a subscriber that fails takes back its own work alone.

Times are microseconds since 1970, in UTC. `RString` is a text, `RVec` a list, `ROption` something that may be absent. `Who` says who did it and from where: `kind` (member, client, operator or site), `member_id`, `name`, `peer` (an address) and `request_id`.
";

fn section(text: &mut String, title: &str, crate_name: &str, events: &[EventDescription]) {
    writeln!(text, "\n## {title}\n\nIn the crate `{crate_name}`.").unwrap();
    for event in events {
        let refuse = if event.may_refuse {
            " · **may refuse**"
        } else {
            ""
        };
        writeln!(
            text,
            "\n### {}\n\n`{}` {}{refuse}\n\n{}\n\n| Field | Type | |\n|---|---|---|",
            event.kind,
            event.name,
            event.version,
            event.about.trim()
        )
        .unwrap();
        for field in event.fields {
            let about = field.about.trim().replace('|', "\\|");
            writeln!(text, "| `{}` | `{}` | {about} |", field.name, field.kind).unwrap();
        }
    }
}

#[test]
fn the_docs_are_what_the_types_say() {
    let mut text = HEAD.to_owned();
    section(&mut text, "Of the core", "hob-plugin-sdk", CORE_EVENTS);
    section(&mut text, "Of OAuth", "hob-oauth-events", EVENTS);
    let signed = hob_oauth1_events::EVENTS;
    section(&mut text, "Of OAuth 1.0a", "hob-oauth1-events", signed);
    section(&mut text, "Of sign-ins", "hob-signin", hob_signin::EVENTS);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(DOCS, &text).expect("the docs can be written");
    }
    let docs = std::fs::read_to_string(DOCS).expect("the docs are there");
    assert!(
        docs == text,
        "docs/plugin-author/events.md is not what the types say: write it anew with UPDATE_DOCS=1"
    );
}

#[test]
fn the_manifest_declares_what_is_listed() {
    let signed = include_str!("../../../plugin-oauth1/plugin.toml");
    for (manifest, events) in [
        (include_str!("../../plugin.toml"), EVENTS),
        (signed, hob_oauth1_events::EVENTS),
    ] {
        let manifest = Manifest::parse(manifest).expect("it is right");
        let listed: BTreeMap<String, u32> = events
            .iter()
            .map(|event| (event.name.to_owned(), event.version))
            .collect();
        assert_eq!(manifest.raises, listed);
    }
}
