// Package store keeps everything in one SQLite database: the log of events and the rows of
// comments (it is a live.Journal and a live.History), rooms, links, rule lists and bans.
// One goroutine on one connection does all writing; reading has a small separate pool.
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
	"time"
)

// The files of a data folder.
const (
	dbFile     = "danmaku.db"
	secretFile = "secret.key"
	lockFile   = "danmaku.lock"
)

// readers is the size of the reading pool: more queries than cores gain nothing, and each
// connection has a cache. resumeReaders is the size of the pool for resumes, which the
// audience can cause: a moderator's query never waits for one.
const (
	readers       = 4
	resumeReaders = 2
)

// Options configure a store.
type Options struct {
	Dir  string // the data folder; created if needed
	Full bool   // survive power failures, not only a killed process: synchronous=FULL
	Held bool   // the caller holds the folder's [Lock]
	// Member is the log that the caller takes part in, with Held: Open refuses the database
	// of another one. Empty means none.
	Member string
	Log    *slog.Logger // nil: nothing is logged

	// Commits observes how long each transaction of events takes, Lag the time from a
	// batch's commit until it has reached the rooms. Nil means not measured.
	Commits, Lag Observer
}

// Observer takes measurements, in seconds. It must not wait for anything.
type Observer interface{ Observe(seconds float64) }

// Totals is the state of the log.
type Totals struct {
	Events  int64 // written since the start
	Queued  int   // events that wait for the disk
	Batches int   // committed batches that wait for the rooms
	Ready   bool  // it can be written
}

// Totals returns the state of the log without blocking.
func (j *journal) Totals() Totals {
	t := Totals{Events: j.events.Load(), Queued: len(j.queue), Ready: j.fault.Load() == nil}
	if f := j.follower.Load(); f != nil {
		t.Batches = len(f.batches)
	}
	return t
}

// Store is the open database. Its methods are safe for concurrent use.
type Store struct {
	journal
	read    *sql.DB // for moderators, links and exports
	resumes *sql.DB // only for Since and CountSince

	snapshots chan struct{} // holds one element for each open snapshot

	closing sync.Once
}

// busyTimeout is how long a connection waits for another program, in milliseconds: a
// command beside the server writes now and then.
const busyTimeout = "5000"

type pragma struct{ name, value string }

// The cache of each connection, in KiB, as a negative number. The system's own cache of the
// file is behind it, so larger ones gain little, and they would grow with the log for
// hours.
const writerCache, readerCache = "-16384", "-2048"

// pragmas lists the settings of each connection of a pool.
func pragmas(readOnly, full bool) []pragma {
	list := []pragma{
		{"busy_timeout", busyTimeout},
		{"foreign_keys", "1"},
	}
	if readOnly {
		return append(list, pragma{"query_only", "1"}, pragma{"cache_size", readerCache})
	}
	sync := "NORMAL"
	if full {
		sync = "FULL"
	}
	return append(list,
		pragma{"journal_mode", "WAL"},
		pragma{"wal_autocheckpoint", logPages}, // see checkpointer
		pragma{"synchronous", sync},
		pragma{"cache_size", writerCache},
		pragma{"journal_size_limit", "67108864"}, // bytes, so 64 MB
	)
}

// fileURI writes path in SQLite's form (https://sqlite.org/uri.html), so that a folder may
// be called "what? 100%".
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path // file:/C:/…
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// Open opens the database in a folder, creates both if needed, and upgrades an older
// database. Only the owner can read what it creates. Each error is one line that says what
// to do; nothing was changed then.
//
// Several programs may have the same folder open; only one of them may run rooms, see
// [Lock]. While one does, no other upgrades the database: a server that knows only the
// older tables is using them.
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
	o.Dir = dir
	s, err := openInTurn(ctx, path, o)
	if err != nil {
		return nil, explain(dir, err)
	}
	return s, nil
}

// When SQLite could wait for itself, it reports a locked database, whatever busy_timeout
// says: while another program changes it to WAL, or is the last to close it. openTurn is
// how long a start then retries.
const openTurn, openPause = 2 * time.Second, 10 * time.Millisecond

