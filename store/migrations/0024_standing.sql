-- What the author of a comment is on the platform on which it was written: "member",
-- "moderator" or "broadcaster".
ALTER TABLE comments ADD COLUMN standing TEXT NOT NULL DEFAULT '';
