package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A database is standalone, or a member: a copy of the one log of changes that several
// machines share. The row "log" of meta names that log. A member that ran rooms alone would
// write events that the others never see, so [Open] refuses it.

// Log returns the name of the log that the database is a copy of; empty for a standalone
// one.
func (s *Store) Log(ctx context.Context) (string, error) {
	name, err := logOf(ctx, s.read)
	if err != nil {
		return "", fmt.Errorf("read the name of the log: %w", err)
	}
	return name, nil
}

func logOf(ctx context.Context, db *sql.DB) (name string, err error) {
	err = db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'log'").Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// JoinLog makes the database a copy of a log, at a position in it. Its next change has the
// number after that. It refuses a member of another log. Errors: room.ErrBusy.
func (s *Store) JoinLog(ctx context.Context, name string, pos uint64) error {
	if name == "" {
		return errors.New("join a log: it has no name")
	}
	was, err := s.Log(ctx)
	if err != nil {
		return err
	}
	if was != "" && was != name {
		return fmt.Errorf("join the log %s: the database belongs to the log %s", name, was)
	}
	err = s.change(ctx, func(t *txn) error {
		if err := t.nameLog(name); err != nil {
			return err
		}
		return t.setPosition(pos)
	})
	if err != nil {
		return fmt.Errorf("join the log %s: %w", name, err)
	}
	return nil
}

// LeaveLog makes the database standalone again, with all its data; its position continues.
// Errors: room.ErrBusy.
func (s *Store) LeaveLog(ctx context.Context) error {
	if err := s.change(ctx, func(t *txn) error { return t.nameLog("") }); err != nil {
		return fmt.Errorf("leave the log: %w", err)
	}
	return nil
}

// nameLog writes the row; empty deletes it.
func (t *txn) nameLog(name string) error {
	_, err := t.exec("DELETE FROM meta WHERE key = 'log'")
	if err == nil && name != "" {
		_, err = t.exec("INSERT INTO meta (key, value) VALUES ('log', ?)", name)
	}
	return err
}

// checkMember refuses a database of another log than the caller takes part in; an empty
// name means none.
func checkMember(ctx context.Context, db *sql.DB, o Options) error {
	name, err := logOf(ctx, db)
	if err != nil {
		return err
	}
	if o.Held && name != o.Member && name != "" {
		return &FolderError{Kind: FolderMember, Path: o.Dir, Cause: fmt.Errorf("the log %s", name)}
	}
	return nil
}

// MemberCopy copies the database into a new file, for a machine that joins the same log:
// the file contains the position and the name of the log, and opens as a member with the
// same epochs. It does not contain the machine's readings of its own clock. Only the file's
// owner can read it; MemberCopy never overwrites a file.
func (s *Store) MemberCopy(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%s cannot be made: %w", path, withoutPath(err))
	}
	if err = f.Close(); err == nil {
		err = s.copyTo(ctx, path)
	}
	if err == nil {
		err = inCopy(ctx, path, "DELETE FROM meta WHERE key IN ('clock_read', 'clock_jumped')")
	}
	if err != nil {
		return errors.Join(fmt.Errorf("copy to %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// PutMemberCopy replaces the database of a folder with a file from MemberCopy, by moving
// the file there. The folder's database must be closed, and the caller holds the folder's
// lock.
func PutMemberCopy(dir, file string) error {
	dir, err := makeFolder(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, dbFile)
	for _, old := range []string{path + "-wal", path + "-shm"} { // they belong to the old database
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("put a member's copy into %s: %w", dir, err)
		}
	}
	if err := os.Rename(file, path); err != nil {
		return fmt.Errorf("put a member's copy into %s: %w", dir, err)
	}
	return nil
}