// openInTurn opens the database, and retries while other programs open or close it.
func openInTurn(ctx context.Context, path string, o Options) (s *Store, err error) {
	for end := time.Now().Add(openTurn); ; {
		if err = checkFile(ctx, path); err == nil {
			s, err = openStore(ctx, path, o)
		}
		if !isBusy(err) || time.Now().After(end) {
			return s, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(openPause):
		}
	}
}

// Exists reports whether a folder already has a database.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, dbFile))
	return err == nil
}

func openStore(ctx context.Context, path string, o Options) (*Store, error) {
	write, err := openDB(path, pragmas(false, o.Full))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := upgrade(ctx, write, o); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	if err := checkMember(ctx, write, o); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	if err := renumber(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := openReaders(path, readers)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	resumes, err := openReaders(path, resumeReaders)
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	s := &Store{read: read, resumes: resumes, snapshots: make(chan struct{}, snapshots)}
	s.commits, s.lag = o.Commits, o.Lag
	c, err := startCheckpointer(path, o)
	if err != nil {
		return nil, errors.Join(err, resumes.Close(), read.Close(), write.Close())
	}
	if err := s.journal.start(write, c, o.Log); err != nil {
		c.stop()
		return nil, errors.Join(err, c.db.Close(), resumes.Close(), read.Close(), write.Close())
	}
	return s, nil
}

// openReaders opens a pool of n connections that cannot write.
func openReaders(path string, n int) (*sql.DB, error) {
	db, err := openDB(path, pragmas(true, false))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// Close writes all queued events, passes them to the follower, and closes the database.
// Append returns room.ErrBusy from then on. When ctx ends first, Close returns its error
// and leaves the database to the end of the process; that loses nothing that was
// acknowledged.
func (s *Store) Close(ctx context.Context) error {
	if err := s.journal.stop(ctx); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	var err error
	s.closing.Do(func() {
		err = errors.Join(s.journal.w.checkpoints.db.Close(), s.resumes.Close(), s.read.Close(), s.journal.db.Close())
	})
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// makeFolder returns the absolute path of an existing folder. It creates the folder, but
// none above it: a path that leads nowhere is mistyped more often than intended.
func makeFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("no data folder is named; say where with --data")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data folder %s: %w", dir, err)
	}
	err = os.Mkdir(abs, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist):
		if info, statErr := os.Stat(abs); statErr == nil && info.IsDir() {
			return abs, nil
		}
	case errors.Is(err, fs.ErrNotExist):
		return "", &FolderError{Kind: FolderNoParent, Path: abs, Cause: withoutPath(err)}
	case err == nil:
		return abs, nil
	}
	return "", &FolderError{Kind: FolderNotMade, Path: abs, Cause: withoutPath(err)}
}

// makeFile makes sure that the database can be written and that no other user can read it.
// SQLite gives its -wal and -shm files the mode of the database, so this needs no umask,
// which would apply to the whole process.
func makeFile(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; move it away or name another folder with --data", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return notWritable(filepath.Dir(path), err)
	}
	defer f.Close()
	return restrictToOwner(f)
}

// restrictToOwner removes a file's permissions for group and others.
func restrictToOwner(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := f.Chmod(0o600); err != nil {
		return fmt.Errorf("%s can be read by others and that cannot be changed (%w); set its mode to 600", f.Name(), withoutPath(err))
	}
	return nil
}

func notWritable(dir string, err error) error {
	return &FolderError{Kind: FolderNotWritable, Path: dir, Cause: withoutPath(err)}
}

// withoutPath drops the path that package os puts before every error: our lines contain it
// already.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// The result codes of SQLite that need their own message.
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

func isBusy(err error) bool {
	code := resultCode(err)
	return code == sqliteBusy || code == sqliteLocked
}

// explain turns an SQLite error into a line for the person who started the program.
func explain(dir string, err error) error {
	path := filepath.Join(dir, dbFile)
	switch resultCode(err) {
	case sqliteNotADB:
		return &FolderError{Kind: FileNotDatabase, Path: path, Cause: err}
	case sqliteCorrupt:
		return &FolderError{Kind: FileDamaged, Path: path, Cause: err}
	case sqliteBusy, sqliteLocked:
		return &FolderError{Kind: FileLocked, Path: path, Cause: err}
	case sqliteReadOnly, sqliteCantOpen:
		return notWritable(dir, err)
	case sqliteFull:
		return &FolderError{Kind: FolderFull, Path: dir, Cause: err}
	}
	return err
}
