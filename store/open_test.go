package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"danmaku/comment"
	"danmaku/store"
)

func TestPragmas(t *testing.T) {
	for _, full := range []bool{false, true} {
		// The name would be cut short or decoded if it were not escaped.
		dir := filepath.Join(t.TempDir(), "what? 100%41 #1")
		s, err := store.Open(t.Context(), store.Options{Dir: dir, Full: full})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "synchronous": "1",
			"cache_size": "-65536", "journal_size_limit": "67108864", "query_only": "0", "user_version": "6",
		}
		if full {
			want["synchronous"] = "2"
		}
		for name, value := range want {
			if got, err := s.Pragma(name); err != nil || got != value {
				t.Errorf("writer, full=%v: %s is %q, %v, want %q", full, name, got, err, value)
			}
		}
		checkReaders(t, s.Readers())
		if _, err := os.Stat(filepath.Join(dir, "danmaku.db")); err != nil {
			t.Error(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// checkReaders takes every connection of the pool at once.
func checkReaders(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range store.ReaderCount {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for name, value := range map[string]string{
			"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "query_only": "1", "cache_size": "-16384",
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

func TestFileModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights elsewhere")
	}
	dir := filepath.Join(t.TempDir(), "deep", "data")
	if _, err := store.Secret(dir); err != nil {
		t.Fatal(err)
	}
	unlock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	s := open(t, dir)
	addRoom(t, s, "live")
	var names []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		names = append(names, d.Name())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "data danmaku.db danmaku.db-shm danmaku.db-wal danmaku.lock secret.key"; strings.Join(names, " ") != want {
		t.Errorf("the folder has %q, want %q", strings.Join(names, " "), want)
	}
}

// TestLoosenedModes: files that were copied back with another mode are closed
// again.
func TestLoosenedModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights elsewhere")
	}
	dir := t.TempDir()
	for _, name := range []string{"danmaku.db", "secret.key"} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte{7}, len(name)/10*32), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(dir, "danmaku.db"), 0); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if _, err := store.Secret(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"danmaku.db", "secret.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestRefusedFolders: each fault is one line that says what to do, and nothing
// is changed by it.
func TestRefusedFolders(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, dir string) (folder string)
		want    []string
	}{
		{"no name", func(*testing.T, string) string { return "" }, []string{"--data"}},
		{"below a file", func(t *testing.T, dir string) string {
			writeFile(t, filepath.Join(dir, "file"), "hello")
			return filepath.Join(dir, "file", "data")
		}, []string{"cannot be made", "--data"}},
		{"database is a folder", func(t *testing.T, dir string) string {
			if err := os.Mkdir(filepath.Join(dir, "danmaku.db"), 0o700); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"danmaku.db is not a file", "move it away"}},
		{"no database", func(t *testing.T, dir string) string {
			writeFile(t, filepath.Join(dir, "danmaku.db"), strings.Repeat("this is a letter, not a database\n", 99))
			return dir
		}, []string{"danmaku.db is not a database", "move it away"}},
		{"another program's", func(t *testing.T, dir string) string {
			sqlFile(t, dir, "CREATE TABLE mails (id INTEGER)")
			return dir
		}, []string{"belongs to another program", "--data"}},
		{"another program's, marked", func(t *testing.T, dir string) string {
			sqlFile(t, dir, "PRAGMA application_id=4711")
			return dir
		}, []string{"belongs to another program", "--data"}},
		{"newer", func(t *testing.T, dir string) string {
			s := open(t, dir)
			addRoom(t, s, "live")
			run(t, s, "PRAGMA user_version=99")
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"newer danmaku", "99", "start the newer program"}},
		{"locked", func(t *testing.T, dir string) string {
			sqlFile(t, dir, "PRAGMA user_version=0")
			t.Cleanup(holdFile(t, dir))
			return dir
		}, []string{"locked by another program", "stop that program"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			folder := c.prepare(t, dir)
			before := contents(t, dir)
			s, err := store.Open(t.Context(), store.Options{Dir: folder})
			if err == nil {
				_ = s.Close(t.Context())
				t.Fatal("it was opened")
			}
			t.Log(err)
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than one line", err)
			}
			if after := contents(t, dir); after != before {
				t.Errorf("the folder was changed")
			}
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sqlFile makes a database that is not ours.
func sqlFile(t *testing.T, dir, query string) {
	t.Helper()
	db, err := store.OpenFile(filepath.Join(dir, "danmaku.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// holdFile locks the database as a whole.
func holdFile(t *testing.T, dir string) (release func()) {
	t.Helper()
	db, err := store.OpenFile(filepath.Join(dir, "danmaku.db"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(conn.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	}
}

// contents reads all files below dir, except SQLite's shared memory, which
// holds locks and no data.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.WriteString(path + "\x00" + string(b) + "\x00")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
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
	s := open(t, dir)
	addRoom(t, s, "live")
	if n, err := s.Changes(t.Context()); err != nil || n != 1 {
		t.Errorf("the change counter is %d, %v: it was made more than once", n, err)
	}
}

// TestFailingMigration: a step that fails leaves the database as it was.
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
	// Commands work beside the server.
	open(t, dir)
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

func TestClosed(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := s.AddRoom(t.Context(), comment.NewRoom("late"), nil); !errors.Is(err, comment.ErrBusy) {
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
