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
    }
}
