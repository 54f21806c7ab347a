package live

import (
	"fmt"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Comments have IDs whatever the clock says: distinct ones, and greater than those in the
// log.
func TestIDsNeedNoRightClock(t *testing.T) {
	for name, now := range map[string]time.Time{
		"right": noon, "before 2020": time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC), "1970": time.Unix(0, 0), "none": {},
		"the first millisecond": time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), "2200": time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			svc, _ := newFakeLogService(t)
			svc.mono = newClock(time.Now, nil).elapsed
			svc.filter, svc.limiter = verdicts{}, free{}
			newest := comment.NewID(noon, 5)
			svc.newest = newest.Time()
			svc.now = func() time.Time { return now }
			seen := map[comment.ID]bool{}
			for i := range 100 {
				o, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: fmt.Sprint("hi ", i)})
				if err != nil {
					t.Fatal(err)
				}
				if o.Comment.ID <= 0 || seen[o.Comment.ID] {
					t.Fatalf("comment %d has the ID %d", i, o.Comment.ID)
				}
				if now.Year() < 2020 && o.Comment.ID <= newest {
					t.Fatalf("comment %d could have the ID of an older one: %v", i, o.Comment.ID)
				}
				seen[o.Comment.ID] = true
			}
		})
	}
}

// A fresh overlay gets no comment from the future, since it would draw it at every reload
// until the clock has caught up. Lists have it.
func TestNoCommentFromTheFutureOnAFreshOverlay(t *testing.T) {
	r := newRoom(room.Record{Room: room.New("live")}, nil, plainEncoder{}, outletFunc(func(string, room.View, []byte) {}), newClock(time.Now, nil), nil)
	defer r.close()
	for seq, at := range []time.Duration{-time.Minute, time.Hour, time.Second, 0, -time.Second} {
		r.apply(plainEncoder{}, room.Event{Seq: int64(seq) + 1, Kind: room.KindComment, At: noon.Add(at), Comment: comment.Comment{ID: comment.ID(seq) + 1}})
	}
	for v, want := range map[room.View]int{room.ViewOverlay: 3, room.ViewAudience: 5, room.ViewConsole: 5} {
		if got := len(r.ring.Newest(v, 5, noon, 0)); got != want {
			t.Errorf("%s: %d comments, want %d", v, got, want)
		}
	}
}

// A list begins with the newest comments of any age, but without removed or delayed ones,
// ones from the future, and ones from before a clear.
func TestAListBeginsWithOlderComments(t *testing.T) {
	r := newRoom(room.Record{Room: room.New("live")}, nil, plainEncoder{}, outletFunc(func(string, room.View, []byte) {}), newClock(time.Now, nil), nil)
	defer r.close()
	say := func(seq int64, at time.Duration) {
		r.apply(plainEncoder{}, room.Event{Seq: seq, Kind: room.KindComment, At: noon.Add(at), Comment: comment.Comment{ID: comment.ID(seq)}})
	}
	say(1, -3*time.Hour)
	r.apply(plainEncoder{}, room.Event{Seq: 2, Kind: room.KindClear, At: noon.Add(-2 * time.Hour)})
	for seq, at := range []time.Duration{3: -time.Hour, 4: -50 * time.Minute, 5: -40 * time.Minute, 6: -10 * time.Second, 7: time.Hour, 8: 0} {
		if seq >= 3 {
			say(int64(seq), at)
		}
	}
	r.apply(plainEncoder{}, room.Event{Seq: 9, Kind: room.KindRemove, At: noon, IDs: []comment.ID{4}})
	for _, tt := range []struct {
		view   room.View
		passed int64
		lines  int
		want   int
	}{
		{room.ViewOverlay, 9, 0, 2}, {room.ViewOverlay, 9, -5, 2}, {room.ViewOverlay, 9, 60, 4}, {room.ViewOverlay, 9, 3, 3}, {room.ViewOverlay, 9, 1_000_000, 4},
		{room.ViewOverlay, 6, 60, 3}, // a delay keeps the newest back
		{room.ViewAudience, 9, 1, 5}, {room.ViewConsole, 9, 1, 5},
	} {
		if got := len(r.ring.Newest(tt.view, tt.passed, noon, tt.lines)); got != tt.want {
			t.Errorf("%+v: %d comments", tt, got)
		}
	}
}

// seen is a filter that records the drafts it checks and those it is notified about.
type seen struct {
	verdicts
	checked, settled *[]comment.Draft
}

func (s seen) Check(d comment.Draft, r room.Room) comment.Verdict {
	*s.checked = append(*s.checked, d)
	return s.verdicts.Check(d, r)
}

