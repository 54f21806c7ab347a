//go:build !nocluster

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"danmaku/cluster"
	"danmaku/comment"
	"danmaku/live/journaltest"
	"danmaku/room"
	"danmaku/store"
)

// database is a store in the form that the reader of a log needs. The program adapts it in
// the same way.
type database struct{ *store.Store }

func (d database) Apply(ctx context.Context, batches []cluster.Batch) error {
	list := make([]store.Batch, len(batches))
	for i, b := range batches {
		list[i] = store.Batch(b)
	}
	return d.Store.Apply(ctx, list)
}

func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// The contract of a journal also holds when every transaction is on most of three machines
// before it is committed.
func TestJournal(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Harness {
		l := newLog(t, 1)[0]
		return harness(t, t.TempDir(), l)
	})
}

func harness(t *testing.T, dir string, l *cluster.Log) journaltest.Harness {
	t.Helper()
	s := openStore(t, dir)
	if err := s.Replicate(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return journaltest.Harness{
		Journal: s, History: s, Rooms: s, Shows: s, Close: s.Close,
		Reopen: func(t *testing.T) journaltest.Harness { return harness(t, dir, l) },
	}
}

// Three machines that all believe to be the home lose nothing, write nothing twice, and
// agree: one that has lost a race catches up and tries again.
func TestThreeMachinesThatAllActAsHome(t *testing.T) {
	const each = 25
	stores, logs := make([]*store.Store, 3), newLog(t, 3)
	for i := range stores {
		stores[i] = openStore(t, t.TempDir())
		if err := stores[i].Replicate(t.Context(), logs[i]); err != nil {
			t.Fatal(err)
		}
		r, err := logs[i].Read(database{stores[i]})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
	}
	if _, err := stores[0].AddRoom(t.Context(), room.New("live"), nil); err != nil {
		t.Fatal(err)
	}
	ctx := boundedContext(t)
	level := func() {
		t.Helper()
		last, err := stores[0].Position(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range stores[1:] {
			logs[i+1].Reaches(last) // as after a heartbeat: a republished message may be lost
			for pos := uint64(0); pos < last; {
				if pos, err = s.Position(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	level()
	type ack struct {
		id  comment.ID
		seq int64
	}
	var mu sync.Mutex
	var acked []ack
	var all sync.WaitGroup
	for i, s := range stores {
		for w := range each {
			all.Go(func() {
				at := noon
				ev := room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
					ID: comment.NewID(at, uint32(i*1000+w+1)), At: at, Text: fmt.Sprint(w), User: fmt.Sprint("u", i, w),
				}, Entry: room.Entry{Ref: "r"}}
				for ctx.Err() == nil {
					r, err := s.Append(ctx, ev)
					if err != nil { // ErrBusy, after which an author sends it again
						continue
					}
					mu.Lock()
					acked = append(acked, ack{r.Event.Comment.ID, r.Event.Seq})
					mu.Unlock()
					return
				}
			})
		}
	}
	all.Wait()
	// The last writer's position is the log's.
	for i := range stores {
		last, err := stores[i].Position(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range logs {
			l.Reaches(last)
		}
	}
	var first string
	for i, s := range stores {
		var events []room.Event
		for len(events) < 3*each && ctx.Err() == nil {
			var err error
			if events, err = s.Since(ctx, "live", 0, 1000); err != nil {
				t.Fatal(err)
			}
		}
		seqs, list := map[comment.ID]int64{}, ""
		for k, ev := range events {
			if ev.Seq != int64(k+1) {
				t.Errorf("n%d: event %d has the number %d", i+1, k+1, ev.Seq)
			}
			seqs[ev.Comment.ID] = ev.Seq
			list += fmt.Sprint(ev.Comment.ID, " ")
		}
		if len(seqs) != 3*each || len(acked) != 3*each {
			t.Errorf("n%d has %d comments, %d were acknowledged; want %d", i+1, len(seqs), len(acked), 3*each)
		}
		for _, a := range acked {
			if seqs[a.id] != a.seq {
				t.Errorf("n%d has %v as %d, it was acknowledged as %d", i+1, a.id, seqs[a.id], a.seq)
			}
		}
		if first == "" {
			first = list
		}
		if list != first {
			t.Errorf("n%d has another order than n1", i+1)
		}
	}
}

// dying is a log whose machine dies as soon as a transaction has been acknowledged.
type dying struct {
	*cluster.Log
	dead atomic.Bool
}

func (d *dying) Publish(prev uint64, payload []byte) (uint64, error) {
	pos, err := d.Log.Publish(prev, payload)
	if err == nil && d.dead.Load() {
		return 0, errors.New("the process has ended") // nothing is committed any more
	}
	return pos, err
}

// A home dies between the acknowledgement of the log and the commit of its own database.
// Its comment is written: a phone that retries through another machine gets it as the
// answer, and the machine that comes back has it, too.
func TestHomeDiesBetweenAckAndCommit(t *testing.T) {
	ctx, logs := boundedContext(t), newLog(t, 2)
	first, second := &dying{Log: logs[0]}, logs[1]
	dir := t.TempDir()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	next := openStore(t, t.TempDir())
	if err := errors.Join(s.Replicate(ctx, first), next.Replicate(ctx, second)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddRoom(ctx, room.New("live"), nil); err != nil {
		t.Fatal(err)
	}
	ev := func(salt uint32) room.Event {
		return room.Event{Room: "live", At: noon, Kind: room.KindComment, Entry: room.Entry{Ref: "r"}, Comment: comment.Comment{
			ID: comment.NewID(noon, salt), At: noon, Text: "said once", User: "ann",
		}}
	}
	first.dead.Store(true)
	if _, err := s.Append(ctx, ev(1)); !errors.Is(err, room.ErrBusy) {
		t.Fatalf("a comment of a machine that dies: %v, want busy", err)
	}
	if got, err := s.Since(ctx, "live", 0, 9); err != nil || len(got) != 0 {
		t.Fatalf("the dead machine has %v, %v", got, err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}

	second.Reaches(2)
	r, err := second.Read(database{next})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	await := func(s *store.Store) {
		t.Helper()
		for pos := uint64(0); pos < 2; {
			if pos, err = s.Position(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	await(next)
	receipt, err := next.Append(ctx, ev(2))
	if err != nil || !receipt.Again || receipt.Event.Comment.ID != ev(1).Comment.ID || receipt.Event.Seq != 1 {
		t.Errorf("asked again, another machine says %+v, %v", receipt, err)
	}

	back := openStore(t, dir)
	again, err := logs[0].Read(database{back})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	await(back)
	got, err := back.Since(ctx, "live", 0, 9)
	if err != nil || len(got) != 1 || got[0].Comment.ID != ev(1).Comment.ID {
		t.Errorf("the machine that came back has %v, %v", got, err)
	}
}
