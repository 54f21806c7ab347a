package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"danmaku/room"
	"danmaku/store"
)

func TestPragmas(t *testing.T) {
	for _, full := range []bool{false, true} {
		// The name would be cut off or decoded if it were not escaped.
		dir := filepath.Join(t.TempDir(), "what? 100%41 #1")
		s, err := store.Open(t.Context(), store.Options{Dir: dir, Full: full})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "synchronous": "1",
			"cache_size": "-16384", "journal_size_limit": "67108864", "query_only": "0", "user_version": strconv.Itoa(store.Version()),
		}
		if full {
			want["synchronous"] = "2"
		}
		for name, value := range want {
			if got, err := s.Pragma(name); err != nil || got != value {
				t.Errorf("writer, full=%v: %s is %q, %v, want %q", full, name, got, err, value)
			}
		}
		checkReaders(t, s.Readers(), store.ReaderCount)
		checkReaders(t, s.ResumeReaders(), store.ResumeReaderCount)
		if _, err := os.Stat(filepath.Join(dir, "danmaku.db")); err != nil {
			t.Error(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// checkReaders takes every connection of the pool at once.
func checkReaders(t *testing.T, pool *sql.DB, n int) {
	t.Helper()
	for range n {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for name, value := range map[string]string{
			"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "query_only": "1", "cache_size": "-2048",
		} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != value {
				t.Errorf("reader: %s is %q, %v, want %q", name, got, err, value)
			}
		}
		if _, err := conn.ExecContext(t.Context(), "DELETE FROM meta"); err == nil {
			t.Error("a reader can write")
		}
	}
}

func TestMigrationsOfTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			s, err := store.Open(t.Context(), store.Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	if rooms, err := s.Rooms(t.Context()); err != nil || len(rooms) != 1 {
		t.Errorf("the rooms are %+v, %v", rooms, err)
	}
}

// TestFailingMigration checks that a failing step leaves the database as it was.
func TestFailingMigration(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "danmaku.db")
	db, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	bad := []string{"CREATE TABLE one (id INTEGER)", "CREATE TABLE two (id INTEGER); CREATE TABLE one (id INTEGER)"}
	if err := store.MigrateWith(t.Context(), db, bad); err == nil || !strings.Contains(err.Error(), "0002") {
		t.Fatalf("the error %v does not name the step", err)
	}
	var version int
	var names string
	if err := db.QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&version); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRowContext(t.Context(), "SELECT group_concat(name) FROM sqlite_master").Scan(&names); err != nil {
		t.Fatal(err)
	}
	if version != 1 || names != "one" {
		t.Errorf("the database is at version %d with tables %s, want 1 with one", version, names)
	}
	good := []string{bad[0], "CREATE TABLE two (id INTEGER)"}
	if err := store.MigrateWith(t.Context(), db, good); err != nil {
		t.Errorf("the mended step: %v", err)
	}
}

func TestSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	keys := make([][]byte, 16)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := store.Secret(dir)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	all.Wait()
	for _, key := range keys {
		if len(key) != 32 || !bytes.Equal(key, keys[0]) || bytes.Equal(key, make([]byte, 32)) {
			t.Fatalf("the keys differ or are none: %x, %x", key, keys[0])
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	other, err := store.Secret(t.TempDir())
	if err != nil || bytes.Equal(other, keys[0]) {
		t.Errorf("two folders have one key, %v", err)
	}
	for _, damaged := range []string{"", "short", strings.Repeat("x", 33)} {
		writeFile(t, filepath.Join(dir, "secret.key"), damaged)
		if _, err := store.Secret(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("a key of %d bytes: %v", len(damaged), err)
		}
	}
}

func TestClosed(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := s.AddRoom(t.Context(), room.New("late"), nil); !errors.Is(err, room.ErrBusy) {
		t.Errorf("a room in a closed store: %v", err)
	}
}

func TestEngine(t *testing.T) {
	b, err := store.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := regexp.MatchString(`^3\.\d+\.\d+$`, b.SQLite); !ok || b.Driver == "" || b.Kind == "" {
		t.Errorf("it says %+v", b)
	}
}
