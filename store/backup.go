package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Backup copies the database into a new file, in one step of SQLite's backup API, while the
// server goes on writing: readers do not delay the writer. The copy is marked: the first
// [Open] of it draws new epochs, since the numbers given after the copy was made will be
// given again.
//
// The copy does not contain the server key (see [Secret]). Without the key it still has its
// comments, rooms and rules, but overlay links are new. Only its owner can read the file.
// Backup never overwrites a file.
func (s *Store) Backup(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := os.Lstat(path); err == nil {
		return &FolderError{Kind: FileTaken, Path: path}
	}
	// It gets its name when it is complete, so that nobody takes an aborted copy for a
	// backup.
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &FolderError{Kind: FileUnderWay, Path: part}
	}
	if err != nil {
		return &FolderError{Kind: FileNotMade, Path: path, Cause: withoutPath(err)}
	}
	if err := f.Close(); err != nil {
		return &FolderError{Kind: FileNotMade, Path: path, Cause: withoutPath(err)}
	}
	if err = s.copyTo(ctx, part); err == nil {
		err = markCopy(ctx, part)
	}
	if err == nil {
		err = takeName(part, path)
	}
	if err != nil {
		fault := &FolderError{Kind: FileNotMade, Path: path, Cause: withoutPath(err)}
		if errors.Is(err, fs.ErrExist) {
			fault = &FolderError{Kind: FileTaken, Path: path}
		} else if resultCode(err) == sqliteFull {
			fault.Cause = syscall.ENOSPC // the system's word, which every language has
		}
		return errors.Join(fault, os.Remove(part))
	}
	return nil
}

// takeName renames the file to its name, unless another file has taken that name meanwhile.
func takeName(part, path string) error {
	if err := os.Link(part, path); err == nil {
		return os.Remove(part)
	} else if errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(part, path) // a file system without links
}

// copyTo copies the database over an empty file, through a reading connection.
func (s *Store) copyTo(ctx context.Context, path string) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driverConn any) error { return backup(driverConn, path) })
}

// markCopy makes the first start draw new epochs. A copy is standalone, even if the
// original belongs to a shared log.
func markCopy(ctx context.Context, path string) error {
	return inCopy(ctx, path, "INSERT OR REPLACE INTO meta (key, value) VALUES ('copied', 1); DELETE FROM meta WHERE key = 'log'")
}

// inCopy runs statements in a copy, and leaves it as a single file on disk.
func inCopy(ctx context.Context, path, query string) error {
	db, err := openDB(path, []pragma{{"busy_timeout", "5000"}, {"journal_mode", "DELETE"}, {"synchronous", "FULL"}})
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, query)
	return errors.Join(err, db.Close())
}

// renumber draws new epochs when the database is a copy that is opened for the
// first time.
func renumber(ctx context.Context, db *sql.DB) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	const marked = "SELECT count(*) FROM meta WHERE key = 'copied'"
	var copied int
	if err := conn.QueryRowContext(ctx, marked).Scan(&copied); err != nil || copied == 0 {
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	// Another program may have been faster.
	res, err := conn.ExecContext(ctx, "DELETE FROM meta WHERE key = 'copied'")
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n > 0 {
		if err := drawEpochs(ctx, conn); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

func drawEpochs(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT id FROM rooms")
	if err != nil {
		return err
	}
	defer rows.Close()
	var rooms []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		rooms = append(rooms, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range rooms {
		if _, err := conn.ExecContext(ctx, "UPDATE rooms SET epoch = ? WHERE id = ?", newEpoch(), id); err != nil {
			return err
		}
	}
	return nil
}
