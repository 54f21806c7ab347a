package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/comment"
)

// sent is one frame that left a feed.
type sent struct {
	after  time.Duration
	pos    int64
	events []string
}

// runFeed runs a feed in a bubble of its own time.
func runFeed(t *testing.T, v View, script func(f *feed, frames func() []sent)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var frames []sent
		f := newFeed(v, 0, func(pos int64, events [][]byte) <-chan struct{} {
			s := sent{after: time.Since(start), pos: pos}
			for _, e := range events {
				s.events = append(s.events, string(e))
			}
			mu.Lock()
			defer mu.Unlock()
			frames = append(frames, s)
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { f.run(ctx); close(done) }()
		script(f, func() []sent {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(frames)
		})
		stop()
		<-done
	})
}

func shown(f *feed, seq int64) {
	f.add(comment.Event{Seq: seq, Kind: comment.KindComment, At: time.Now(), Comment: comment.Comment{ID: comment.ID(seq)}},
		[]byte(fmt.Sprint("c", seq)))
}

func removed(f *feed, seq int64, ids ...comment.ID) {
	f.add(comment.Event{Seq: seq, Kind: comment.KindRemove, IDs: ids}, []byte(fmt.Sprint("r", seq)))
}

func TestQuietFeedSendsAtOnceThenOncePerTick(t *testing.T) {
	runFeed(t, ViewOverlay, func(f *feed, frames func() []sent) {
		time.Sleep(time.Second) // of the bubble: nothing waits
		shown(f, 1)
		if got := frames(); len(got) != 1 || got[0].after != time.Second {
			t.Fatalf("the first did not leave at once: %+v", got)
		}
		for seq := int64(2); seq <= 5; seq++ {
			time.Sleep(5 * time.Millisecond)
			shown(f, seq)
		}
		time.Sleep(time.Second)
		got := frames()
		if len(got) != 2 || strings.Join(got[1].events, " ") != "c2 c3 c4 c5" || got[1].pos != 5 {
			t.Fatalf("the rest did not share a frame: %+v", got)
		}
		if gap := got[1].after - got[0].after; gap != 40*time.Millisecond {
			t.Errorf("the frames are %v apart", gap)
		}
	})
}

func TestRemoveFlushesAndTakesWhatWaits(t *testing.T) {
	runFeed(t, ViewConsole, func(f *feed, frames func() []sent) {
		shown(f, 1)
		frames()
		shown(f, 2)
		shown(f, 3)
		time.Sleep(10 * time.Millisecond)
		removed(f, 4, 1, 3)
		got := frames()
		if len(got) != 2 || got[1].after != 10*time.Millisecond || strings.Join(got[1].events, " ") != "c2 r4" {
			t.Errorf("want c2 and r4 at once, without c3; got %+v", got)
		}
	})
}

