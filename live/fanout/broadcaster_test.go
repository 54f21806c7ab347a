package fanout

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/testrace"
)

// sent is one frame that a broadcaster sent.
type sent struct {
	after  time.Duration
	pos    int64
	events []string
}

// sinceNow returns a clock that starts now.
func sinceNow() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// options returns options for a view of a room at its beginning.
func options(v room.View, out Outlet) Options {
	return Options{Room: "live", View: v, Elapsed: sinceNow(), Encoder: jsonFrames{}, Outlet: out}
}

// jsonFrames writes frames that decode reads.
type jsonFrames struct{ Encoder }

func (jsonFrames) Frame(pos room.Position, events [][]byte) Frame {
	b, err := json.Marshal(frame{pos, events})
	if err != nil {
		panic(err) // numbers and bytes
	}
	return Frame{Full: b, Brief: b}
}

type frame struct {
	Pos    room.Position
	Events [][]byte
}

func decode(b []byte) (f frame) {
	if err := json.Unmarshal(b, &f); err != nil {
		panic(err) // jsonFrames wrote it
	}
	return f
}

// toAll is an outlet that sends every frame to the same sockets.
type toAll func(pos int64, events [][]byte) <-chan struct{}

func (s toAll) Recipients(string, room.View) Recipients { return s }

func (s toAll) Send(b Frame) <-chan struct{} {
	f := decode(b.Full)
	return s(f.Pos.Seq, f.Events)
}

// runBroadcaster runs a broadcaster in a bubble with its own time.
func runBroadcaster(t *testing.T, v room.View, script func(f *Broadcaster, frames func() []sent)) {
	t.Helper()
	testrace.Bubble(t, func(t *testing.T) {
		Restart := time.Now()
		var mu sync.Mutex
		var frames []sent
		f := NewBroadcaster(options(v, toAll(func(pos int64, events [][]byte) <-chan struct{} {
			s := sent{after: time.Since(Restart), pos: pos}
			for _, e := range events {
				s.events = append(s.events, string(e))
			}
			mu.Lock()
			defer mu.Unlock()
			frames = append(frames, s)
			return nil
		})))
		f.Start()
		script(f, func() []sent {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(frames)
		})
		f.Stop()
	})
}

func addComment(f *Broadcaster, seq int64) {
	f.Add(room.Event{Seq: seq, Kind: room.KindComment, At: time.Now(), Comment: comment.Comment{ID: comment.ID(seq)}},
		[]byte(fmt.Sprint("c", seq)))
}

func addRemoval(f *Broadcaster, seq int64, ids ...comment.ID) {
	f.Add(room.Event{Seq: seq, Kind: room.KindRemove, IDs: ids}, []byte(fmt.Sprint("r", seq)))
}

