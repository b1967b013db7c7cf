//! The plugin's tables, as `migrations/oauth1` makes them.

diesel::table! {
    oauth1_owners (member_id) {
        member_id -> BigInt,
    }
}

diesel::table! {
    oauth1_consumers (id) {
        id -> BigInt,
        consumer_key -> Text,
        name -> Text,
        owner_id -> Nullable<BigInt>,
        website -> Nullable<Text>,
        callbacks -> Text,
        scope -> Text,
        required_scope -> Text,
        credential -> Text,
        sealed_secret -> Nullable<Binary>,
        key_id -> Nullable<BigInt>,
        public_key -> Nullable<Text>,
        registered_itself -> Bool,
        created_at -> BigInt,
        suspended_at -> Nullable<BigInt>,
        suspension_reason -> Nullable<Text>,
    }
}

diesel::table! {
    oauth1_request_tokens (digest) {
        digest -> Binary,
        consumer -> BigInt,
        callback -> Nullable<Text>,
        scope -> Text,
        sealed_secret -> Binary,
        key_id -> BigInt,
        member_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        verifier -> Nullable<Binary>,
        granted_scope -> Nullable<Text>,
        wrong_verifiers -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth1_access_tokens (digest) {
        digest -> Binary,
        consumer -> BigInt,
        member_id -> BigInt,
        scope -> Text,
        sealed_secret -> Binary,
        key_id -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
    }
}

diesel::table! {
    oauth1_used_nonces (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::joinable!(oauth1_request_tokens -> oauth1_consumers (consumer));
diesel::joinable!(oauth1_access_tokens -> oauth1_consumers (consumer));
diesel::allow_tables_to_appear_in_same_query!(
    oauth1_consumers,
    oauth1_request_tokens,
    oauth1_access_tokens
);
