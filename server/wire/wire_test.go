package wire

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
	"danmaku/live/fanout"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

var update = flag.Bool("update", false, "write the golden frames anew")

var goldenTime = time.UnixMilli(1_700_000_000_000).UTC()

// goldenComment has every field set to a value other than the default.
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

// goldenFrames returns the frames of docs/dev/protocol.md as this program writes them. The
// JavaScript tests read the same files.
func goldenFrames() map[string][]byte {
	enc := Encoder{}
	pos := room.Position{Epoch: "k3f9", Seq: 44}
	entry := room.Entry{Rule: "words", Word: "bad", Detail: "on the list", Original: "a bad word", Spans: []comment.Span{{From: 2, To: 5}}}
	events := []room.Event{
		{Seq: 41, At: goldenTime, Kind: room.KindComment, Comment: goldenComment()},
		{Seq: 42, At: goldenTime, Kind: room.KindComment, Comment: plainComment(), Entry: entry},
		{Seq: 43, At: goldenTime, Kind: room.KindRefused, Comment: plainComment(), Entry: entry},
		{Seq: 44, At: goldenTime, Kind: room.KindRemove, IDs: []comment.ID{plainComment().ID}, By: "mod-2"},
		{Seq: 45, At: goldenTime, Kind: room.KindClear},
	}
	both := func(v room.View, events ...room.Event) fanout.Frame {
		var out [][]byte
		for _, e := range events {
			if b := enc.Event(v, e); b != nil {
				out = append(out, b)
			}
		}
		return enc.Frame(pos, out)
	}
	frame := func(v room.View, events ...room.Event) []byte { return both(v, events...).Full }
	brief := func(v room.View, events ...room.Event) []byte { return both(v, events...).Brief }
	setup := room.New("live")
	setup.Title, setup.Message, setup.Slow = "Friday", "20:30", room.Millis(5*time.Second)
	welcome := live.Welcome{Room: setup, Position: pos, End: pos, People: 3, Recent: enc.List([][]byte{enc.Event(room.ViewAudience, events[1])})}
	resumed := welcome
	resumed.Resumed, resumed.Recent = true, nil
	entry.Address = "never told"
	held := room.Event{Seq: 46, At: goldenTime, Kind: room.KindHeld, Comment: plainComment(), Entry: entry}
	pinned := goldenComment()
	console := welcome
	console.Recent, console.Pin, console.Held, console.Waiting = enc.List(nil), &pinned, [][]byte{enc.Event(room.ViewConsole, held)}, 1
	playing := replay.Report{
		State: replay.Playing, File: "show.xml", By: "Mika", Total: 1386, Skipped: 2, At: 83400 * time.Millisecond, Length: 506400 * time.Millisecond,
		Speed: 2, Shown: 219, Held: 1, Refused: 3, Defects: []room.Fault{{Line: 3, Message: "for its sender alone"}},
	}
	console.Replay = &playing
	over := replay.Report{
		State: replay.Failed, From: goldenTime.Add(-time.Hour), To: goldenTime, By: "Mika", Total: 40, At: time.Minute, Length: time.Hour,
		Speed: 1, Shown: 12, Why: room.ErrRoomClosed,
	}
	var sourced []room.Event // two of one source, of which one was approved a second later
	for i, c := range []comment.Comment{goldenComment(), plainComment()} {
		c.Source, c.At = comment.FromTwitch, goldenTime.Add(time.Duration(i)*time.Second)
		sourced = append(sourced, room.Event{Seq: 43 + int64(i), At: c.At, Kind: room.KindComment, Comment: c})
	}
	locked := setup.LockedDown()
	ban := room.Ban{ID: 7, Kind: room.Mute, User: "k3f9", Until: goldenTime.Add(time.Minute), Reason: "spam", By: "mod-2", At: goldenTime}
	running := []room.Event{
		held,
		{Seq: 47, At: goldenTime, Kind: room.KindComment, Comment: plainComment(), Entry: entry, From: comment.Held, By: "mod-2"},
		{Seq: 48, At: goldenTime, Kind: room.KindPin, IDs: []comment.ID{pinned.ID}, Comment: pinned, By: "mod-2"},
		{Seq: 49, At: goldenTime, Kind: room.KindRoom, Setup: &locked, Changed: setup.Changes(locked), By: "mod-2"},
		{Seq: 50, At: goldenTime, Kind: room.KindBan, Ban: &ban, By: "mod-2"},
		{Seq: 51, At: goldenTime, Kind: room.KindUnban, Ban: &ban, By: "boss"},
		{Seq: 52, At: goldenTime, Kind: room.KindPin},
	}
	warning := room.Note{ID: 3, User: "k3f9", Text: "no spoilers, please", Warn: true, By: "mod-2", At: goldenTime}
	prepared := room.Note{ID: 4, User: "k3f9", Ready: room.WarnSpam, Warn: true, By: "mod-2", At: goldenTime}
	read := warning
	read.Read = goldenTime.Add(time.Minute)
	noted := []room.Event{
		{Seq: 53, At: goldenTime, Kind: room.KindNote, Note: &warning, By: "mod-2"},
		{Seq: 54, At: goldenTime, Kind: room.KindNote, Note: &prepared, By: "mod-2"},
		{Seq: 55, At: goldenTime, Kind: room.KindNoteRead, Note: &read},
		{Seq: 56, At: goldenTime, Kind: room.KindNoteGone, Note: &prepared, By: "boss"},
	}
	seen := int64(64)
	ack := func(o live.Outcome, err error) []byte {
		a := AckOf("c1", o, err)
		a.Type = "ack"
		return Marshal(a)
	}
	poll := show.Item{
		ID: "k3f9x2ab7q", Kind: show.Poll, State: show.Live, Rank: 1, Created: goldenTime, Started: goldenTime, Ends: goldenTime.Add(time.Minute),
		Spec:   []byte(`{"question":"Which map?","options":["Ice","Fire"],"votes":1,"changeable":true,"seconds":60,"by_message":true}`),
		Result: []byte(`{"counts":[3,4],"people":7}`),
	}
	hidden := poll
	hidden.ID, hidden.Spec = "m2p4x2ab7q", []byte(`{"question":"Who wins?","options":["Red","Blue"],"votes":1,"hidden":true}`)
	queued := poll
	queued.ID, queued.State, queued.Started, queued.Ends, queued.Result = "a7c1x2ab7q", show.Queued, time.Time{}, time.Time{}, nil
	showing := []room.Event{
		{Seq: 53, At: goldenTime, Kind: room.KindItem, Item: &show.Change{Before: &queued, After: &poll}},
		{Seq: 54, At: goldenTime, Kind: room.KindItem, Item: &show.Change{Before: &queued, After: &hidden}},
		{Seq: 55, At: goldenTime, Kind: room.KindItem, Item: &show.Change{After: &queued}},
		{Seq: 56, At: goldenTime, Kind: room.KindItem, Item: &show.Change{Before: &poll}},
		{Seq: 57, At: goldenTime, Kind: room.KindItem, Item: &show.Change{Before: &queued}},
	}
	asks, asking := goldenQuestions()
	showed := resumed
	showed.Items = []show.Item{poll}
	part := func(p live.Part, err error) []byte {
		a := PartAckOf("t1", p, err)
		a.Type = "ack"
		return Marshal(a)
	}
	return map[string][]byte{
		"hello-items":              HelloFrame(showed, room.ViewAudience, &User{ID: "k3f9", Took: map[string][]string{poll.ID: {"1"}}}, nil, goldenTime),
		"events-items":             frame(room.ViewOverlay, showing...),
		"events-items-console":     frame(room.ViewConsole, showing...),
		"tally":                    enc.Tally([]show.Item{poll}),
		"events-questions":         frame(room.ViewAudience, asking...),
		"events-questions-console": frame(room.ViewConsole, asking...),
		"events-questions-overlay": frame(room.ViewOverlay, asking...),
		"tally-questions":          enc.Tally([]show.Item{asks}),
		"ack-question":             ack(live.Outcome{Status: comment.Shown, Comment: asking[1].Comment, Wait: 2 * time.Second}, nil),
		"ack-counted":              part(live.Part{Item: poll.ID, Choices: []string{"1"}}, nil),
		"ack-voted":                part(live.Part{Item: poll.ID}, room.ErrVoted),
		"ack-vote-by-message":      ack(live.Outcome{Part: &live.Part{Item: poll.ID, Choices: []string{"0"}}}, nil),
		"hello-audience":           HelloFrame(welcome, room.ViewAudience, &User{ID: "k3f9", WaitMS: 1500, Token: "t"}, nil, goldenTime),
		"hello-warned":             HelloFrame(welcome, room.ViewAudience, &User{ID: "k3f9", Warnings: WarningsOf([]room.Note{warning, prepared})}, nil, goldenTime),
		"user-warned":              enc.Warned([]room.Note{prepared}),
		"user-warned-no-more":      enc.Warned(nil),
		"events-notes-console":     frame(room.ViewConsole, noted...),
		"events-notes-audience":    frame(room.ViewAudience, noted...),
		"hello-overlay":            HelloFrame(resumed, room.ViewOverlay, nil, nil, goldenTime),
		"events-overlay":           frame(room.ViewOverlay, events...),
		"events-brief":             brief(room.ViewOverlay, events...),
		"events-brief-console":     brief(room.ViewConsole, append(running, events...)...),
		"events-brief-sources":     brief(room.ViewOverlay, sourced...),
		"events-console":           frame(room.ViewConsole, events...),
		"looking":                  enc.Looking(live.Looking{Console: "tab-1", ID: plainComment().ID, By: "Kim"}),
		"looking-no-more":          enc.Looking(live.Looking{Console: "tab-1", By: "Kim"}),
		"replay":                   enc.Replay(playing),
		"replay-over":              enc.Replay(over),
		"hello-console":            HelloFrame(console, room.ViewConsole, nil, nil, goldenTime),
		"events-running-console":   frame(room.ViewConsole, running...),
		"events-running":           frame(room.ViewOverlay, running...),
		"ack-shown":                ack(live.Outcome{Status: comment.Shown, Comment: plainComment(), Wait: 2 * time.Second}, nil),
		"ack-held":                 ack(live.Outcome{Status: comment.Held, Comment: plainComment()}, nil),
		"ack-refused":              ack(live.Outcome{Status: comment.Refused, Comment: plainComment(), Rule: "words"}, nil),
		"ack-slow-down":            ack(live.Outcome{}, &room.WaitError{Err: room.ErrSlowDown, Wait: 1200 * time.Millisecond}),
		"beat":                     AppendBeat(nil, goldenTime, pos, 3),
		"bye-restart":              Marshal(Bye{Type: "bye", Code: "restart", WaitMS: 700}),
		"stats": Marshal(StatsOf(live.Stats{
			Counts:  live.Counts{Rate: 84, Stopped: map[string]int{"words": 5}},
			Raid:    room.Raid{Newcomers: 61, Voices: 14, Text: "come and see the other stream"},
			Clients: map[room.View]int{room.ViewAudience: 482, room.ViewOverlay: 1, room.ViewConsole: 2}, Saved: 300 * time.Microsecond,
		}, Account{Shown: &seen})),
	}
}

