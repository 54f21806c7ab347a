-- The name before masking, for moderators; empty where it was not masked.
ALTER TABLE comments ADD COLUMN original_name TEXT NOT NULL DEFAULT '';
