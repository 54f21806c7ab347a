package store_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/store"
)

func TestLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	unlock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Lock(dir)
	if err == nil || !strings.Contains(err.Error(), "another danmaku server (process ") || !strings.Contains(err.Error(), "--data") {
		t.Fatalf("a second server: %v", err)
	}
	// Commands that read work beside the server, all others use its API.
	openStore(t, dir)
	if _, err := store.LockCommand(dir); !errors.Is(err, store.ErrServed) {
		t.Errorf("a command beside the server: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock(filepath.Join(dir, "danmaku.lock", "x")); err == nil {
		t.Error("a folder below a file was locked")
	}
}

// A command makes servers and other commands wait, and does not turn them away.
func TestLocksWaitForACommand(t *testing.T) {
	dir := t.TempDir()
	for name, lock := range map[string]func(string) (func() error, error){"a server": store.Lock, "a command": store.LockCommand} {
		unlock, err := store.LockCommand(dir)
		if err != nil {
			t.Fatal(err)
		}
		type result struct {
			unlock func() error
			err    error
		}
		done := make(chan result, 1)
		go func() {
			u, err := lock(dir)
			done <- result{u, err}
		}()
		select {
		case r := <-done:
			t.Fatalf("%s did not wait: %v", name, r.err)
		case <-time.After(100 * time.Millisecond): // enough for several tries
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
		r := <-done
		if r.err != nil {
			t.Fatalf("%s after a command: %v", name, r.err)
		}
		if err := r.unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

// A program that is newer than the running server leaves its tables alone; once the server
// has stopped, the program upgrades them. A server does so itself.
func TestNobodyUpgradesUnderARunningServer(t *testing.T) {
	older := func() string {
		dir := t.TempDir()
		db, err := store.OpenFile(filepath.Join(dir, "danmaku.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := store.MigrateUpTo(t.Context(), db, 6); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`INSERT INTO rooms (name, epoch, settings) VALUES ('live', 'epoch', '{}')`); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	version := func(dir string) (v int) {
		db, err := store.OpenFile(filepath.Join(dir, "danmaku.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRow("PRAGMA user_version").Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	dir := older()
	unlock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("beside an older server: %v", err)
	}
	if v := version(dir); v != 6 {
		t.Errorf("the tables are of version %d under a server of version 6", v)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Held: true})
	if err != nil {
		t.Fatalf("as the server: %v", err)
	}
	beside := openStore(t, dir) // of the same version: nothing to upgrade
	for _, s := range []*store.Store{s, beside} {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	stopped := older()
	s = openStore(t, stopped)
	if rooms, err := s.Rooms(t.Context()); err != nil || len(rooms) != 1 || version(stopped) != store.Version() {
		t.Errorf("without a server: %v, %v, version %d", rooms, err, version(stopped))
	}
	again, err := store.Lock(stopped)
	if err != nil {
		t.Fatalf("the folder stays locked: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
