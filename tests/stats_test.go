package tests

import (
	"encoding/json"
	"fmt"
	"testing"
)

// numbers holds stats as these tests read them.
type numbers struct {
	Shown *int64 `json:"shown_ms"`
	Hour  struct{ Shown, People []int }

	Overlays *struct {
		Drawing, Hidden, Stuck int
		PlacedMS               *int64 `json:"placed_ms"`
	}
	Refused map[string]int
	Opinion *struct {
		Answering                    bool
		Asked, Held, Refused, Failed int
	} `json:"second_opinion"`
	Raid *struct {
		Seconds, Newcomers, Stopped, Voices int
		Text                                string
	}
}

func (b *browser) numbers() (n numbers) {
	b.t.Helper()
	_, body := b.do("GET", liveRoom+"/stats", nil, nil)
	decode(b.t, body, &n)
	return n
}

// An overlay reports with its heartbeats how long comments take to appear; moderators
// receive the slowest, and invalid values are ignored.
func TestOverlaysTellHowLongCommentsTake(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	fast, slow, phone := p.overlaySocket(""), p.overlaySocket(""), p.phone().open("audience", "")
	report := func(s *socket, ms any) {
		t.Helper()
		s.write(map[string]any{"type": "beat", "shown_ms": ms})
		s.write(map[string]any{"type": "nothing"})
		s.next("error") // all earlier frames have been read
	}
	if n := mod.numbers(); n.Shown != nil {
		t.Errorf("before any report: %d", *n.Shown)
	}
	report(fast, 0)
	if n := mod.numbers(); n.Shown == nil || *n.Shown != 0 {
		t.Errorf("one reports 0 ms: %v", n.Shown)
	}
	report(fast, 64)
	report(slow, 250)
	for _, wrong := range []any{-1, 60_001, 1e18, nil} {
		report(fast, wrong)
	}
	report(phone, 9000)
	if n := mod.numbers(); n.Shown == nil || *n.Shown != 250 {
		t.Errorf("the slowest: %v", n.Shown)
	}
	report(slow, 30)
	if n := mod.numbers(); n.Shown == nil || *n.Shown != 64 {
		t.Errorf("after a faster report: %v", n.Shown)
	}
}

// The last hour is sent by minute, also to a console that connects late.
func TestNumbersOfTheLastHour(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	mod, s := p.moderator(), p.phone().open("audience", "")
	for _, text := range []string{"one", "two", "three"} {
		c := s.say(text)
		s.until("what was counted before it was told", isEvent("comment", c.ID))
	}
	hour := mod.numbers().Hour
	if len(hour.Shown) != 60 || len(hour.People) != 60 {
		t.Fatalf("an hour has %d and %d minutes", len(hour.Shown), len(hour.People))
	}
	if n := hour.Shown[58] + hour.Shown[59]; n != 3 { // the minute may have changed meanwhile
		t.Errorf("the last minutes: %v", hour.Shown[50:])
	}
}

// When many newcomers write the same text, consoles are notified; another room
// and the audience are not.
func TestConsolesHearOfARaid(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	mod := p.moderator()
	console, phone := mod.open("console", ""), p.phone().open("audience", "")
	if n := mod.numbers(); n.Raid != nil {
		t.Errorf("in a calm room: %+v", *n.Raid)
	}
	const text = "come and see the other stream"
	for i := range 25 {
		said, want := text, 201
		if i >= 12 { // a show begins, so newcomers are news if the rules stop many
			said, want = fmt.Sprint("fuck you ", i), 422
		}
		if status, body := p.phone().post(said); status != want {
			t.Fatalf("newcomer %d: %d %s", i, status, body)
		}
	}
	n := mod.numbers()
	if n.Raid == nil || n.Raid.Newcomers != 25 || n.Raid.Stopped != 13 || n.Raid.Voices != 12 || n.Raid.Text != text || n.Raid.Seconds != 30 {
		t.Errorf("the raid: %+v", n.Raid)
	}
	for f := console.next("stats"); f.Raid == nil || f.Raid.Newcomers != 25; {
		f = console.next("stats")
	}
	phone.send("last", "the last one")
	phone.next("ack")
	for _, f := range phone.passed {
		if f.Raid != nil {
			t.Errorf("a phone receives %+v", f)
		}
	}
}

