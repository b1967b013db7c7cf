-- Devices that wait for a member to let them in (RFC 8628). Both codes are
-- kept as digests.
CREATE TABLE oauth_device_authorizations (
    device_code BYTEA PRIMARY KEY NOT NULL,
    user_code BYTEA NOT NULL UNIQUE,
    client BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    -- What is asked; once it is approved, what is granted.
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'redeemed')),
    -- Who entered the user code, and in which session; null until then.
    member_id BIGINT,
    session_id BIGINT,
    -- Null until it is approved.
    consent BIGINT REFERENCES oauth_consents (id) ON DELETE CASCADE,
    -- What the tokens that it gives have in common.
    family BIGINT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    -- Whoever asks before this asks too often.
    next_poll_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Kept for a while, so that a device that comes late hears that it is
    -- late; and, once it gave tokens, for as long as they can live, so that
    -- its replay still finds them.
    forget_at BIGINT NOT NULL
);
CREATE INDEX oauth_device_authorizations_by_client ON oauth_device_authorizations (client);
CREATE INDEX oauth_device_authorizations_by_member ON oauth_device_authorizations (member_id);
CREATE INDEX oauth_device_authorizations_by_consent ON oauth_device_authorizations (consent);
CREATE INDEX oauth_device_authorizations_by_forget_at ON oauth_device_authorizations (forget_at);
