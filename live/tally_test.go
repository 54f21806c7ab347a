package live

import (
	"testing"
	"time"

	"danmaku/room"
)

// A tally knows each minute of the last hour, and nothing of the one before.
func TestTallyHour(t *testing.T) {
	var tl tally
	noon := time.Date(2026, 1, 1, 12, 0, 30, 0, time.UTC)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for _, m := range []struct{ minutes, n int }{{-60, 9}, {-59, 1}, {-30, 2}, {0, 3}} {
		for range m.n {
			tl.count(room.Event{Kind: room.KindComment, At: at(m.minutes)})
		}
		tl.crowd(10*m.n, at(m.minutes))
		tl.crowd(m.n, at(m.minutes)) // fewer, later in the same minute
	}
	tl.count(room.Event{Kind: room.KindHeld, At: noon})
	var want Hour
	want.Shown[0], want.Shown[29], want.Shown[59] = 1, 2, 3
	want.People[0], want.People[29], want.People[59] = 10, 20, 30
	if got := tl.hour(noon); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := tl.hour(at(120)); got != (Hour{}) {
		t.Errorf("two hours later: %v", got)
	}
}
