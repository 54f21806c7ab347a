-- The numbers of audit entries and links are chosen with the change that makes
-- them, as those of bans are.
INSERT INTO meta (key, value) SELECT 'last.act', COALESCE(MAX(id), 0) FROM acts;
INSERT INTO meta (key, value) SELECT 'last.link', COALESCE(MAX(id), 0) FROM links;

-- How many transactions of decided changes this database has: its place in the one
-- log of all changes.
INSERT INTO meta (key, value) VALUES ('position', 0);
