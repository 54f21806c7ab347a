package fanout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// joinContents joins the contents of several frames.
func joinContents(frames []sent) string {
	var all []string
	for _, f := range frames {
		all = append(all, f.events...)
	}
	return strings.Join(all, " ")
}

func TestDelayKeepsOrderAndPosition(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		f.SetDelay(3 * time.Second)
		began := time.Now()
		for seq := int64(1); seq <= 3; seq++ {
			addComment(f, seq)
			time.Sleep(time.Second)
		}
		got := frames()
		if len(got) != 1 || joinContents(got) != "c1" || got[0].after != 3*time.Second || got[0].pos != 1 {
			t.Fatalf("after 3 s: %+v", got)
		}
		if p := f.Position(); p != 1 {
			t.Errorf("the position is %d", p)
		}
		time.Sleep(3*time.Second - time.Since(began)%time.Second)
		if got = frames(); joinContents(got) != "c1 c2 c3" || got[2].after != 5*time.Second || f.Position() != 3 {
			t.Errorf("at the end: %+v", got)
		}
	})
}

// A removal is sent at once, without moving the position, and again at its place; a comment
// that it takes down before it was sent is never sent.
func TestRemovalDoesNotWaitForTheDelay(t *testing.T) {
	runBroadcaster(t, room.ViewAudience, func(f *Broadcaster, frames func() []sent) {
		addComment(f, 1)
		frames()
		f.SetDelay(2 * time.Second)
		time.Sleep(time.Second)
		addComment(f, 2)
		addComment(f, 3)
		f.Add(room.Event{Seq: 4, Kind: room.KindPin, At: time.Now(), IDs: []comment.ID{2}}, []byte("p2"))
		at := time.Now()
		f.Add(room.Event{Seq: 5, Kind: room.KindRemove, At: at, IDs: []comment.ID{1, 2}}, []byte("r"))
		got := frames()
		if len(got) != 2 || joinContents(got[1:]) != "r" || got[1].after != time.Second || got[1].pos != 1 || f.Position() != 1 {
			t.Fatalf("the removal: %+v, position %d", got, f.Position())
		}
		time.Sleep(3 * time.Second)
		if got = frames(); joinContents(got) != "c1 r c3 r" || f.Position() != 5 {
			t.Errorf("in all: %+v, position %d", got, f.Position())
		}
	})
}

func TestClearDuringTheDelay(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		f.SetDelay(2 * time.Second)
		addComment(f, 1)
		f.Add(room.Event{Seq: 2, Kind: room.KindClear, At: time.Now()}, []byte("clear"))
		addComment(f, 3)
		if got := frames(); joinContents(got) != "clear" || got[0].pos != 0 {
			t.Fatalf("%+v", got)
		}
		time.Sleep(3 * time.Second)
		if got := frames(); joinContents(got) != "clear clear c3" {
			t.Errorf("%+v", got)
		}
	})
}

// A shorter delay releases more events, in order; no delay releases all.
func TestShorterDelayDrainsInOrder(t *testing.T) {
	runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
		f.SetDelay(10 * time.Second)
		for seq := int64(1); seq <= 8; seq++ {
			addComment(f, seq)
			time.Sleep(time.Second)
		}
		f.SetDelay(5 * time.Second)
		if got := frames(); joinContents(got) != "c1 c2 c3 c4" {
			t.Fatalf("%+v", got)
		}
		f.SetDelay(0)
		addComment(f, 9)
		time.Sleep(time.Second)
		if got := frames(); joinContents(got) != "c1 c2 c3 c4 c5 c6 c7 c8 c9" {
			t.Errorf("%+v", got)
		}
		addComment(f, 10)
		if got := frames(); !strings.HasSuffix(joinContents(got), "c10") {
			t.Errorf("without a delay: %+v", got)
		}
	})
}

// Settings apply at once; their place in the log only moves the position.
func TestSettingsDoNotWait(t *testing.T) {
	runBroadcaster(t, room.ViewAudience, func(f *Broadcaster, frames func() []sent) {
		f.SetDelay(2 * time.Second)
		f.Add(room.Event{Seq: 1, Kind: room.KindRoom, At: time.Now()}, []byte("room"))
		if got := frames(); joinContents(got) != "room" || got[0].pos != 0 {
			t.Fatalf("%+v", got)
		}
		time.Sleep(3 * time.Second)
		if got := frames(); joinContents(got) != "room" || f.Position() != 1 {
			t.Errorf("%+v, position %d", got, f.Position())
		}
	})
}