func TestQuietFeedSendsAtOnceThenOncePerTick(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		time.Sleep(time.Second) // of the bubble: nothing is pending
		addComment(f, 1)
		if got := frames(); len(got) != 1 || got[0].after != time.Second {
			t.Fatalf("the first did not leave at once: %+v", got)
		}
		for seq := int64(2); seq <= 5; seq++ {
			time.Sleep(5 * time.Millisecond)
			addComment(f, seq)
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

func TestARemovalFlushesAndDropsPendingComments(t *testing.T) {
	runBroadcaster(t, room.ViewConsole, func(f *Broadcaster, frames func() []sent) {
		addComment(f, 1)
		frames()
		addComment(f, 2)
		addComment(f, 3)
		time.Sleep(10 * time.Millisecond)
		addRemoval(f, 4, 1, 3)
		got := frames()
		if len(got) != 2 || got[1].after != 10*time.Millisecond || strings.Join(got[1].events, " ") != "c2 r4" {
			t.Errorf("want c2 and r4 at once, without c3; got %+v", got)
		}
	})
}

func TestAClearDropsPendingComments(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		addComment(f, 1)
		frames()
		addComment(f, 2)
		f.Add(room.Event{Seq: 3, Kind: room.KindClear}, []byte("clear"))
		if got := frames(); len(got) != 2 || strings.Join(got[1].events, " ") != "clear" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestPhonesGetASampleAndEveryRemoval(t *testing.T) {
	runBroadcaster(t, room.ViewAudience, func(f *Broadcaster, frames func() []sent) {
		for seq := int64(1); seq <= 500; seq++ {
			addComment(f, seq)
			if seq%50 == 0 {
				addRemoval(f, 1000+seq, comment.ID(seq-1))
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
	runBroadcaster(t, room.ViewConsole, func(f *Broadcaster, frames func() []sent) {
		at := time.Now().Truncate(time.Second)
		for seq := int64(1); seq <= 200; seq++ {
			f.Add(room.Event{Seq: seq, Kind: room.KindRefused, At: at}, []byte("no"))
		}
		time.Sleep(time.Second)
		n := 0
		for _, s := range frames() {
			n += len(s.events)
		}
		if n != 50 {
			t.Errorf("%d refusals arrived, want 50", n)
		}
		if got := f.Position(); got != 200 {
			t.Errorf("the position is %d, want 200", got)
		}
	})
}

// A position never passes an event that has not been sent: a client that resumed from it
// would miss the event.
func TestThePositionWaitsForPendingEvents(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		addComment(f, 1)
		frames()
		addComment(f, 2)
		f.Add(room.Event{Seq: 3, Kind: room.KindRefused}, nil)
		if got := f.Position(); got != 1 {
			t.Errorf("the position is %d while 2 waits", got)
		}
		time.Sleep(time.Second)
		frames()
		if got := f.Position(); got != 3 {
			t.Errorf("the position is %d after all was sent", got)
		}
		f.Add(room.Event{Seq: 4, Kind: room.KindRefused}, nil)
		if got := f.Position(); got != 4 {
			t.Errorf("the position is %d after an event nobody sees", got)
		}
	})
}

// While sending is slower than the tick, frames grow and nothing is lost.
func TestSlowSendingMakesLargerFrames(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		var got []string
		frames := 0
		f := NewBroadcaster(options(room.ViewOverlay, toAll(func(_ int64, events [][]byte) <-chan struct{} {
			time.Sleep(300 * time.Millisecond)
			frames++
			for _, e := range events {
				got = append(got, string(e))
			}
			return nil
		})))
		f.Start()
		for seq := int64(1); seq <= 100; seq++ {
			addComment(f, seq)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		f.Stop()
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

// Sockets whose queues lag get one large frame instead of many, however large it grows; but
// removals are sent at once, and no socket delays the others forever.
func TestFramesGrowUntilTheLastOneIsRead(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		Restart := time.Now()
		var frames []sent
		var taken chan struct{}
		f := NewBroadcaster(options(room.ViewOverlay, toAll(func(pos int64, events [][]byte) <-chan struct{} {
			s := sent{after: time.Since(Restart), pos: pos}
			for _, e := range events {
				s.events = append(s.events, string(e))
			}
			frames = append(frames, s)
			taken = make(chan struct{})
			return taken
		})))
		f.Start()
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
			f.Add(room.Event{Seq: seq, Kind: room.KindComment, Comment: comment.Comment{ID: comment.ID(seq)}},
				fmt.Appendf(nil, "c%d %s", seq, strings.Repeat("x", 1000)))
		}
		large(1)
		next("the first", 0, "c1 ", "c1 ", 1)
		for seq := int64(2); seq <= 50; seq++ { // twelve times the size of a full frame
			large(seq)
			time.Sleep(10 * time.Millisecond)
		}
		close(taken)
		next("when it was taken", 490*time.Millisecond, "c2 ", "c50 ", 49)
		large(51)
		addRemoval(f, 52, 7)
		next("a removal", 490*time.Millisecond, "c51 ", "r52", 2)
		large(53)
		close(taken) // within the tick
		synctest.Wait()
		time.Sleep(time.Second)
		next("the next tick", 530*time.Millisecond, "c53 ", "c53 ", 1)
		large(54)
		time.Sleep(10 * time.Second)
		next("nobody takes it", 530*time.Millisecond+delayTimeout, "c54 ", "c54 ", 1)
		f.Stop()
	})
}

// slowOutlet is an outlet with named sockets, which receive frames once free is closed.
type slowOutlet struct {
	free         chan struct{}
	sockets, got []string
}

func (c *slowOutlet) Recipients(string, room.View) Recipients {
	return names{c, slices.Clone(c.sockets)}
}

// names are the sockets of a slow outlet at one moment.
type names struct {
	of   *slowOutlet
	list []string
}

func (n names) Send(Frame) <-chan struct{} {
	<-n.of.free // 10,000 sockets are written
	n.of.got = append(n.of.got, n.list...)
	return nil
}

// A client that joins while a frame is being sent does not wait for it, and does not
// receive it.
func TestJoiningWaitsForNoBroadcast(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		out := &slowOutlet{free: make(chan struct{})}
		f := NewBroadcaster(options(room.ViewOverlay, out))
		f.Start()
		f.Join(func(int64) { out.sockets = append(out.sockets, "old") })
		addComment(f, 1)
		synctest.Wait()
		if !f.gate.TryLock() {
			t.Fatal("a newcomer waits for a frame that is being sent")
		}
		f.gate.Unlock()
		f.Join(func(passed int64) {
			out.sockets = append(out.sockets, "new")
			if passed != 1 {
				t.Errorf("its hello says %d, which makes the frame on its way come twice or never", passed)
			}
		})
		if f.sending.TryLock() { // the lock that Still takes
			t.Error("a heartbeat overtakes the frame")
		}
		close(out.free)
		synctest.Wait()
		if got := strings.Join(out.got, " "); got != "old" {
			t.Errorf("the frame went to %q", got)
		}
		addComment(f, 2)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := strings.Join(out.got, " "); got != "old old new" {
			t.Errorf("the frames went to %q", got)
		}
		f.Stop()
	})
}

// An idle room has no goroutine and no timer, and leaves none behind: synctest fails if a
// goroutine still waits when the test ends.
func TestIdleFeedsSleep(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		sent := 0
		var broadcasters []*Broadcaster
		for range 1000 {
			f := NewBroadcaster(options(room.ViewOverlay, toAll(func(int64, [][]byte) <-chan struct{} {
				sent++
				return nil
			})))
			f.Start()
			broadcasters = append(broadcasters, f)
		}
		addComment(broadcasters[0], 1)
		broadcasters[1].SetDelay(time.Minute)
		addComment(broadcasters[1], 1)
		time.Sleep(time.Hour)
		synctest.Wait()
		if sent != 2 {
			t.Errorf("%d frames left", sent)
		}
		addComment(broadcasters[0], 2) // it wakes again
		synctest.Wait()
		if sent != 3 {
			t.Errorf("%d frames left", sent)
		}
		time.Sleep(time.Hour)
		for _, f := range broadcasters[:2] {
			f.mu.Lock()
			if f.running != nil {
				t.Error("a broadcaster that has been quiet for an hour has a goroutine")
			}
			f.mu.Unlock()
		}
	})
}

// Frames become less frequent when sending one takes a large part of the time, but no less
// frequent than that requires.
func TestSlowFramesAreSentLessOften(t *testing.T) {
	for takes, want := range map[time.Duration]time.Duration{
		0: 40 * time.Millisecond, 4 * time.Millisecond: 40 * time.Millisecond, 5 * time.Millisecond: 45 * time.Millisecond,
		20 * time.Millisecond: 60 * time.Millisecond, 80 * time.Millisecond: 80 * time.Millisecond,
	} {
		testrace.Bubble(t, func(t *testing.T) {
			var left []time.Duration
			began := time.Now()
			f := NewBroadcaster(options(room.ViewOverlay, toAll(func(int64, [][]byte) <-chan struct{} {
				left = append(left, time.Since(began))
				time.Sleep(takes)
				return nil
			})))
			f.Start()
			for seq := range int64(1000) {
				addComment(f, seq+1)
				time.Sleep(time.Millisecond)
			}
			f.Stop()
			if got := left[5] - left[4]; got < want || got > want+time.Millisecond {
				t.Errorf("when a frame takes %v the next leaves after %v, want %v", takes, got, want)
			}
		})
	}
}