// goldenQuestions returns a list of questions in a tally's form, and its events: it begins,
// one person asks with a name and one without, and moderators answer, hide and merge some
// of the questions.
func goldenQuestions() (list show.Item, events []room.Event) {
	list = show.Item{
		ID: "q7c1x2ab7q", Kind: show.Questions, State: show.Live, Rank: 1, Created: goldenTime, Started: goldenTime,
		Spec: []byte(`{"title":"Ask the band","anonymous":true}`),
	}
	named, nameless := goldenComment(), plainComment()
	for _, c := range []*comment.Comment{&named, &nameless} {
		c.Item, c.Mode, c.Color, c.Size, c.Badge, c.Source = list.ID, comment.Scroll, comment.White, comment.Medium, "", comment.FromAudience
	}
	begun := list
	list.Result = []byte(`{"questions":2,"open":2,"people":3,"votes":{"` + nameless.ID.String() + `":3}}`)
	mark := func(seq int64, c comment.Comment, after show.Mark) room.Event {
		return room.Event{Seq: seq, At: goldenTime, Kind: room.KindQuestion, By: "mod-2", Mark: &show.MarkChange{Item: list.ID, ID: c.ID.String(), After: after}}
	}
	return list, []room.Event{
		{Seq: 60, At: goldenTime, Kind: room.KindItem, Item: &show.Change{After: &begun}},
		{Seq: 61, At: goldenTime, Kind: room.KindComment, Comment: named},
		{Seq: 62, At: goldenTime, Kind: room.KindComment, Comment: nameless},
		mark(63, named, show.Mark{Answered: goldenTime.Add(time.Minute)}),
		mark(64, nameless, show.Mark{Into: named.ID.String()}),
		mark(65, nameless, show.Mark{Hidden: true}),
		mark(66, nameless, show.Mark{}),
	}
}

