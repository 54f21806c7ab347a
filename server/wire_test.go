package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
)

var update = flag.Bool("update", false, "write the golden frames anew")

var goldenTime = time.UnixMilli(1_700_000_000_000).UTC()

// goldenComment has every field set to something that is not the default.
func goldenComment() comment.Comment {
	return comment.Comment{
		ID: comment.NewID(goldenTime, 7), At: goldenTime, Text: "前方高能 <b>&", Name: "雪见", User: "k3f9",
		Mode: comment.Top, Color: "#66e0ff", Size: comment.Big, Badge: comment.BadgeModerator, Source: comment.FromReplay,
	}
}

func plainComment() comment.Comment {
	return comment.Comment{
		ID: comment.NewID(goldenTime, 8), At: goldenTime, Text: "666", User: "k3f9",
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}
}

// goldenFrames are the frames of docs/protocol.md as this program writes them.
// The JavaScript tests read the same files.
func goldenFrames() map[string][]byte {
	enc := Encoder{}
	pos := comment.Position{Epoch: "k3f9", Seq: 44}
	entry := comment.Entry{Rule: "words", Word: "bad", Detail: "on the list", Original: "a bad word", Spans: []comment.Span{{From: 2, To: 5}}}
	events := []comment.Event{
		{Seq: 41, At: goldenTime, Kind: comment.KindComment, Comment: goldenComment()},
		{Seq: 42, At: goldenTime, Kind: comment.KindComment, Comment: plainComment(), Entry: entry},
		{Seq: 43, At: goldenTime, Kind: comment.KindRefused, Comment: plainComment(), Entry: entry},
		{Seq: 44, At: goldenTime, Kind: comment.KindRemove, IDs: []comment.ID{plainComment().ID}, By: "mod-2"},
		{Seq: 45, At: goldenTime, Kind: comment.KindClear},
	}
	frame := func(v live.View, events ...comment.Event) []byte {
		var out [][]byte
		for _, e := range events {
			if b := enc.Event(v, e); b != nil {
				out = append(out, b)
			}
		}
		return enc.Frame(pos, out)
	}
	room := comment.NewRoom("live")
	room.Title, room.Message, room.Slow = "Friday", "20:30", 5*time.Second
	welcome := live.Welcome{Room: room, Position: pos, End: pos, People: 3, Recent: enc.List([][]byte{enc.Event(live.ViewAudience, events[1])})}
	resumed := welcome
	resumed.Resumed, resumed.Recent = true, nil
	entry.Address = "never told"
	held := comment.Event{Seq: 46, At: goldenTime, Kind: comment.KindHeld, Comment: plainComment(), Entry: entry}
	pinned := goldenComment()
	console := welcome
	console.Recent, console.Pin, console.Held, console.Waiting = enc.List(nil), &pinned, [][]byte{enc.Event(live.ViewConsole, held)}, 1
	replay := live.Replay{
		State: live.ReplayPlaying, File: "show.xml", By: "Mika", Total: 1386, Skipped: 2, At: 83400 * time.Millisecond, Length: 506400 * time.Millisecond,
		Speed: 2, Shown: 219, Held: 1, Refused: 3, Defects: []comment.Fault{{Line: 3, Message: "for its sender alone"}},
	}
	console.Replay = &replay
	over := live.Replay{
		State: live.ReplayFailed, From: goldenTime.Add(-time.Hour), To: goldenTime, By: "Mika", Total: 40, At: time.Minute, Length: time.Hour,
		Speed: 1, Shown: 12, Why: comment.ErrRoomClosed,
	}
	locked := room.LockedDown()
	ban := comment.Ban{ID: 7, Kind: comment.Mute, User: "k3f9", Until: goldenTime.Add(time.Minute), Reason: "spam", By: "mod-2", At: goldenTime}
	running := []comment.Event{
		held,
		{Seq: 47, At: goldenTime, Kind: comment.KindComment, Comment: plainComment(), Entry: entry, From: comment.Held, By: "mod-2"},
		{Seq: 48, At: goldenTime, Kind: comment.KindPin, IDs: []comment.ID{pinned.ID}, Comment: pinned, By: "mod-2"},
		{Seq: 49, At: goldenTime, Kind: comment.KindRoom, Setup: &locked, Changed: room.Changes(locked), By: "mod-2"},
		{Seq: 50, At: goldenTime, Kind: comment.KindBan, Ban: &ban, By: "mod-2"},
		{Seq: 51, At: goldenTime, Kind: comment.KindUnban, Ban: &ban, By: "boss"},
		{Seq: 52, At: goldenTime, Kind: comment.KindPin},
	}
	seen := int64(64)
	ack := func(o live.Outcome, err error) []byte {
		a := ackOf("c1", o, err)
		a.Type = "ack"
		return mustMarshal(a)
	}
	return map[string][]byte{
		"hello-audience":         helloFrame(welcome, live.ViewAudience, &wireUser{ID: "k3f9", WaitMS: 1500, Token: "t"}, goldenTime),
		"hello-overlay":          helloFrame(resumed, live.ViewOverlay, nil, goldenTime),
		"events-overlay":         frame(live.ViewOverlay, events...),
		"events-console":         frame(live.ViewConsole, events...),
		"replay":                 enc.Replay(replay),
		"replay-over":            enc.Replay(over),
		"hello-console":          helloFrame(console, live.ViewConsole, nil, goldenTime),
		"events-running-console": frame(live.ViewConsole, running...),
		"events-running":         frame(live.ViewOverlay, running...),
		"ack-shown":              ack(live.Outcome{Status: comment.Shown, Comment: plainComment(), Wait: 2 * time.Second}, nil),
		"ack-held":               ack(live.Outcome{Status: comment.Held, Comment: plainComment()}, nil),
		"ack-refused":            ack(live.Outcome{Status: comment.Refused, Comment: plainComment(), Rule: "words"}, nil),
		"ack-slow-down":          ack(live.Outcome{}, &comment.WaitError{Err: comment.ErrSlowDown, Wait: 1200 * time.Millisecond}),
		"beat":                   mustMarshal(wireBeat{Type: "beat", Time: goldenTime.UnixMilli(), Position: pos.String(), People: 3}),
		"bye-restart":            mustMarshal(wireBye{Type: "bye", Code: "restart", WaitMS: 700}),
		"stats": mustMarshal(toWireStats(live.Stats{
			Counts:  live.Counts{Rate: 84, Stopped: map[string]int{"words": 5}},
			Raid:    comment.Raid{Newcomers: 61, Voices: 14, Text: "come and see the other stream"},
			Clients: map[live.View]int{live.ViewAudience: 482, live.ViewOverlay: 1, live.ViewConsole: 2}, Saved: 300 * time.Microsecond,
		}, account{shown: &seen})),
	}
}

