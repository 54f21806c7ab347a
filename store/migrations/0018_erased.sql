-- Refs of comments that were deleted for good, so that no phone and no chat brings one
-- back by sending it again. The key is a hash of whose ref it is and the ref; there is
-- no text, no name and no author. They are kept for two days.
CREATE TABLE erased (
  room INTEGER NOT NULL REFERENCES rooms (id),
  key  TEXT    NOT NULL,
  id   INTEGER NOT NULL, -- of the comment that is gone
  at   INTEGER NOT NULL, -- of the deletion
  PRIMARY KEY (room, key)
) WITHOUT ROWID;