// After a restart the broadcaster continues where it was: unsent events still wait.
func TestDelayOverARestart(t *testing.T) {
	now := time.Now()
	var recent []Item
	for seq := int64(1); seq <= 4; seq++ {
		it := Item{Event: room.Event{Seq: seq * 10, Kind: room.KindComment, At: now.Add(time.Duration(seq-4) * time.Second), Comment: comment.Comment{ID: comment.ID(seq)}}}
		for i := range it.Bytes {
			it.Bytes[i] = fmt.Append(nil, "c", seq)
		}
		recent = append(recent, it)
	}
	for delay, want := range map[time.Duration]string{0: "40", 2 * time.Second: "29 c3 c4", 10 * time.Second: "9 c1 c2 c3 c4"} {
		head, waits := Restart(room.ViewOverlay, 40, delay, recent, now, 0)
		got := fmt.Sprint(head)
		for _, w := range waits {
			got += " " + string(w.bytes)
		}
		if got != want {
			t.Errorf("with a delay of %v: %s, want %s", delay, got, want)
		}
		if head, waits := Restart(room.ViewConsole, 40, delay, recent, now, 0); head != 40 || waits != nil {
			t.Errorf("a console lags behind: %d, %v", head, waits)
		}
	}
}

// A console does not receive a flood of refusals, but it receives every decision, which
// takes a comment out of the queue.
func TestDecisionsAreNotSampled(t *testing.T) {
	runBroadcaster(t, room.ViewConsole, func(f *Broadcaster, frames func() []sent) {
		at := time.Now()
		for seq := int64(1); seq <= 200; seq++ {
			e := room.Event{Seq: seq, Kind: room.KindRefused, At: at}
			b := []byte("filter")
			if seq%2 == 0 {
				e.From, b = comment.Held, []byte("moderator")
			}
			f.Add(e, b)
		}
		time.Sleep(time.Second)
		got := joinContents(frames())
		if d, r := strings.Count(got, "moderator"), strings.Count(got, "filter"); d != 100 || r != 50 {
			t.Errorf("%d decisions and %d refusals, want 100 and 50", d, r)
		}
	})
}

// For any sequence of events and delays: comments leave once, in order, not after they were
// taken down, and all of them in the end.
func TestDelayHoldsForAnySequence(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
			down := map[int64]int{} // comment -> number of frames sent when it was taken down
			var shownSeqs []int64
			delay := time.Duration(0)
			seq := int64(0)
			for range 200 {
				time.Sleep(time.Duration(rnd.IntN(300)) * time.Millisecond)
				switch n := rnd.IntN(20); {
				case n < 14:
					seq++
					addComment(f, seq)
					shownSeqs = append(shownSeqs, seq)
				case n < 18 && len(shownSeqs) > 0:
					seq++
					lost := shownSeqs[max(0, len(shownSeqs)-1-rnd.IntN(30))]
					if _, gone := down[lost]; !gone {
						down[lost] = len(frames())
					}
					addRemoval(f, seq, comment.ID(lost))
				case n == 18:
					seq++
					f.Add(room.Event{Seq: seq, Kind: room.KindRefused, At: time.Now()}, nil)
				default:
					delay = time.Duration(rnd.IntN(5)) * time.Second
					f.SetDelay(delay)
				}
			}
			time.Sleep(20 * time.Second)
			left := map[int64]int{}
			last, pos := int64(0), int64(0)
			for i, frame := range frames() {
				if frame.pos < pos {
					t.Fatalf("seed %d: the position went back from %d to %d", seed, pos, frame.pos)
				}
				pos = frame.pos
				for _, e := range frame.events {
					var n int64
					if _, err := fmt.Sscanf(e, "c%d", &n); err != nil {
						continue
					}
					left[n]++
					if at, gone := down[n]; n <= last || n > pos || gone && i >= at {
						t.Fatalf("seed %d: comment %d after %d, position %d, taken down %v (frame %d of %d)", seed, n, last, pos, gone, i, at)
					}
					last = n
				}
			}
			for _, n := range shownSeqs {
				if _, gone := down[n]; left[n] != 1 && !gone {
					t.Fatalf("seed %d: comment %d left %d times", seed, n, left[n])
				}
			}
			if p := f.Position(); p != seq {
				t.Errorf("seed %d: the position is %d, want %d", seed, p, seq)
			}
		})
	}
}

// A delay measures elapsed time, whatever the wall clock is set to.
func TestDelayIsNotOfTheWallClock(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, time.Hour} {
		runBroadcaster(t, room.ViewOverlay, func(f *Broadcaster, frames func() []sent) {
			f.SetDelay(3 * time.Second)
			f.Add(room.Event{Seq: 1, Kind: room.KindComment, At: time.Now().Add(step), Comment: comment.Comment{ID: 1}}, []byte("c1"))
			time.Sleep(time.Minute)
			if got := frames(); len(got) != 1 || got[0].after != 3*time.Second {
				t.Errorf("by a clock that is %v off it left %+v", step, got)
			}
		})
	}
}

// After a restart no comment waits longer than its delay.
func TestDelayOverARestartWithAnotherClock(t *testing.T) {
	recent := []Item{{Event: room.Event{Seq: 1, Kind: room.KindComment, At: midday.Add(time.Hour)}}}
	if _, waits := Restart(room.ViewOverlay, 1, 10*time.Second, recent, midday, time.Minute); len(waits) != 1 || waits[0].at != time.Minute {
		t.Errorf("a comment that seems to be of the future: %+v", waits)
	}
}

var midday = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
