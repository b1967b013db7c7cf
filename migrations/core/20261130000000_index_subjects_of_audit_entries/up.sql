CREATE INDEX hob_audit_entries_by_subject ON hob_audit_entries (subject, at);
