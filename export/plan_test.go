package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
	"danmaku/store"
)

// archiveOf creates a database with a room and comments that came at seconds after began. A
// text that begins with - was removed, one that begins with ? is held.
func archiveOf(t *testing.T, topics map[int]string, moments map[int]room.MomentKind) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.AddRoom(t.Context(), room.New("live"), nil); err != nil {
		t.Fatal(err)
	}
	put := func(ev room.Event) {
		if _, err := db.Append(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	for s, text := range topics {
		at := began.Add(time.Duration(s) * time.Second)
		ev := room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
			ID: comment.NewID(at, uint32(s)), At: at, Text: text, User: "ann", Mode: comment.Scroll, Size: comment.Medium, Color: comment.White,
		}}
		if text[0] == '?' {
			ev.Kind = room.KindHeld
		}
		put(ev)
		if text[0] == '-' {
			put(room.Event{Room: "live", At: at, Kind: room.KindRemove, IDs: []comment.ID{ev.Comment.ID}})
		}
	}
	for _, s := range slices.Sorted(maps.Keys(moments)) {
		if err := db.AddMoment(t.Context(), room.Moment{Room: "live", At: began.Add(time.Duration(s) * time.Second), Kind: moments[s]}); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// exported returns the export of a query, or the error of the query.
func exported(t *testing.T, db *store.Store, query string) (string, export.Result, error) {
	t.Helper()
	snapshot, err := db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := export.Prepare(t.Context(), snapshot, "live", values)
	if err != nil {
		return "", export.Result{}, err
	}
	var b bytes.Buffer
	result, err := plan.Write(t.Context(), &b, nil)
	if err != nil || plan.Count != result.Selected.All {
		t.Errorf("%s: counted %d and selected %d, %v", query, plan.Count, result.Selected.All, err)
	}
	return b.String(), result, nil
}

// timesIn returns the texts of JSON Lines with their offsets in seconds.
func timesIn(t *testing.T, lines string) string {
	t.Helper()
	var list []string
	for line := range strings.Lines(lines) {
		var row struct {
			Text   string
			Offset int64 `json:"offset_ms"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s@%d", row.Text, row.Offset/1000))
	}
	return strings.Join(list, " ")
}

// TestTimeBeginsAtTheFirstComment begins exports with the first comment: always the same one, whatever they
// contain.
func TestTimeBeginsAtTheFirstComment(t *testing.T) {
	db := archiveOf(t, map[int]string{10: "?held", 20: "-removed", 30: "shown", 40: "-too", 50: "again"}, nil)
	for query, want := range map[string]string{
		"status=shown":             "shown@20 again@40",
		"status=removed":           "-removed@10 -too@30",
		"status=held":              "?held@0",
		"all=1":                    "?held@0 -removed@10 shown@20 -too@30 again@40",
		"status=shown&early=clamp": "shown@20 again@40",
		"from=" + stamp(25):        "shown@0 again@20",
		"to=" + stamp(45) + "&status=removed&from=" + stamp(25): "-too@10",
	} {
		for _, zero := range []string{"", "&zero=first"} { // OBS reported no recording
			text, _, err := exported(t, db, "format=jsonl&"+query+zero)
			if got := timesIn(t, text); got != want || err != nil {
				t.Errorf("%s%s: %s, %v, want %s", query, zero, got, err, want)
			}
		}
	}
	if text, _, err := exported(t, db, "format=jsonl&zero=first&from="+stamp(60)); err != nil || text != "" {
		t.Errorf("of nothing: %q, %v", text, err)
	}
}

func stamp(s int) string {
	return url.QueryEscape(began.Add(time.Duration(s) * time.Second).Format(time.RFC3339Nano))
}

// TestRecordingEnds leaves out comments that came after OBS stopped recording.
func TestRecordingEnds(t *testing.T) {
	topics := map[int]string{0: "early", 10: "in", 20: "paused", 30: "last", 40: "at the end", 50: "late", 70: "much later"}
	for _, tt := range []struct {
		name    string
		moments map[int]room.MomentKind
		query   string
		want    string
		after   int
	}{
		{"a recording", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "early=drop", "in@5 paused@15 last@25", 3},
		{"kept", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "", "early@-5 in@5 paused@15 last@25 at the end@35 late@45 much later@65", 3},
		{"clamped", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "early=clamp", "early@0 in@5 paused@15 last@25 at the end@35 late@35 much later@35", 3},
		{"it goes on", map[int]room.MomentKind{5: room.RecordStart}, "early=drop", "in@5 paused@15 last@25 at the end@35 late@45 much later@65", 0},
		{"with a pause", map[int]room.MomentKind{5: room.RecordStart, 15: room.RecordPause, 25: room.RecordResume, 40: room.RecordStop}, "early=drop", "in@5 last@15", 3},
		{"stopped in a pause", map[int]room.MomentKind{5: room.RecordStart, 35: room.RecordPause, 40: room.RecordStop}, "early=clamp", "early@0 in@5 paused@15 last@25 at the end@30 late@30 much later@30", 3},
		{"a stream", map[int]room.MomentKind{5: room.StreamStart, 40: room.StreamStop}, "early=drop&zero=recording", "in@5 paused@15 last@25", 3},
		{"a stream's end is not the recording's", map[int]room.MomentKind{5: room.RecordStart, 20: room.StreamStop}, "early=drop", "in@5 paused@15 last@25 at the end@35 late@45 much later@65", 0},
		{"the last of two", map[int]room.MomentKind{5: room.RecordStart, 15: room.RecordStop, 25: room.RecordStart, 60: room.RecordStop}, "early=drop", "last@5 at the end@15 late@25", 1},
		{"the first of two", map[int]room.MomentKind{5: room.RecordStart, 15: room.RecordStop, 45: room.RecordStart}, "early=drop&to=" + stamp(45), "in@5", 3},
		{"it was running before the exported time", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "early=drop&zero=recording&from=" + stamp(15), "paused@15 last@25", 3},
		{"and runs still", map[int]room.MomentKind{5: room.RecordStart}, "early=drop&from=" + stamp(45), "late@45 much later@65", 0},
		{"it was over before that", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "early=drop&from=" + stamp(45), "late@0 much later@20", 0},
		{"it ended as that begins", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "from=" + stamp(40), "at the end@0 late@10 much later@30", 0},
		{"its end was never reported", map[int]room.MomentKind{-100_000: room.RecordStart}, "early=drop&from=" + stamp(45), "late@0 much later@20", 0},
		{"a stream is the next choice", map[int]room.MomentKind{5: room.RecordStart, 20: room.RecordStop, 8: room.StreamStart}, "early=drop&from=" + stamp(25), "last@22 at the end@32 late@42 much later@62", 0},
		{"from a time on it has no end", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "early=drop&zero=" + stamp(5), "in@5 paused@15 last@25 at the end@35 late@45 much later@65", 0},
		{"nor from the first", map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop}, "zero=first", "early@0 in@10 paused@20 last@30 at the end@40 late@50 much later@70", 0},
	} {
		text, result, err := exported(t, archiveOf(t, topics, tt.moments), "format=jsonl&"+tt.query)
		if got := timesIn(t, text); got != tt.want || err != nil || result.Selected.After != tt.after {
			t.Errorf("%s: %v %+v\n got %s\nwant %s", tt.name, err, result, got, tt.want)
		}
	}
	ended := archiveOf(t, topics, map[int]room.MomentKind{5: room.RecordStart, 40: room.RecordStop})
	for _, f := range export.Formats {
		text, result, err := exported(t, ended, "format="+string(f))
		if keeps := f == export.JSONLines || f == export.CSV; err != nil || strings.Contains(text, "late") != keeps || strings.Contains(text, "early") != keeps || result.Selected.After != 3 {
			t.Errorf("%s: %+v, %v\n%s", f, result, err, text)
		}
	}
}

// TestPrepareRefuses checks that the error names what is wrong.
func TestPrepareRefuses(t *testing.T) {
	db := archiveOf(t, map[int]string{1: "hello"}, nil)
	for query, want := range map[string]string{
		"":                             `format "": use ` + export.Names(export.Formats),
		"format=mp4":                   `format "mp4"`,
		"format=csv&from=yesterday":    `from "yesterday"`,
		"format=csv&from=9&to=8":       "before from",
		"format=csv&status=lost":       `status "lost"`,
		"format=csv&early=maybe":       `early "maybe"`,
		"format=csv&zero=soon":         `zero "soon"`,
		"format=csv&zero=recording":    "no recording",
		"format=jsonl&bom=1":           "bom: jsonl has no byte order mark",
		"format=bilibili-xml&bom=1":    "or use ass, ",
		"format=niconico-xml&bom=true": "bom",
		"format=mp4&early=x&zero=y":    `early "x": use drop or clamp; zero "y"`,
	} {
		_, _, err := exported(t, db, query)
		var why *room.ExplainedError
		if !errors.As(err, &why) || !errors.Is(err, room.ErrInvalid) || !strings.Contains(why.Detail, want) {
			t.Errorf("%q: %v", query, err)
		}
	}
	for _, query := range []string{"format=jsonl&bom=0", "format=jsonl&bom=false", "format=ass&bom=1", "format=csv&from=8&to=8"} {
		if _, _, err := exported(t, db, query); err != nil {
			t.Errorf("%q: %v", query, err)
		}
	}
	if !slices.Contains(export.Params, "bom") {
		t.Error("bom is no parameter")
	}
}
