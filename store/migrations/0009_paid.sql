-- What an author paid ("5000000 USD 2": millionths, currency, level), pictures in
-- the text (JSON, see emoteRow in rows.go), and the connected chat that brought the
-- comment. Empty for most.
ALTER TABLE comments ADD COLUMN paid TEXT NOT NULL DEFAULT '';
ALTER TABLE comments ADD COLUMN emotes TEXT NOT NULL DEFAULT '';
ALTER TABLE comments ADD COLUMN chat TEXT NOT NULL DEFAULT '';
-- A platform's message comes once, whichever chat brings it; and what a chat brought
-- can be found, to take it down.
CREATE UNIQUE INDEX comments_chat_ref ON comments (room, ref) WHERE chat <> '' AND ref IS NOT NULL;
CREATE INDEX comments_chat ON comments (chat, at) WHERE chat <> '';
