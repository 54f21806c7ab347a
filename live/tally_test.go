package live

import (
	"testing"
	"time"

	"danmaku/room"
)

// A tally has each minute of the last hour, and none of the hour before.
func TestTallyHour(t *testing.T) {
	var tl tally
	noon := time.Date(2026, 1, 1, 12, 0, 30, 0, time.UTC)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for _, m := range []struct{ minutes, n int }{{-60, 9}, {-59, 1}, {-30, 2}, {0, 3}} {
		for range m.n {
			tl.count(room.Event{Kind: room.KindComment, At: at(m.minutes)})
		}
		for _, people := range []int{10 * m.n, m.n} { // fewer, later in the same minute
			tl.noteHeadcount(people, func() time.Time { return at(m.minutes) })
		}
	}
	tl.count(room.Event{Kind: room.KindHeld, At: noon})
	var want Hour
	want.Shown[0], want.Shown[29], want.Shown[59] = 1, 2, 3
	for i := range want.People {
		switch { // the counts of a minute are there until the next
		case i == 0:
			want.People[i] = 10
		case i < 29:
			want.People[i] = 1
		case i == 29:
			want.People[i] = 20
		case i < 59:
			want.People[i] = 2
		default:
			want.People[i] = 30
		}
	}
	if got := tl.hour(noon); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	tl.noteHeadcount(0, func() time.Time { return at(1) })
	if got := tl.hour(at(1)); got.People[59] != 3 || got.People[58] != 30 {
		t.Errorf("when all have left in the next minute: %v", got.People)
	}
	if got := tl.hour(at(120)); got != (Hour{}) {
		t.Errorf("two hours later: %v", got)
	}
}

// A room in which nothing changes stores nothing for each minute, and still returns the
// number of people.
func TestAnIdleHourTakesNoMemory(t *testing.T) {
	var tl tally
	began := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for beat := range 3 * 360 { // three hours
		tl.noteHeadcount(5, func() time.Time { return began.Add(time.Duration(beat) * 10 * time.Second) })
	}
	kept := 0
	for _, m := range tl.minutes {
		if m != nil {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d minutes are kept of a room whose five phones came in one", kept)
	}
	for i, n := range tl.hour(began.Add(3 * time.Hour)).People {
		if n != 5 {
			t.Errorf("%d phones in minute %d of the last hour, want 5", n, i)
		}
	}
}