func TestGoldenFrames(t *testing.T) {
	dir := filepath.Join("..", "comment", "testdata", "frames")
	for name, got := range goldenFrames() {
		path := filepath.Join(dir, name+".json")
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, got, "", "  "); err != nil {
			t.Fatalf("%s is no JSON: %v", name, err)
		}
		pretty.WriteByte('\n')
		if *update {
			if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pretty.Bytes(), want) {
			t.Errorf("%s differs from its golden frame:\n%s\nwant\n%s", name, pretty.Bytes(), want)
		}
	}
}

// What only moderators may see must not be in any other frame.
func TestAudienceNeverLearnsTheRule(t *testing.T) {
	for name, frame := range goldenFrames() {
		if strings.HasSuffix(name, "console") || name == "stats" {
			continue
		}
		for _, secret := range []string{"rule", "words", "a bad word", "on the list", "mod-2"} {
			if bytes.Contains(frame, []byte(secret)) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
}

func TestDecodeFrame(t *testing.T) {
	deep := `{"type":"send","text":"x","more":` + strings.Repeat("[", 1500) + strings.Repeat("]", 1500) + `}`
	for _, tt := range []struct {
		name, in, text string
		bad            bool
	}{
		{name: "a send", in: `{"type":"send","ref":"c1","text":"hi"}`, text: "hi"},
		{name: "unknown fields are ignored", in: `{"type":"send","text":"hi","future":{"a":[1]}}`, text: "hi"},
		{name: "deep JSON in an unknown field", in: deep, text: "x"},
		{name: "a beat", in: `{"type":"beat"}`},
		{name: "OBS", in: `{"type":"obs","event":"record_start","at":1}`},
		{name: "OBS pauses", in: `{"type":"obs","event":"record_pause","ago":1}`},
		{name: "OBS says something else", in: `{"type":"obs","event":"format_disk"}`, bad: true},
		{name: "no type", in: `{"text":"hi"}`, bad: true},
		{name: "a server's frame", in: `{"type":"events","events":[]}`, bad: true},
		{name: "text is a number", in: `{"type":"send","text":5}`, bad: true},
		{name: "an array", in: `[{"type":"send"}]`, bad: true},
		{name: "a string", in: `"send"`, bad: true},
		{name: "null", in: `null`, bad: true},
		{name: "two objects", in: `{"type":"beat"}{"type":"beat"}`, bad: true},
		{name: "nothing", in: ``, bad: true},
		{name: "only deep", in: strings.Repeat("[", 4000), bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := decodeFrame([]byte(tt.in))
			if tt.bad != errors.Is(err, comment.ErrBadFrame) || f.Text != tt.text {
				t.Errorf("got %+v, %v", f, err)
			}
		})
	}
}

func FuzzDecodeFrame(f *testing.F) {
	f.Add([]byte(`{"type":"send","ref":"c1","text":"hi","mode":"top","color":"#ffffff","size":"big","name":"n"}`))
	f.Add([]byte(`{"type":"beat"}`))
	f.Add([]byte(`{"type":"send","text":"\ud800"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := decodeFrame(b)
		if err != nil {
			return
		}
		d := frame.draft(comment.FromAudience)
		d, err = d.Normalize(comment.NewRoom("live"))
		if err != nil {
			return
		}
		again, err := d.Normalize(comment.NewRoom("live"))
		if err != nil || again.Text != d.Text || again.Name != d.Name {
			t.Errorf("normalising twice differs: %q %q, %v", d.Text, again.Text, err)
		}
	})
}

// What OBS did is noted by our clock, whatever the page's says.
func TestObsMoment(t *testing.T) {
	ago := func(d time.Duration) *int64 { ms := d.Milliseconds(); return &ms }
	now := goldenTime
	wrong := now.Add(-7 * time.Minute).UnixMilli()
	for name, row := range map[string]struct {
		frame clientFrame
		want  time.Duration // before now
	}{
		"just now, by a clock that is wrong":   {clientFrame{At: wrong, Ago: ago(0)}, 0},
		"a minute ago, by one that is wrong":   {clientFrame{At: wrong, Ago: ago(time.Minute)}, time.Minute},
		"in the time to come":                  {clientFrame{At: wrong, Ago: ago(-time.Hour)}, 0},
		"the day before yesterday":             {clientFrame{Ago: ago(48 * time.Hour)}, 0},
		"beyond all numbers":                   {clientFrame{Ago: new(int64(1 << 62))}, 0},
		"an old client, just now":              {clientFrame{At: now.Add(-9 * time.Second).UnixMilli()}, 0},
		"an old client that kept it":           {clientFrame{At: now.Add(-time.Minute).UnixMilli()}, time.Minute},
		"an old client, the day before":        {clientFrame{At: now.Add(-48 * time.Hour).UnixMilli()}, 0},
		"an old client, in the time to come":   {clientFrame{At: now.Add(time.Hour).UnixMilli()}, 0},
		"an old client that does not say when": {clientFrame{}, 0},
	} {
		if got := now.Sub(obsMoment(row.frame, now)); got != row.want {
			t.Errorf("%s: %v before now, want %v", name, got, row.want)
		}
	}
}

// A room hears of one matter once a second, but of what ends it at once: else
// the second of two short pauses would be missed, and its end be nothing new.
func TestObsMomentsThatAreFresh(t *testing.T) {
	now := goldenTime
	var m moments
	for i, row := range []struct {
		room  string
		kind  comment.MomentKind
		after time.Duration
		want  bool
	}{
		{"live", comment.RecordStart, 0, true}, {"live", comment.RecordStart, 10 * time.Millisecond, false},
		{"hall", comment.RecordStart, 10 * time.Millisecond, true}, {"live", comment.RecordStart, time.Second, true},
		{"live", comment.RecordPause, time.Second, true}, {"live", comment.RecordPause, 1100 * time.Millisecond, false},
		{"live", comment.RecordResume, 1200 * time.Millisecond, true}, {"live", comment.RecordPause, 1300 * time.Millisecond, true},
		{"hall", comment.RecordResume, 1300 * time.Millisecond, true}, {"live", comment.RecordPause, 1400 * time.Millisecond, false},
	} {
		if got := m.fresh(row.room, row.kind, now.Add(row.after)); got != row.want {
			t.Errorf("%d: %s in %s after %v is fresh: %v", i, row.kind, row.room, row.after, got)
		}
	}
}
