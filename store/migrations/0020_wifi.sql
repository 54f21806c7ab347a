-- The network of a room's hall, name and password, sealed with a key that does not lie
-- in the database.
CREATE TABLE wifi (
  room   INTEGER PRIMARY KEY REFERENCES rooms (id),
  sealed BLOB    NOT NULL
);
