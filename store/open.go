// Package store keeps everything in one SQLite database: the log of events and
// the rows of comments (it is a live.Journal and a live.History), rooms, links,
// rule lists and bans. All writing is done by one goroutine on one connection;
// reading has a small pool of its own.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The files of a data folder.
const (
	dbFile     = "danmaku.db"
	secretFile = "secret.key"
	lockFile   = "danmaku.lock"
)

// readers is the size of the reading pool: more than two cores' worth of
// queries gains nothing, and each connection has a cache.
const readers = 4

// Options say where and how a store is opened.
type Options struct {
	Dir  string       // the data folder; made when it is not there
	Full bool         // survive power cuts, not only a killed process: synchronous=FULL
	Log  *slog.Logger // nil: nothing is logged
}

// Store is the open database. Its methods may be called from any goroutine.
type Store struct {
	journal
	read *sql.DB

	closing sync.Once
}

type pragma struct{ name, value string }

// pragmas lists what each connection of a pool is set to.
func pragmas(readOnly, full bool) []pragma {
	list := []pragma{
		{"busy_timeout", "5000"}, // ms; a command beside the server writes now and then
		{"foreign_keys", "1"},
	}
	if readOnly {
		return append(list, pragma{"query_only", "1"}, pragma{"cache_size", "-16384"})
	}
	sync := "NORMAL"
	if full {
		sync = "FULL"
	}
	return append(list,
		pragma{"journal_mode", "WAL"},
		pragma{"synchronous", sync},
		pragma{"cache_size", "-65536"},           // KiB, so 64 MB
		pragma{"journal_size_limit", "67108864"}, // bytes, so 64 MB
	)
}

// fileURI writes path as SQLite reads it (https://sqlite.org/uri.html), so that
// a folder may be called "what? 100%".
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path // file:/C:/…
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// Open opens the database in a folder, makes both where they are not there yet
// and brings an older one up to date. What it makes can be read by its owner
// alone. Each error is one line that says what to do; nothing was changed then.
//
// Several programs may have the same folder open; only one of them may run
// rooms, see [Lock].
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := makeFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, dbFile)
	if err := makeFile(path); err != nil {
		return nil, err
	}
	if err := checkFile(ctx, path); err != nil {
		return nil, explain(dir, err)
	}
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, explain(dir, err)
	}
	return s, nil
}

// Exists tells whether a folder holds a database already.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, dbFile))
	return err == nil
}

func open(ctx context.Context, path string, o Options) (*Store, error) {
	write, err := openDB(path, pragmas(false, o.Full))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	if err := renumber(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := openDB(path, pragmas(true, o.Full))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	s := &Store{read: read}
	if err := s.journal.start(write, o.Log); err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	return s, nil
}

// Close writes every event that is queued, hands it to the follower, and closes
// the database. Append answers comment.ErrBusy from then on. When ctx ends
// first, its error comes back and the database is left to the end of the
// process; nothing that was acknowledged can be lost by that.
func (s *Store) Close(ctx context.Context) error {
	if err := s.journal.stop(ctx); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	var err error
	s.closing.Do(func() { err = errors.Join(s.read.Close(), s.journal.db.Close()) })
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// makeFolder gives the absolute path of a folder that is there.
func makeFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("no data folder is named; say where with --data")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data folder %s: %w", dir, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", fmt.Errorf("the data folder %s cannot be made (%w); make it yourself or name another with --data", abs, cause(err))
	}
	return abs, nil
}

// makeFile makes sure that the database can be written and that nobody else can
// read it. SQLite gives its -wal and -shm files the mode of the database, so
// this needs no umask, which would hold for the whole process.
func makeFile(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; move it away or name another folder with --data", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return notWritable(filepath.Dir(path), err)
	}
	defer f.Close()
	return private(f)
}

// private takes a file away from group and others.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := f.Chmod(0o600); err != nil {
		return fmt.Errorf("%s can be read by others and that cannot be changed (%w); set its mode to 600", f.Name(), cause(err))
	}
	return nil
}

func notWritable(dir string, err error) error {
	return fmt.Errorf("the data folder %s cannot be written (%w); give this user the right to, or name another with --data", dir, cause(err))
}

// cause drops the path that package os puts before every error: our lines name
// it already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// The result codes of SQLite that need words of their own.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteTooBig     = 18
	sqliteConstraint = 19
	sqliteMismatch   = 20
	sqliteNotADB     = 26
)

// explain turns what SQLite says into a line for the person who started the
// program.
func explain(dir string, err error) error {
	path := filepath.Join(dir, dbFile)
	switch resultCode(err) {
	case sqliteNotADB:
		return fmt.Errorf("%s is not a database (%w); move it away to start anew, or put a backup in its place", path, err)
	case sqliteCorrupt:
		return fmt.Errorf("%s is damaged (%w); put a backup in its place, or move it away to start anew", path, err)
	case sqliteBusy, sqliteLocked:
		return fmt.Errorf("%s is locked by another program (%w); stop that program and try again", path, err)
	case sqliteReadOnly, sqliteCantOpen:
		return notWritable(dir, err)
	case sqliteFull:
		return fmt.Errorf("the disk of the data folder %s is full (%w); make room and start again", dir, err)
	}
	return err
}
