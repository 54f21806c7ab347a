-- A running server reads anew only the kind that another program changed. The
-- row 'changes' of older versions is not used any more.
INSERT INTO meta (key, value) VALUES
  ('changes.rooms', 0), ('changes.links', 0), ('changes.rules', 0), ('changes.bans', 0);

-- The last numbers given. They are never given again, also where a row went.
INSERT INTO meta (key, value) SELECT 'last.ban', COALESCE(MAX(id), 0) FROM bans;

-- Tells one state of a list from every other, so that a change can say which one
-- it was made from.
ALTER TABLE rule_lists ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE rule_lists SET revision = (SELECT COUNT(*) FROM rule_lists o WHERE (o.room, o.name) <= (rule_lists.room, rule_lists.name));
INSERT INTO meta (key, value) SELECT 'last.revision', COUNT(*) FROM rule_lists;
