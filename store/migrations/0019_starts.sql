-- When an item starts by itself, in ms; 0: it does not.
ALTER TABLE items ADD COLUMN starts INTEGER NOT NULL DEFAULT 0;
