-- What a button does: a link of the role button does this one act. Empty for all others.
ALTER TABLE links ADD COLUMN press TEXT NOT NULL DEFAULT '';
