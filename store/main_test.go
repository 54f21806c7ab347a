package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

// childDir names the folder that a test binary writes to when it runs as the process to be
// killed.
const childDir = "STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeUntilKilled appends from several goroutines forever and prints the ID
// and number of each comment once it is acknowledged.
func writeUntilKilled(dir string) error {
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		return err
	}
	var out sync.Mutex
	var all sync.WaitGroup
	fail := make(chan error, 8)
	for w := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				ev := newComment("live", fmt.Sprintf("%d of writer %d", i, w))
				r, err := s.Append(context.Background(), ev)
				if err != nil {
					fail <- err
					return
				}
				out.Lock()
				fmt.Println(int64(r.Event.Comment.ID), r.Event.Seq)
				out.Unlock()
			}
		})
	}
	return <-fail
}

// TestAKilledStoreLosesNothing kills a writing process without warning, several times on one log, and checks
// that everything it acknowledged is there.
func TestAKilledStoreLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	acked := map[int64]int64{}
	for range 3 {
		killOnce(t, dir, acked)
		checkLog(t, dir, acked)
	}
}

// killOnce lets a child write and kills it after some hundred acknowledgements.
func killOnce(t *testing.T, dir string, acked map[int64]int64) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		id, seq, ok := strings.Cut(lines.Text(), " ")
		i, err1 := strconv.ParseInt(id, 10, 64)
		q, err2 := strconv.ParseInt(seq, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			break // the line that was being written when the process died
		}
		acked[i] = q
		if n == 300 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", err)
	}
}

func checkLog(t *testing.T, dir string, acked map[int64]int64) {
	t.Helper()
	s := openStore(t, dir)
	events, err := s.Since(t.Context(), "live", 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	found := map[int64]int64{}
	var last int64
	for _, ev := range events {
		if ev.Seq <= last {
			t.Fatalf("number %d comes after %d", ev.Seq, last)
		}
		last = ev.Seq
		found[int64(ev.Comment.ID)] = ev.Seq
	}
	for id, seq := range acked {
		if found[id] != seq {
			t.Errorf("comment %d was acknowledged as number %d, the log has %d", id, seq, found[id])
		}
	}
	if len(acked) < 300 {
		t.Errorf("only %d were acknowledged", len(acked))
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var salt struct {
	sync.Mutex
	n uint32
}

// newComment makes an event with a unique ID, also across processes.
func newComment(roomID, text string) room.Event {
	salt.Lock()
	salt.n++
	n := salt.n
	salt.Unlock()
	at := time.Now()
	return room.Event{
		Room: roomID, At: at, Kind: room.KindComment,
		Comment: comment.Comment{ID: comment.NewID(at, n), At: at, Text: text, User: "ann"},
	}
}
