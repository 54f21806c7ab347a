-- The picture that dresses a room's audience page: one at most, as we drew it
-- anew from what the owner sent.
CREATE TABLE pictures (
  room INTEGER PRIMARY KEY,
  hash TEXT    NOT NULL,
  jpeg BLOB    NOT NULL
);
