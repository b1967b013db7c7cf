DROP TABLE media_deletions;
DROP TABLE media_tags;
DROP TABLE media_files;
DROP TABLE media;
