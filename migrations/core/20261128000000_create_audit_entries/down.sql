DROP TABLE hob_audit_entries;