func (s seen) OnCommitted(d comment.Draft, _ comment.Verdict, _ bool) {
	*s.settled = append(*s.settled, d)
}

// The filter measures by the clock that is never set, and receives its time.
func TestTheFilterReceivesElapsedTime(t *testing.T) {
	svc, _ := newFakeLogService(t)
	wall, passed := noon, time.Minute
	svc.now, svc.mono = func() time.Time { return wall }, func() time.Duration { return passed }
	var checked, settled []comment.Draft
	svc.filter, svc.limiter = seen{verdicts{}, &checked, &settled}, free{}
	for _, step := range []time.Duration{0, -time.Hour, 2 * time.Hour} {
		wall, passed = wall.Add(step+time.Second), passed+time.Second
		_, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi", Elapsed: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		for name, drafts := range map[string][]comment.Draft{"checked": checked, "settled": settled} {
			if d := drafts[len(drafts)-1]; d.Elapsed != passed || !d.At.Equal(wall) {
				t.Errorf("%s at %v, %v by the steady clock, want %v, %v", name, d.At, d.Elapsed, wall, passed)
			}
		}
	}
}

// limits is a limiter that records its keys.
type limits struct {
	free
	asked *[]room.LimitKey
}

func (l limits) Allow(k room.LimitKey) error {
	*l.asked = append(*l.asked, k)
	return nil
}

// Setting the clock changes no identity's age for the filter or the limiter. An identity
// from an earlier run keeps the age that it had then.
func TestASetClockMakesNobodyOlder(t *testing.T) {
	svc, _ := newFakeLogService(t)
	wall, passed := noon, time.Minute
	svc.now, svc.mono = func() time.Time { return wall }, func() time.Duration { return passed }
	svc.clock = newClock(svc.now, svc.mono)
	var checked, settled []comment.Draft
	var asked []room.LimitKey
	svc.filter, svc.limiter = seen{verdicts{}, &checked, &settled}, limits{asked: &asked}
	fresh, before := svc.Stamp(), noon.Add(-time.Hour)
	ahead := noon.Add(48 * time.Hour) // from a run whose clock was ahead
	age := time.Duration(0)
	for _, step := range []time.Duration{0, time.Hour, -3 * time.Hour, 30 * time.Second} {
		wall, passed, age = wall.Add(step+time.Second), passed+time.Second, age+time.Second
		for _, tt := range []struct {
			made time.Time
			want time.Duration
		}{{fresh, age}, {before, time.Hour + age}, {ahead, wall.Sub(ahead)}, {svc.Stamp(), 0}} {
			_, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann", Identity: tt.made}, comment.Draft{Text: "hi"})
			if err != nil {
				t.Fatal(err)
			}
			if d := checked[len(checked)-1]; d.At.Sub(d.Identity) != tt.want {
				t.Errorf("set by %v: the filter receives %v, want %v", step, d.At.Sub(d.Identity), tt.want)
			}
			if k := asked[len(asked)-1]; wall.Sub(k.Identity) != tt.want {
				t.Errorf("set by %v: the limiter receives %v, want %v", step, wall.Sub(k.Identity), tt.want)
			}
		}
	}
	if _, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi"}); err != nil || !asked[len(asked)-1].Identity.IsZero() {
		t.Errorf("one without an age: %v, %v", asked[len(asked)-1].Identity, err)
	}
}

// A room's counts are those of the elapsed hour, whatever the clock says.
func TestATallyOutlivesASetClock(t *testing.T) {
	wall, passed := noon, time.Duration(0)
	c := newClock(func() time.Time { return wall }, func() time.Duration { return passed })
	tl := tally{set: c.aheadBy}
	for _, step := range []time.Duration{0, 5 * time.Hour, -9 * time.Hour, -time.Since(time.Unix(0, 0))} {
		wall, passed = wall.Add(step+10*time.Second), passed+10*time.Second
		tl.count(room.Event{Kind: room.KindComment, At: wall})
		tl.stop("slow_down", "", wall)
		tl.noteHeadcount(7, func() time.Time { return wall })
	}
	got := tl.counts(wall)
	if h := tl.hour(wall); got.Rate != 4 || got.Stopped["slow_down"] != 4 || h.Shown[59]+h.Shown[58] != 4 || h.People[59] != 7 {
		t.Errorf("%+v, %v", got, h)
	}
	wall, passed = wall.Add(time.Minute), passed+time.Minute
	if got := tl.counts(wall); got.Rate != 0 || got.Stopped["slow_down"] != 4 {
		t.Errorf("a minute later: %+v", got)
	}
}
