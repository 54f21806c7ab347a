package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
	"danmaku/store"
)

// A member's folder runs only in its own log. Without the lock it can be read like any
// other, and a backup of it is a standalone database.
func TestMembersDoNotRunAlone(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	mustAppend(t, s, newComment("live", "alone"))
	if err := s.JoinLog(t.Context(), "one", 0); err != nil {
		t.Fatal(err)
	}
	if err := s.JoinLog(t.Context(), "two", 0); err == nil {
		t.Error("a member of one log has joined another")
	}
	if pos := position(t, s); pos != 0 {
		t.Errorf("position %d, want that of the beginning of the log", pos)
	}
	backup := filepath.Join(t.TempDir(), "danmaku.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	for _, member := range []string{"", "two"} {
		_, err := store.Open(t.Context(), store.Options{Dir: dir, Held: true, Member: member})
		if e, ok := errors.AsType[*store.FolderError](err); !ok || e.Kind != store.FolderMember || e.Path != dir {
			t.Errorf("opened to run in the log %q: %v", member, err)
		}
	}
	for _, o := range []store.Options{{Dir: dir}, {Dir: dir, Held: true, Member: "one"}, {Dir: filepath.Dir(backup), Held: true}} {
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		checkCount(t, s, 1)
		want := "one"
		if o.Dir != dir {
			want = ""
		}
		if name, err := s.Log(t.Context()); err != nil || name != want {
			t.Errorf("%+v: the log is %q, %v, want %q", o, name, err, want)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	s = openStore(t, dir)
	if err := s.LeaveLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Held: true})
	if err != nil {
		t.Fatalf("after it has left: %v", err)
	}
	mustAppend(t, s, newComment("live", "alone again"))
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A machine joins with a copy of another's database, and continues from the position in it:
// earlier changes come with the copy, later ones in batches.
func TestMemberCopy(t *testing.T) {
	a := openStore(t, t.TempDir())
	if err := a.JoinLog(t.Context(), "one", 0); err != nil {
		t.Fatal(err)
	}
	log := &recorder{}
	if err := a.Replicate(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	addRoom(t, a, "live")
	mustAppend(t, a, newComment("live", "before"))
	if err := a.Exec("INSERT INTO meta (key, value) VALUES ('clock_read', 1), ('clock_jumped', 2)"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy")
	if err := a.MemberCopy(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := a.MemberCopy(t.Context(), file); err == nil {
		t.Error("a file that exists was overwritten")
	}
	mustAppend(t, a, newComment("live", "after"))

	dir := t.TempDir()
	old := openStore(t, dir) // the machine's earlier database
	addRoom(t, old, "old")
	if err := old.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"danmaku.db-wal", "danmaku.db-shm"} { // as a killed process leaves them
		if err := os.WriteFile(filepath.Join(dir, name), []byte("of the old database"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.PutMemberCopy(dir, file); err != nil {
		t.Fatal(err)
	}
	b := openStore(t, dir)
	if pos := position(t, b); pos != 2 {
		t.Errorf("the copy is at %d, want 2", pos)
	}
	if err := b.Apply(t.Context(), log.batches); err != nil {
		t.Fatal(err)
	}
	if err := a.Exec("DELETE FROM meta WHERE key LIKE 'clock%'"); err != nil { // that machine's own readings
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(t, a), dump(t, b)); diff != "" {
		t.Errorf("(-original +copy):\n%s", diff)
	}
	if _, err := b.Append(t.Context(), room.Event{Room: "old", Kind: room.KindClear, At: noon}); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a room of the old database: %v", err)
	}
}

func position(t *testing.T, s *store.Store) uint64 {
	t.Helper()
	pos, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pos
}
