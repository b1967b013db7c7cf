//! The plugin's tables, as `migrations/oauth` makes them.
//!
//! A column `client` or `consent` holds the id of a row; `client_id` is the
//! client's public name.

diesel::table! {
    oauth_clients (id) {
        id -> BigInt,
        client_id -> Text,
        name -> Text,
        kind -> Text,
        owner_id -> Nullable<BigInt>,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scope -> Text,
        grant_types -> Text,
        created_at -> BigInt,
        suspended_at -> Nullable<BigInt>,
        introspects -> Bool,
        require_pushed_authorization_requests -> Bool,
        dpop_bound_access_tokens -> Bool,
        legacy_query -> Bool,
        registered_dynamically -> Bool,
        last_used_at -> Nullable<BigInt>,
        jwks -> Nullable<Text>,
        suspension_reason -> Nullable<Text>,
        logo_version -> Nullable<BigInt>,
        required_scope -> Text,
    }
}

diesel::table! {
    oauth_client_logos (client) {
        client -> BigInt,
        content_type -> Text,
        picture -> Binary,
    }
}

diesel::table! {
    oauth_client_secrets (digest) {
        digest -> Binary,
        client -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_client_registrations (client) {
        client -> BigInt,
        access_token -> Binary,
        initial_access_token -> Nullable<BigInt>,
        metadata -> Text,
    }
}

diesel::table! {
    oauth_initial_access_tokens (id) {
        id -> BigInt,
        digest -> Binary,
        note -> Nullable<Text>,
        uses_left -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth_consents (id) {
        id -> BigInt,
        member_id -> BigInt,
        client -> BigInt,
        resource -> Text,
        scope -> Text,
        granted_at -> BigInt,
        updated_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        revision -> BigInt,
        last_used_from -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_authorization_requests (digest) {
        digest -> Binary,
        client -> BigInt,
        member_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        redirect_uri -> Text,
        scope -> Text,
        resource -> Text,
        state -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        prompt -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        presented_at -> Nullable<BigInt>,
        login_hint -> Nullable<Text>,
        max_age -> Nullable<BigInt>,
        key_thumbprint -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_authorization_codes (digest) {
        digest -> Binary,
        client_id -> Text,
        member_id -> BigInt,
        consent -> BigInt,
        family -> BigInt,
        redirect_uri -> Text,
        scope -> Text,
        resource -> Text,
        code_challenge -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        consumed_at -> Nullable<BigInt>,
        forget_at -> BigInt,
        key_thumbprint -> Nullable<Text>,
        consent_expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_access_tokens (digest) {
        digest -> Binary,
        client_id -> Text,
        member_id -> Nullable<BigInt>,
        consent -> Nullable<BigInt>,
        family -> BigInt,
        scope -> Text,
        resource -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        client -> Nullable<BigInt>,
        key_thumbprint -> Nullable<Text>,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_personal_tokens (digest) {
        digest -> Binary,
        member_id -> BigInt,
        name -> Text,
        scope -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_refresh_tokens (digest) {
        digest -> Binary,
        client_id -> Text,
        member_id -> BigInt,
        consent -> BigInt,
        family -> BigInt,
        parent -> Nullable<Binary>,
        scope -> Text,
        resource -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        family_expires_at -> BigInt,
        consumed_at -> Nullable<BigInt>,
        siblings -> Integer,
        key_thumbprint -> Nullable<Text>,
        consent_expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_used_jwt_ids (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth_server_keys (purpose) {
        purpose -> Text,
        key -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    oauth_member_epochs (member_id) {
        member_id -> BigInt,
        epoch -> BigInt,
        touched_at -> BigInt,
    }
}

diesel::table! {
    oauth_device_authorizations (device_code) {
        device_code -> Binary,
        user_code -> Binary,
        client -> BigInt,
        scope -> Text,
        resource -> Text,
        state -> Text,
        member_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        consent -> Nullable<BigInt>,
        family -> BigInt,
        interval_seconds -> BigInt,
        next_poll_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        forget_at -> BigInt,
        consent_expires_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(oauth_client_secrets -> oauth_clients (client));
diesel::joinable!(oauth_client_registrations -> oauth_clients (client));
diesel::joinable!(oauth_client_logos -> oauth_clients (client));
diesel::joinable!(oauth_consents -> oauth_clients (client));
diesel::joinable!(oauth_authorization_requests -> oauth_clients (client));

diesel::allow_tables_to_appear_in_same_query!(
    oauth_clients,
    oauth_client_secrets,
    oauth_client_registrations,
    oauth_client_logos,
    oauth_consents,
    oauth_authorization_requests,
    oauth_device_authorizations,
    oauth_authorization_codes,
    oauth_access_tokens,
    oauth_refresh_tokens,
    oauth_member_epochs,
);