func TestClearTakesWhatWaits(t *testing.T) {
	runFeed(t, ViewOverlay, func(f *feed, frames func() []sent) {
		shown(f, 1)
		frames()
		shown(f, 2)
		f.add(comment.Event{Seq: 3, Kind: comment.KindClear}, []byte("clear"))
		if got := frames(); len(got) != 2 || strings.Join(got[1].events, " ") != "clear" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestPhonesGetASampleAndEveryRemoval(t *testing.T) {
	runFeed(t, ViewAudience, func(f *feed, frames func() []sent) {
		for seq := int64(1); seq <= 500; seq++ {
			shown(f, seq)
			if seq%50 == 0 {
				removed(f, 1000+seq, comment.ID(seq-1))
			}
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Second)
		removals := 0
		for _, s := range frames() {
			comments := 0
			for _, e := range s.events {
				if e[0] == 'c' {
					comments++
				} else {
					removals++
				}
			}
			if comments > 5 {
				t.Errorf("a frame carries %d comments: %v", comments, s.events)
			}
		}
		if removals != 10 {
			t.Errorf("%d removals of 10 arrived", removals)
		}
		got := frames()
		if last := got[len(got)-1]; !slices.Contains(last.events, "c500") {
			t.Errorf("the newest is missing: %v", last.events)
		}
	})
}

func TestConsoleIsNotFloodedWithRefusals(t *testing.T) {
	runFeed(t, ViewConsole, func(f *feed, frames func() []sent) {
		at := time.Now().Truncate(time.Second)
		for seq := int64(1); seq <= 200; seq++ {
			f.add(comment.Event{Seq: seq, Kind: comment.KindRefused, At: at}, []byte("no"))
		}
		time.Sleep(time.Second)
		n := 0
		for _, s := range frames() {
			n += len(s.events)
		}
		if n != 50 {
			t.Errorf("%d refusals arrived, want 50", n)
		}
		if got := f.position(); got != 200 {
			t.Errorf("the position is %d, want 200", got)
		}
	})
}

// A position never passes an event that has not been sent: a client that
// resumed from it would miss the event.
func TestPositionWaitsForWhatIsPending(t *testing.T) {
	runFeed(t, ViewOverlay, func(f *feed, frames func() []sent) {
		shown(f, 1)
		frames()
		shown(f, 2)
		f.add(comment.Event{Seq: 3, Kind: comment.KindRefused}, nil)
		if got := f.position(); got != 1 {
			t.Errorf("the position is %d while 2 waits", got)
		}
		time.Sleep(time.Second)
		frames()
		if got := f.position(); got != 3 {
			t.Errorf("the position is %d after all was sent", got)
		}
		f.add(comment.Event{Seq: 4, Kind: comment.KindRefused}, nil)
		if got := f.position(); got != 4 {
			t.Errorf("the position is %d after an event nobody sees", got)
		}
	})
}

// While sending is slower than the tick frames grow and nothing is lost.
func TestSlowSendingMakesLargerFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		frames := 0
		f := newFeed(ViewOverlay, 0, func(_ int64, events [][]byte) <-chan struct{} {
			time.Sleep(300 * time.Millisecond)
			frames++
			for _, e := range events {
				got = append(got, string(e))
			}
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { f.run(ctx); close(done) }()
		for seq := int64(1); seq <= 100; seq++ {
			shown(f, seq)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		stop()
		<-done
		if len(got) != 100 || frames > 6 {
			t.Errorf("%d events in %d frames", len(got), frames)
		}
		for i, e := range got {
			if e != fmt.Sprint("c", i+1) {
				t.Fatalf("event %d is %s", i+1, e)
			}
		}
	})
}

// Sockets whose queues lag get one large frame in place of many, however full it
// grows; but what is taken down goes at once, and nobody holds up the others for
// ever.
func TestFramesGrowUntilTheLastIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var frames []sent
		var taken chan struct{}
		f := newFeed(ViewOverlay, 0, func(pos int64, events [][]byte) <-chan struct{} {
			s := sent{after: time.Since(start), pos: pos}
			for _, e := range events {
				s.events = append(s.events, string(e))
			}
			frames = append(frames, s)
			taken = make(chan struct{})
			return taken
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { f.run(ctx); close(done) }()
		next := func(what string, after time.Duration, first, last string, events int) {
			t.Helper()
			synctest.Wait()
			if len(frames) != 1 {
				t.Fatalf("%s: %d frames left: %+v", what, len(frames), frames)
			}
			s := frames[0]
			if s.after != after || len(s.events) != events || !strings.HasPrefix(s.events[0], first) || !strings.HasPrefix(s.events[events-1], last) {
				t.Errorf("%s: after %v came %d events: %.100q", what, s.after, len(s.events), s.events)
			}
			frames = nil
		}
		large := func(seq int64) {
			f.add(comment.Event{Seq: seq, Kind: comment.KindComment, Comment: comment.Comment{ID: comment.ID(seq)}},
				fmt.Appendf(nil, "c%d %s", seq, strings.Repeat("x", 1000)))
		}
		large(1)
		next("the first", 0, "c1 ", "c1 ", 1)
		for seq := int64(2); seq <= 50; seq++ { // twelve times what a frame may hold
			large(seq)
			time.Sleep(10 * time.Millisecond)
		}
		close(taken)
		next("when it was taken", 490*time.Millisecond, "c2 ", "c50 ", 49)
		large(51)
		removed(f, 52, 7)
		next("a removal", 490*time.Millisecond, "c51 ", "r52", 2)
		large(53)
		close(taken) // within the tick
		synctest.Wait()
		time.Sleep(time.Second)
		next("the next tick", 530*time.Millisecond, "c53 ", "c53 ", 1)
		large(54)
		time.Sleep(10 * time.Second)
		next("nobody takes it", 530*time.Millisecond+lagPatience, "c54 ", "c54 ", 1)
		stop()
		<-done
	})
}

func TestRefsAreBoundedAndForgotten(t *testing.T) {
	r := newRefs()
	at := time.Unix(1_700_000_000, 0)
	r.put(refKey{"live", "u", "first"}, Outcome{Status: comment.Held}, at)
	if o, ok := r.get(refKey{"live", "u", "first"}); !ok || o.Status != comment.Held {
		t.Fatalf("got %v, %v", o, ok)
	}
	if _, ok := r.get(refKey{"live", "somebody else", "first"}); ok {
		t.Error("a ref belongs to its author")
	}
	for i := range 3 * refBound {
		r.put(refKey{"live", "u", fmt.Sprint(i)}, Outcome{}, at)
	}
	if n := len(r.now) + len(r.old); n > 2*refBound {
		t.Errorf("%d refs are kept", n)
	}
	r.put(refKey{"live", "u", "a"}, Outcome{}, at.Add(time.Hour))
	r.put(refKey{"live", "u", "b"}, Outcome{}, at.Add(2*time.Hour))
	r.put(refKey{"live", "u", "c"}, Outcome{}, at.Add(3*time.Hour))
	if _, ok := r.get(refKey{"live", "u", "a"}); ok {
		t.Error("a ref of two hours ago is still known")
	}
}
