-- An entry outlives the members that it is about, so it refers to no other table.
CREATE TABLE hob_audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at BIGINT NOT NULL,
    plugin TEXT NOT NULL,
    action TEXT NOT NULL,
    who_kind TEXT NOT NULL CHECK (who_kind IN ('member', 'client', 'operator', 'site')),
    who_member BIGINT,
    who_name TEXT NOT NULL,
    peer TEXT NOT NULL,
    request_id TEXT NOT NULL,
    member_id BIGINT,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX hob_audit_entries_by_time ON hob_audit_entries (at, id);
CREATE INDEX hob_audit_entries_by_member ON hob_audit_entries (member_id, at);
CREATE INDEX hob_audit_entries_by_doer ON hob_audit_entries (who_name, at);
CREATE INDEX hob_audit_entries_by_action ON hob_audit_entries (action, at);
