//! The core's tables, as Diesel knows them. Plugins never name these.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    members (id) {
        id -> BigInt,
        username -> Text,
        display_name -> Text,
        email -> Text,
        email_verified -> Bool,
        password_hash -> Text,
        administrator -> Bool,
        uploader -> Bool,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        language -> Text,
    }
}

table! {
    hob_audit_entries (id) {
        id -> BigInt,
        at -> BigInt,
        plugin -> Text,
        action -> Text,
        who_kind -> Text,
        who_member -> Nullable<BigInt>,
        who_name -> Text,
        peer -> Text,
        request_id -> Text,
        member_id -> Nullable<BigInt>,
        subject_kind -> Text,
        subject -> Text,
        details -> Text,
    }
}

table! {
    sessions (id) {
        id -> BigInt,
        member_id -> BigInt,
        digest -> Binary,
        user_agent -> Text,
        peer -> Text,
        created_at -> BigInt,
        authenticated_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    media (id) {
        id -> BigInt,
        owner_id -> BigInt,
        title -> Text,
        description -> Text,
        visibility -> Text,
        state -> Text,
        problem -> Text,
        file_name -> Text,
        keep_location -> Bool,
        created_at -> BigInt,
    }
}

table! {
    media_files (media_id, size) {
        media_id -> BigInt,
        size -> Text,
        key -> Text,
        content_type -> Text,
        width -> Integer,
        height -> Integer,
        bytes -> BigInt,
        etag -> Text,
    }
}

table! {
    media_tags (media_id, tag) {
        media_id -> BigInt,
        position -> Integer,
        tag -> Text,
    }
}

table! {
    media_deletions (key) {
        key -> Text,
        requested_at -> BigInt,
    }
}

joinable!(sessions -> members (member_id));
joinable!(media -> members (owner_id));
allow_tables_to_appear_in_same_query!(members, sessions, media, media_files, media_tags);
