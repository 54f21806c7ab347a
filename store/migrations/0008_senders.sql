-- By which link an author writes, who is not of the audience: a bot may take down
-- what came through its own link, whoever it spoke for. It goes with the author.
CREATE TABLE IF NOT EXISTS senders (
  user INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  link INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS senders_link ON senders (link);
