package tests

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestExportFromRecording: the overlay reports a recording, which is the zero of an export;
// earlier comments have no place there.
func TestExportFromRecording(t *testing.T) {
	p, console := exportRoom(t)
	overlay, _, err := p.browser().dial("overlay", "&key="+p.overlay, nil)
	if err != nil {
		t.Fatal(err)
	}
	overlay.next("hello")
	// Two events: the answer to the second proves that the first is stored.
	for _, msg := range []string{`{"type":"obs","event":"record_start","at":` + jsonNow() + `}`, `{"type":"obs","event":"nonsense"}`} {
		if err := overlay.conn.WriteMessage(1, []byte(msg)); err != nil {
			t.Fatal(err)
		}
	}
	overlay.next("error")
	if status, body := p.phone().do("POST", "/api/rooms/live/comments", map[string]string{"text": "on tape"}, ours); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	_, body := console.do("GET", "/api/rooms/live/export?format=bilibili-xml", nil, nil)
	if strings.Contains(body, "the first") || !strings.Contains(body, "on tape") {
		t.Errorf("from the recording on: %s", body)
	}
	_, out, errs := runExport(t, p, "--format", "ass")
	if strings.Contains(out, "the first") || !strings.Contains(errs, "2 came before the beginning") {
		t.Errorf("by command: %s%s", errs, out)
	}
	if _, out, _ = runExport(t, p, "--format", "ass", "--zero", "first"); !strings.Contains(out, "the first") {
		t.Errorf("from the first comment on: %s", out)
	}
	_, out, _ = runExport(t, p, "--format", "csv")
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(table) != 4 || table[1][4][0] != '-' || table[2][5] != "'=the second" {
		t.Errorf("%v %q", err, table)
	}
}

// TestExportOfAPausedRecording: the overlay reports a pause; comments from the pause are not
// in the file, but counted.
func TestExportOfAPausedRecording(t *testing.T) {
	p, console := exportRoom(t)
	overlay, _, err := p.browser().dial("overlay", "&key="+p.overlay, nil)
	if err != nil {
		t.Fatal(err)
	}
	overlay.next("hello")
	tell := func(event string) {
		t.Helper()
		for now := time.Now().UnixMilli(); now == time.Now().UnixMilli(); { // the log counts in ms: earlier comments are before it
		}
		// Two events: the answer to the second proves that the first is stored.
		for _, msg := range []string{`{"type":"obs","event":"` + event + `","ago":0}`, `{"type":"obs","event":"nonsense"}`} {
			if err := overlay.conn.WriteMessage(1, []byte(msg)); err != nil {
				t.Fatal(err)
			}
		}
		overlay.next("error")
		for now := time.Now().UnixMilli(); now == time.Now().UnixMilli(); { // and later comments are after it
		}
	}
	say := func(text string) {
		t.Helper()
		if status, body := p.phone().do("POST", "/api/rooms/live/comments", map[string]string{"text": text}, ours); status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
	}
	tell("record_start")
	say("on tape")
	tell("record_pause")
	say("unheard")
	tell("record_resume")
	say("on tape again")
	_, body := console.do("GET", "/api/rooms/live/export?format=bilibili-xml", nil, nil)
	if strings.Contains(body, "unheard") || !strings.Contains(body, ">on tape<") || !strings.Contains(body, ">on tape again<") {
		t.Errorf("of a paused recording: %s", body)
	}
	body, head := console.fetch("/api/rooms/live/export?format=jsonl")
	if got := head.Get("Danmaku-Paused"); got != "1" {
		t.Errorf("%q came in the pause", got)
	}
	var early, offsets []int64
	for d := json.NewDecoder(strings.NewReader(body)); ; {
		var row struct {
			Offset int64 `json:"offset_ms"`
		}
		if err := d.Decode(&row); err != nil {
			break
		}
		if row.Offset < 0 {
			early = append(early, row.Offset)
		} else {
			offsets = append(offsets, row.Offset)
		}
	}
	if len(early) != 2 || len(offsets) != 3 || !slices.IsSorted(offsets) {
		t.Errorf("JSON Lines have %v and %v", early, offsets)
	}
	if _, out, errs := runExport(t, p, "--format", "ass"); strings.Contains(out, "unheard") || !strings.Contains(errs, "1 came while the recording was paused and are left out") {
		t.Errorf("by command: %s%s", errs, out)
	}
	if _, out, errs := runExport(t, p, "--format", "ass", "--early", "clamp"); !strings.Contains(out, "unheard") || !strings.Contains(errs, "put where it stood") {
		t.Errorf("clamped: %s%s", errs, out)
	}
	if _, out, _ := runExport(t, p, "--format", "ass", "--zero", "first"); !strings.Contains(out, "unheard") {
		t.Errorf("from the first comment on: %s", out)
	}
}
