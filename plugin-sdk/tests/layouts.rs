//! What crosses between a host and a plugin is as `layouts.txt` says, and stays
//! so.

use std::{fs, path::Path};

use hob_plugin_sdk::{
    CORE_EVENTS,
    abi::{
        PluginHandle,
        auth::TokenVerifierV1,
        command::PluginCommandsV1,
        connections::ConnectionsV1,
        db::DbV1,
        event::{EventsV1, PluginEventsV1},
        host::HostHandle,
        http::PluginHttpV1,
        http_client::HttpClientV1,
        job::PluginJobsV1,
        layouts::Layouts,
        log::LogV1,
        media::MediaV1,
        members::MembersV1,
        pictures::PicturesV1,
        plugin::PluginModuleRef,
        resource_metadata::ResourceMetadataV1,
        sealing::{SealedV1, SealingV1},
        sign_in_methods::SignInMethodsV1,
        site::SiteV1,
        tasks::TasksV1,
        words::WordsV1,
    },
};

fn layouts() -> Layouts {
    Layouts::new()
        .root::<PluginModuleRef>("of a plugin's library")
        .root::<HostHandle>("of the host")
        .root::<PluginHandle>("of a started plugin")
        .interface::<TokenVerifierV1>()
        .interface::<PluginCommandsV1>()
        .interface::<ConnectionsV1>()
        .interface::<DbV1>()
        .interface::<EventsV1>()
        .interface::<PluginEventsV1>()
        .interface::<PluginHttpV1>()
        .interface::<HttpClientV1>()
        .interface::<PluginJobsV1>()
        .interface::<LogV1>()
        .interface::<MediaV1>()
        .interface::<MembersV1>()
        .interface::<PicturesV1>()
        .interface::<ResourceMetadataV1>()
        .interface::<SealedV1>()
        .interface::<SealingV1>()
        .interface::<SignInMethodsV1>()
        .interface::<SiteV1>()
        .interface::<TasksV1>()
        .interface::<WordsV1>()
        .events(CORE_EVENTS)
}

#[test]
fn no_layout_that_crosses_has_changed() {
    layouts().assert_file(Path::new("layouts.txt"));
}

/// Each line `interface!(…)` of the boundary is in the list above.
#[test]
fn no_interface_is_left_out() {
    let seen = layouts().assert_none_left_out(Path::new("src/abi"));
    assert!(seen > 15, "only {seen}");
}

#[test]
#[should_panic(expected = "has another layout")]
fn a_layout_that_changed_is_noticed() {
    let file = std::env::temp_dir().join(format!("hob-layouts-{}.txt", std::process::id()));
    let now = layouts().to_string();
    let other = now.replacen("kind: u32", "kind: u64", 1);
    assert_ne!(now, other);
    fs::write(&file, other).expect("a temporary file");
    let kept = std::panic::catch_unwind(|| layouts().assert_file(&file));
    fs::remove_file(&file).expect("it is there");
    if let Err(panic) = kept {
        std::panic::resume_unwind(panic);
    }
}
