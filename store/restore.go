package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ErrHasData is in the chain of [Restore]'s error for a folder that holds data.
var ErrHasData = errors.New("the folder holds data already")

// CheckBackup returns nil when a file is a complete database of ours that this program can
// open, and changes nothing. It reads all of it.
func CheckBackup(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil {
		return &FolderError{Kind: FileUnreadable, Path: path, Cause: withoutPath(err)}
	} else if !info.Mode().IsRegular() || info.Size() == 0 {
		return &FolderError{Kind: FileNotBackup, Path: path}
	}
	if err := checkFile(ctx, path); err != nil {
		return explainBackup(path, err)
	}
	db, err := openDB(path, []pragma{{"busy_timeout", busyTimeout}, {"query_only", "1"}})
	if err != nil {
		return err
	}
	defer db.Close()
	var app int
	var said string
	if err := db.QueryRowContext(ctx, "SELECT application_id FROM pragma_application_id").Scan(&app); err != nil {
		return explainBackup(path, err)
	}
	if app != applicationID {
		return &FolderError{Kind: FileOfOther, Path: path}
	}
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return explainBackup(path, err)
	}
	if said != "ok" {
		return &FolderError{Kind: FileBackupDamaged, Path: path, Cause: errors.New(said)}
	}
	return nil
}

// explainBackup turns an SQLite error about a backup into a fault that names this file, and
// not the database of a data folder.
func explainBackup(path string, err error) error {
	kind := FileUnreadable
	switch resultCode(err) {
	case sqliteNotADB:
		kind = FileOfOther
	case sqliteCorrupt:
		kind = FileBackupDamaged
	case sqliteBusy, sqliteLocked:
		kind = FileLocked
	}
	return &FolderError{Kind: kind, Path: path, Cause: err}
}

// Restore puts a backup and, unless key is empty, its secret.key into a folder, which it
// creates if needed. It never deletes data in the folder: without replace it returns
// ErrHasData, with replace it moves the old files aside and returns their new names. The
// caller holds the folder's lock. The backup must be valid, see [CheckBackup]; it stays
// unchanged.
func Restore(dir, backup, key string, replace bool, now time.Time) (aside []string, err error) {
	dir, err = makeFolder(dir)
	if err != nil {
		return nil, err
	}
	stamp := now.Format("20060102-150405")
	put := []struct{ from, name string }{{backup, dbFile}}
	if key != "" {
		if _, err := readSecret(key); err != nil {
			return nil, err
		}
		put = append(put, struct{ from, name string }{key, secretFile})
	}
	if Exists(dir) && !replace {
		return nil, ErrHasData
	}
	// Copied completely before anything is moved: a full disk changes nothing.
	var parts []string
	defer func() {
		for _, part := range parts {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	for _, p := range put {
		part := filepath.Join(dir, p.name+".restore")
		if err := copyFile(part, p.from); err != nil {
			return nil, fmt.Errorf("copy %s: %w", p.from, withoutPath(err))
		}
		parts = append(parts, part)
	}
	// SQLite's other files belong to the old database.
	for _, name := range []string{dbFile + "-wal", dbFile + "-shm", dbFile, secretFile} {
		if name == secretFile && key == "" {
			continue
		}
		old := filepath.Join(dir, name)
		if _, err := os.Lstat(old); err != nil {
			continue
		}
		kept := filepath.Join(dir, "before-"+stamp+"-"+name)
		if err := os.Rename(old, kept); err != nil {
			return aside, err
		}
		aside = append(aside, kept)
	}
	for _, p := range put {
		if err := os.Rename(parts[0], filepath.Join(dir, p.name)); err != nil {
			return aside, err
		}
		parts = parts[1:]
	}
	return aside, nil
}

// copyFile copies a file to a new one that only its owner can read, and syncs it. It
// overwrites a file that an earlier run has left.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// KeyFile returns the path of a data folder's server key.
func KeyFile(dir string) string { return filepath.Join(dir, secretFile) }
