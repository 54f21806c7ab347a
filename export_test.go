package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/export"
)

// runExport runs the command beside a running server.
func runExport(t *testing.T, p *program, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"export", "--data", p.data}, args...)
	code = run(t.Context(), environment{args: args, out: &o, err: &e})
	return code, o.String(), e.String()
}

// exportRoom is a running program with two comments on the screens and one that
// was taken down.
func exportRoom(t *testing.T) (*program, *browser) {
	t.Helper()
	p := start(t, t.TempDir(), "--user-rate", "0")
	phone, console := p.phone(), p.console()
	post := func(text string) string {
		t.Helper()
		status, body := phone.do("POST", "/api/rooms/live/comments", map[string]string{"text": text}, ours)
		if status != http.StatusCreated {
			t.Fatalf("%q: %d %s", text, status, body)
		}
		var ack struct{ ID string }
		if err := json.Unmarshal([]byte(body), &ack); err != nil {
			t.Fatal(err)
		}
		return ack.ID
	}
	post("the first")
	gone := post("taken down later")
	post("=the second")
	if status, body := console.do("POST", "/api/rooms/live/comments/"+gone+"/remove", nil, ours); status/100 != 2 {
		t.Fatalf("remove: %d %s", status, body)
	}
	return p, console
}

func TestExportOverHTTP(t *testing.T) {
	p, console := exportRoom(t)
	for _, f := range export.Formats {
		status, body := console.do("GET", "/api/rooms/live/export?format="+string(f), nil, nil)
		if status != http.StatusOK || !strings.Contains(body, "the first") || strings.Contains(body, "taken down") {
			t.Errorf("%s: %d %s", f, status, body)
		}
		code, out, errs := runExport(t, p, "--format", string(f))
		if code != exitDone || out != body || !strings.Contains(errs, "2 comments written") {
			t.Errorf("%s by command: %d %s%s", f, code, errs, out)
		}
	}
	if _, body := console.do("GET", "/api/rooms/live/export?format=jsonl&all=1", nil, nil); !strings.Contains(body, `"removed"`) {
		t.Errorf("all is %s", body)
	}
	if _, body := console.do("GET", "/api/rooms/live/export?format=csv&status=removed", nil, nil); strings.Count(body, "\r\n") != 2 {
		t.Errorf("removed alone is %s", body)
	}
	for _, bad := range []string{"", "format=exe", "format=csv&from=yesterday", "format=csv&status=lost", "format=csv&early=maybe", "format=csv&zero=recording"} {
		status, body := console.do("GET", "/api/rooms/live/export?"+bad, nil, nil)
		if status != http.StatusUnprocessableEntity || strings.Contains(body, "out of bounds") {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
	for who, b := range map[string]*browser{"phone": p.phone(), "nobody": p.browser()} {
		if status, body := b.do("GET", "/api/rooms/live/export?format=csv", nil, nil); status != http.StatusUnauthorized || strings.Contains(body, "first") {
			t.Errorf("%s: %d %s", who, status, body)
		}
	}
	overlay := map[string]string{"Authorization": "Bearer " + p.overlay}
	if status, _ := p.browser().do("GET", "/api/rooms/live/export?format=csv", nil, overlay); status != http.StatusForbidden {
		t.Errorf("the overlay's key: %d", status)
	}
	if status, _ := console.do("GET", "/api/rooms/none/export?format=csv", nil, nil); status != http.StatusNotFound {
		t.Errorf("no room: %d", status)
	}
}

// TestExportFromRecording has the overlay tell of a recording: it is the zero of
// an export, and what came before it has no place there.
func TestExportFromRecording(t *testing.T) {
	p, console := exportRoom(t)
	overlay, _, err := p.browser().dial("overlay", "&key="+p.overlay, nil)
	if err != nil {
		t.Fatal(err)
	}
	overlay.next("hello")
	// Two acts: what has been answered proves that the first is noted.
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

// TestExportOfAPausedRecording has the overlay tell of a pause: what came in it
// is not in the file, and counted.
func TestExportOfAPausedRecording(t *testing.T) {
	p, console := exportRoom(t)
	overlay, _, err := p.browser().dial("overlay", "&key="+p.overlay, nil)
	if err != nil {
		t.Fatal(err)
	}
	overlay.next("hello")
	tell := func(event string) {
		t.Helper()
		for now := time.Now().UnixMilli(); now == time.Now().UnixMilli(); { // the log counts in ms: what was said is before it
		}
		// Two acts: what has been answered proves that the first is noted.
		for _, msg := range []string{`{"type":"obs","event":"` + event + `","ago":0}`, `{"type":"obs","event":"nonsense"}`} {
			if err := overlay.conn.WriteMessage(1, []byte(msg)); err != nil {
				t.Fatal(err)
			}
		}
		overlay.next("error")
		for now := time.Now().UnixMilli(); now == time.Now().UnixMilli(); { // and what is said next is after it
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

func jsonNow() string {
	b, _ := json.Marshal(time.Now().UnixMilli()) // a number can always be written
	return string(b)
}

// TestExportIsReplayed plays an export back: what was taken down stays down.
func TestExportIsReplayed(t *testing.T) {
	p, _ := exportRoom(t)
	for _, f := range []export.Format{export.JSONLines, export.BilibiliXML, export.NiconicoXML} {
		path := filepath.Join(t.TempDir(), "room"+f.Suffix())
		if code, _, errs := runExport(t, p, "--format", string(f), "--all", "--out", path); code != exitDone {
			t.Fatalf("export: %d %s", code, errs)
		}
		if f != export.JSONLines { // the others cannot say what was not shown
			if code, _, errs := runExport(t, p, "--format", string(f), "--out", path); code != exitDone {
				t.Fatalf("export: %d %s", code, errs)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		var out, errs bytes.Buffer
		target := start(t, t.TempDir())
		args := []string{"replay", path, "--url", target.base, "--data", target.data, "--speed", "1000000"}
		if code := run(t.Context(), environment{args: args, out: &out, err: &errs}); code != exitDone {
			t.Fatalf("%s: %d %s%s", f, code, &errs, &out)
		}
		_, said, _ := runExport(t, target, "--format", "jsonl")
		if !strings.Contains(said, "the first") || !strings.Contains(said, "=the second") || strings.Contains(said, "taken down") {
			t.Errorf("%s: replayed is %s", f, said)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	p := start(t, t.TempDir())
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"":                                    {exitUsage, "use: danmaku export"},
		"--format mp4":                        {exitUsage, "use bilibili-xml, ass, niconico-xml, jsonl or csv"},
		"--format csv more":                   {exitUsage, "use: danmaku export"},
		"--format csv --room none":            {exitFailed, `no room "none"`},
		"--format csv --out /nowhere/at/all":  {exitFailed, "/nowhere/at"},
		"--format csv --zero recording":       {exitUsage, "OBS told of no recording"},
		"--format csv --data /nowhere/at/all": {exitFailed, "no data folder"},
	} {
		code, out, errs := runExport(t, p, strings.Fields(args)...)
		if code != want.code || out != "" || !strings.Contains(errs, want.text) {
			t.Errorf("%q: %d %s%s", args, code, errs, out)
		}
	}
	if code, out, _ := runExport(t, p, "--help"); code != exitDone || !strings.Contains(out, "--zero WHEN") {
		t.Errorf("--help: %d %s", code, out)
	}
}
