package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"danmaku/store"
)

func TestFileModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights elsewhere")
	}
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := store.Secret(dir); err != nil {
		t.Fatal(err)
	}
	unlock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	s := openStore(t, dir)
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

// TestLoosenedModes checks that files that were copied back with another mode become
// private again.
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
	openStore(t, dir)
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

// TestRefusedFolders checks that each fault is one line that says what to do, and changes
// nothing.
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
		{"in a folder that is not there", func(t *testing.T, dir string) string {
			return filepath.Join(dir, "mistyped", "data")
		}, []string{"mistyped", "cannot make", "--data"}},
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
			s := openStore(t, dir)
			addRoom(t, s, "live")
			execSQL(t, s, "PRAGMA user_version=99")
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
