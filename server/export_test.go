package server

import (
	"testing"
	"time"

	"danmaku/room"
	"danmaku/server/wire"
)

// Events of OBS are stored by the server's clock, whatever the page's says.
func TestObsMoment(t *testing.T) {
	ago := func(d time.Duration) *int64 { ms := d.Milliseconds(); return &ms }
	now := time.UnixMilli(1_700_000_000_000).UTC()
	wrong := now.Add(-7 * time.Minute).UnixMilli()
	for name, row := range map[string]struct {
		frame wire.ClientFrame
		want  time.Duration // before now
	}{
		"just now, by a clock that is wrong":   {wire.ClientFrame{At: wrong, Ago: ago(0)}, 0},
		"a minute ago, by one that is wrong":   {wire.ClientFrame{At: wrong, Ago: ago(time.Minute)}, time.Minute},
		"in the time to come":                  {wire.ClientFrame{At: wrong, Ago: ago(-time.Hour)}, 0},
		"the day before yesterday":             {wire.ClientFrame{Ago: ago(48 * time.Hour)}, 0},
		"beyond all numbers":                   {wire.ClientFrame{Ago: new(int64(1 << 62))}, 0},
		"an old client, just now":              {wire.ClientFrame{At: now.Add(-9 * time.Second).UnixMilli()}, 0},
		"an old client that kept it":           {wire.ClientFrame{At: now.Add(-time.Minute).UnixMilli()}, time.Minute},
		"an old client, the day before":        {wire.ClientFrame{At: now.Add(-48 * time.Hour).UnixMilli()}, 0},
		"an old client, in the time to come":   {wire.ClientFrame{At: now.Add(time.Hour).UnixMilli()}, 0},
		"an old client that does not say when": {wire.ClientFrame{}, 0},
	} {
		if got := now.Sub(obsMoment(row.frame, now)); got != row.want {
			t.Errorf("%s: %v before now, want %v", name, got, row.want)
		}
	}
}

// A room accepts one report of a kind a second, but accepts the opposite at once: otherwise
// the second of two short pauses would be missed, and its end would not be news.
func TestObsMomentsThatAreFresh(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000).UTC()
	var m moments
	for i, row := range []struct {
		room  string
		kind  room.MomentKind
		after time.Duration
		want  bool
	}{
		{"live", room.RecordStart, 0, true}, {"live", room.RecordStart, 10 * time.Millisecond, false},
		{"hall", room.RecordStart, 10 * time.Millisecond, true}, {"live", room.RecordStart, time.Second, true},
		{"live", room.RecordPause, time.Second, true}, {"live", room.RecordPause, 1100 * time.Millisecond, false},
		{"live", room.RecordResume, 1200 * time.Millisecond, true}, {"live", room.RecordPause, 1300 * time.Millisecond, true},
		{"hall", room.RecordResume, 1300 * time.Millisecond, true}, {"live", room.RecordPause, 1400 * time.Millisecond, false},
	} {
		if got := m.fresh(row.room, row.kind, now.Add(row.after)); got != row.want {
			t.Errorf("%d: %s in %s after %v is fresh: %v", i, row.kind, row.room, row.after, got)
		}
	}
}
