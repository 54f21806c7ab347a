package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// A copy made while comments are written is complete up to some moment, opens as an
// independent store, and draws a new epoch, once.
func TestBackupWhileWriting(t *testing.T) {
	s := openStore(t, t.TempDir())
	room := addRoom(t, s, "live")
	stop := make(chan struct{})
	half := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := s.Append(t.Context(), newComment("live", fmt.Sprint(i))); err != nil {
				t.Error(err)
				return
			}
			if i == 200 {
				close(half)
			}
		}
	})
	<-half
	dir := t.TempDir()
	path := filepath.Join(dir, "danmaku.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	close(stop)
	writing.Wait()
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the backup left %v", entries)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode: %v, %v", info.Mode(), err)
	}

	var epoch string
	for range 2 { // only the first start draws the epoch
		copied := openStore(t, dir)
		rooms, err := copied.Rooms(t.Context())
		if err != nil || len(rooms) != 1 {
			t.Fatalf("rooms of the copy: %v, %v", rooms, err)
		}
		head := rooms[0].Head
		if head.Seq < 201 || head.Epoch == room.Head.Epoch {
			t.Errorf("the copy's position is %v, the original's epoch is %s", head, room.Head.Epoch)
		}
		if epoch != "" && head.Epoch != epoch {
			t.Error("the second start drew another epoch")
		}
		epoch = head.Epoch
		events, err := copied.Since(t.Context(), "live", 0, 1_000_000)
		if err != nil || int64(len(events)) != head.Seq {
			t.Errorf("%d events of %d, %v", len(events), head.Seq, err)
		}
		if err := copied.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rooms, err := s.Rooms(t.Context())
	if err != nil || rooms[0].Head.Epoch != room.Head.Epoch {
		t.Errorf("the original has %v, %v", rooms, err)
	}
}

func TestBackupOverwritesNothing(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	for _, name := range []string{"taken.db", "broken.db.part"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		to := path[:len(path)-len(filepath.Ext(path))] + ".db"
		if filepath.Ext(path) == ".part" {
			to = path[:len(path)-len(".part")]
		}
		if err := s.Backup(t.Context(), to); err == nil {
			t.Errorf("%s was overwritten", name)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
			t.Errorf("%s holds %q, %v", name, b, err)
		}
	}
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil || !strings.Contains(err.Error(), "folder.db cannot be made") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestForget(t *testing.T) {
	s := openStore(t, t.TempDir())
	for _, name := range []string{"live", "other"} {
		addRoom(t, s, name)
	}
	now := time.Now()
	add := func(room string, age time.Duration, n int) (first comment.ID) {
		for i := range n {
			ev := newComment(room, fmt.Sprintf("%v old, number %d", age, i))
			ev.At = now.Add(-age)
			ev.Comment.At, ev.Comment.ID = ev.At, comment.NewID(ev.At, uint32(ev.Comment.ID))
			r, err := s.Append(t.Context(), ev)
			if err != nil {
				t.Fatal(err)
			}
			if first == 0 {
				first = r.Event.Comment.ID
			}
		}
		return first
	}
	old := add("live", 31*24*time.Hour, 1200) // more than two chunks
	add("other", 31*24*time.Hour, 10)
	young := add("live", 29*24*time.Hour, 7)
	rows, err := s.Forget(t.Context(), now.Add(-30*24*time.Hour))
	if err != nil || rows != 2*1210+1 { // events, comments, and an author
		t.Errorf("%d rows went, %v", rows, err)
	}
	if rows, err := s.Forget(t.Context(), now.Add(-30*24*time.Hour)); err != nil || rows != 0 {
		t.Errorf("then %d more, %v", rows, err)
	}
	if _, err := s.Comment(t.Context(), "live", old); err != room.ErrNotFound {
		t.Errorf("an old comment: %v", err)
	}
	if _, err := s.Comment(t.Context(), "live", young); err != nil {
		t.Errorf("a young comment: %v", err)
	}
	events, err := s.Since(t.Context(), "live", 0, 10_000)
	if err != nil || len(events) != 7 || events[0].Seq != 1201 {
		t.Errorf("the log has %d events, %v", len(events), err)
	}
	r, err := s.Append(t.Context(), newComment("other", "after"))
	if err != nil || r.Event.Seq != 11 {
		t.Errorf("numbers continue with %d, %v", r.Event.Seq, err)
	}
}