func TestGoldenFrames(t *testing.T) {
	dir := filepath.Join("..", "..", "comment", "testdata", "frames")
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

// Data for moderators must not be in any other frame.
func TestPhonesNeverGetTheRule(t *testing.T) {
	for name, frame := range goldenFrames() {
		if strings.HasSuffix(name, "console") || name == "stats" {
			continue
		}
		for _, secret := range []string{"rule", "words", "a bad word", "on the list", "mod-2"} {
			if bytes.Contains(frame, []byte(secret)) {
				t.Errorf("%s contains %q", name, secret)
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
			f, err := DecodeFrame([]byte(tt.in))
			if tt.bad != errors.Is(err, room.ErrBadFrame) || f.Text != tt.text {
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
		frame, err := DecodeFrame(b)
		if err != nil {
			return
		}
		d := frame.Draft(comment.FromAudience)
		d, err = d.Normalize(room.New("live").Limits())
		if err != nil {
			return
		}
		again, err := d.Normalize(room.New("live").Limits())
		if err != nil || again.Text != d.Text || again.Name != d.Name {
			t.Errorf("normalising twice differs: %q %q, %v", d.Text, again.Text, err)
		}
	})
}

// Payments and pictures are on the wire; a comment without them has neither field.
func TestWirePaid(t *testing.T) {
	c := comment.Comment{ID: comment.NewID(goldenTime, 1), At: goldenTime, Text: "Kappa", Paid: &comment.Paid{Micros: 4_990_000, Currency: "USD", Level: 3},
		Emotes: []comment.Emote{{From: 0, To: 5, Name: "Kappa", Picture: "/emotes/ab"}}}
	got := string(Marshal(CommentOf(c)))
	if want := `"paid":{"amount":4.99,"currency":"USD","level":3},"emotes":[{"from":0,"to":5,"name":"Kappa","picture":"/emotes/ab"}]}`; !strings.HasSuffix(got, want) {
		t.Errorf("%s, want it to end with %s", got, want)
	}
	c.Paid, c.Emotes = nil, nil
	if got := string(Marshal(CommentOf(c))); strings.Contains(got, "paid") || strings.Contains(got, "emotes") {
		t.Error(got)
	}
}
