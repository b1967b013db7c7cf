//! The plugin's tables, as `migrations/signin` makes them.

diesel::table! {
    signin_accounts (id) {
        id -> BigInt,
        issuer -> Text,
        subject -> Text,
        member_id -> BigInt,
        name -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signin_requests (state_digest) {
        state_digest -> Binary,
        visit_digest -> Binary,
        provider -> Text,
        member_id -> Nullable<BigInt>,
        next -> Text,
        expires_at -> BigInt,
        for_site -> Bool,
        anew_since -> Nullable<BigInt>,
        arrival -> Nullable<BigInt>,
    }
}

diesel::table! {
    signin_newcomers (id) {
        id -> BigInt,
        visit_digest -> Binary,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        name -> Text,
        next -> Text,
        expires_at -> BigInt,
        arrival -> Nullable<BigInt>,
    }
}

diesel::table! {
    signin_tokens (id) {
        id -> BigInt,
        provider -> Text,
        holder_kind -> Text,
        holder_id -> BigInt,
        issuer -> Text,
        subject -> Text,
        name -> Text,
        scope -> Text,
        sealed -> Binary,
        key_id -> BigInt,
        expires_at -> Nullable<BigInt>,
        updated_at -> BigInt,
        refreshed_until -> Nullable<BigInt>,
    }
}