// A person who must slow down is counted, but not a replay that waits.
func TestAReplayThatWaitsIsNotTooFast(t *testing.T) {
	p := start(t, t.TempDir(), "--sender-rate", "0.001") // one in a quarter of an hour
	mod := p.moderator()
	auth := map[string]string{"Authorization": "Bearer " + p.link("sender").Key}
	say := func(source string) int {
		status, _ := p.browser().do("POST", liveRoom+"/comments", map[string]string{"text": "a comment", "source": source}, auth)
		return status
	}
	for i, row := range []struct {
		source  string
		status  int
		tooFast int
	}{{"replay", 201, 0}, {"replay", 429, 0}, {"api", 429, 1}, {"replay", 429, 1}} {
		if status := say(row.source); status != row.status {
			t.Errorf("%d, %s: %d, want %d", i, row.source, status, row.status)
		}
		if n := mod.numbers().Refused["slow_down"]; n != row.tooFast {
			t.Errorf("%d, %s: the statistics have %d times too fast, want %d", i, row.source, n, row.tooFast)
		}
	}
}

// An overlay reports with its heartbeats whether its picture is drawn; moderators
// can distinguish one on air from one that OBS hides or no longer draws, and one of an
// older version without reports counts as on air.
func TestOverlaysReportWhetherTheyDraw(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	if n := mod.numbers(); n.Overlays != nil {
		t.Errorf("without any: %+v", *n.Overlays)
	}
	one, two, old := p.overlaySocket(""), p.overlaySocket(""), p.overlaySocket("")
	report := func(s *socket, beat string) {
		t.Helper()
		s.write(json.RawMessage(beat))
		s.write(map[string]any{"type": "nothing"})
		s.next("error") // all earlier frames have been read
	}
	report(old, `{"type":"beat"}`)
	for _, tt := range []struct {
		name, one, two         string
		drawing, hidden, stuck int
	}{
		{"both draw", `{"type":"beat","visible":true,"frame_ms":16}`, `{"type":"beat","visible":true,"frame_ms":500}`, 3, 0, 0},
		{"one is hidden", `{"type":"beat","visible":false}`, `{"type":"beat","visible":true}`, 2, 1, 0},
		{"a hidden page has no frames", `{"type":"beat","visible":false,"frame_ms":90000}`, `{"type":"beat","visible":true,"frame_ms":0}`, 2, 1, 0},
		{"one is frozen", `{"type":"beat","visible":true,"frame_ms":10003}`, `{"type":"beat","visible":false}`, 1, 1, 1},
		{"both hardly draw", `{"type":"beat","visible":true,"frame_ms":501}`, `{"type":"beat","visible":true,"frame_ms":1000,"shown_ms":3}`, 1, 0, 2},
		{"a beat that says nothing changes nothing", `{"type":"beat"}`, `{"type":"beat","shown_ms":4}`, 1, 0, 2},
		{"they draw again", `{"type":"beat","visible":true,"frame_ms":33}`, `{"type":"beat","visible":true,"frame_ms":-5}`, 3, 0, 0},
	} {
		report(one, tt.one)
		report(two, tt.two)
		n := mod.numbers()
		if o := n.Overlays; o == nil || o.Drawing != tt.drawing || o.Hidden != tt.hidden || o.Stuck != tt.stuck {
			t.Errorf("%s: %+v, want %d %d %d", tt.name, o, tt.drawing, tt.hidden, tt.stuck)
		} else if o.PlacedMS != nil {
			t.Errorf("%s: placed %d ms ago, but none was placed", tt.name, *o.PlacedMS)
		}
	}
	report(two, `{"type":"beat","visible":true,"placed_ms":7200000}`)
	report(one, `{"type":"beat","visible":true,"placed_ms":3600000}`)
	for _, wrong := range []string{"-1", "9000000000000000", "null"} {
		report(two, `{"type":"beat","visible":true,"placed_ms":`+wrong+`}`)
	}
	if o := mod.numbers().Overlays; o == nil || o.PlacedMS == nil || *o.PlacedMS < 3_600_000 || *o.PlacedMS >= 7_200_000 {
		t.Errorf("the latest of both: %+v", o)
	}
	phone := p.phone().open("audience", "")
	report(phone, `{"type":"beat","visible":false}`)
	if o := mod.numbers().Overlays; o.Hidden != 0 {
		t.Error("a phone counts as an overlay")
	}
}
