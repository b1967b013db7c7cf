-- In which language the member reads the site; empty where none was chosen.
ALTER TABLE members ADD COLUMN language TEXT NOT NULL DEFAULT '';
