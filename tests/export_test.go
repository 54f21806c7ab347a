package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/export"
)

// runExport runs the command while the server runs.
func runExport(t *testing.T, p *program, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"export", "--data", p.data}, args...)
	code = run(t.Context(), environment{args: args, out: &o, err: &e})
	return code, o.String(), e.String()
}

// exportRoom is a running program with two shown comments and a removed one.
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
	_, page := p.browser().do("GET", "/console/live?code="+p.code, nil, nil)
	for _, f := range export.Formats {
		if row := fmt.Sprintf(`{"name":"%s","timed":%t,"marked":%t}`, f, f.Timed(), f.Marked()); !strings.Contains(html.UnescapeString(page), row) {
			t.Errorf("the console's page does not have %s", row)
		}
	}
	if _, body := console.do("GET", "/api/rooms/live/export?format=jsonl&all=1", nil, nil); !strings.Contains(body, `"removed"`) {
		t.Errorf("all is %s", body)
	}
	if _, body := console.do("GET", "/api/rooms/live/export?format=csv&status=removed", nil, nil); strings.Count(body, "\r\n") != 2 {
		t.Errorf("removed alone is %s", body)
	}
	for _, bad := range []string{"", "format=exe", "format=csv&from=yesterday", "format=csv&status=lost", "format=csv&early=maybe", "format=csv&zero=recording", "format=niconico-xml&bom=1"} {
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

// TestExportOverwritesByForceAlone checks that only --force overwrites an existing file.
func TestExportOverwritesByForceAlone(t *testing.T) {
	p, _ := exportRoom(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "room.csv")
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	precious := func(path, want string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), want) || want == "" && len(text) > 0 {
			t.Errorf("%s holds %q, %v", path, text, err)
		}
	}
	for _, old := range []string{"precious", ""} { // an empty file is a file, too
		if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{path, link} {
			if code, _, errs := runExport(t, p, "--format", "csv", "--out", out); code != exitFailed || !strings.Contains(errs, "exists already") || !strings.Contains(errs, "--force") {
				t.Errorf("%s: %d %s", out, code, errs)
			}
			precious(path, old)
		}
		if code, _, errs := runExport(t, p, "--format", "csv", "--out", path, "--force", "--status", "lost"); code != exitUsage {
			t.Errorf("%d %s", code, errs)
		}
		precious(path, old) // a failing call overwrites nothing
	}
	if code, _, errs := runExport(t, p, "--format", "csv", "--out", link, "--force"); code != exitDone {
		t.Errorf("by force: %d %s", code, errs)
	}
	precious(path, "the first")
	if at, err := os.Readlink(link); err != nil || at != path {
		t.Errorf("the link leads to %q, %v", at, err)
	}
	fresh := filepath.Join(dir, "fresh.csv")
	if code, _, errs := runExport(t, p, "--format", "csv", "--out", fresh); code != exitDone {
		t.Errorf("a new file: %d %s", code, errs)
	}
	precious(fresh, "the first")
	if code, _, errs := runExport(t, p, "--format", "csv", "--out", dir, "--force"); code != exitFailed || !strings.Contains(errs, "is a folder") {
		t.Errorf("a folder: %d %s", code, errs)
	}
	if code, _, errs := runExport(t, p, "--format", "csv", "--out", os.DevNull); code != exitDone {
		t.Errorf("a device: %d %s", code, errs)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is %v, %v", info, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// TestExportHead compares the counts in the headers of an answer with the file.
func TestExportHead(t *testing.T) {
	p, console := exportRoom(t)
	body, head := console.fetch("/api/rooms/live/export?format=jsonl&all=1")
	if n := strings.Count(body, "\n"); n != 3 || head.Get("Danmaku-Count") != "3" || head.Get("Content-Length") != strconv.Itoa(len(body)) {
		t.Errorf("%d lines and %d bytes, the head is %v", n, len(body), head)
	}
	for _, name := range []string{"Early", "Paused", "After", "Covered"} {
		if head.Get("Danmaku-"+name) != "0" {
			t.Errorf("%s is %q", name, head.Get("Danmaku-"+name))
		}
	}
	// Only a client that asks gets progress, which leaves nothing in the headers.
	reported := map[string]string{}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		reported[http.Header(h).Get("Danmaku-Progress")] = http.Header(h).Get("Danmaku-Count")
		return nil
	}}), "GET", p.base+"/api/rooms/live/export?format=csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, asks := range []bool{false, true} {
		if asks {
			r.Header.Set("Danmaku-Progress", "1")
		}
		clear(reported)
		resp, err := console.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(reported) > 0 != asks || asks && reported["2"] != "2" || resp.Header.Get("Danmaku-Progress") != "" || resp.StatusCode != http.StatusOK {
			t.Errorf("asked for progress: %v, reported %v, %d %v", asks, reported, resp.StatusCode, resp.Header)
		}
	}
	for f, want := range map[string]string{"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"} {
		body, head := console.fetch("/api/rooms/live/export?format=" + f + "&bom=1")
		if head.Get("Content-Type") != want || !strings.Contains(head.Get("Content-Disposition"), "."+f) || !strings.HasPrefix(body, "\ufeff") {
			t.Errorf("%s: %v %q", f, head, body)
		}
	}
	if left, err := filepath.Glob(filepath.Join(p.data, "export-*.tmp")); err != nil || len(left) > 0 {
		t.Errorf("left in the data folder: %q, %v", left, err)
	}
}

func jsonNow() string {
	b, _ := json.Marshal(time.Now().UnixMilli()) // a number can always be written
	return string(b)
}

// TestExportIsReplayed replays an export: removed comments stay removed.
func TestExportIsReplayed(t *testing.T) {
	p, _ := exportRoom(t)
	for _, f := range []export.Format{export.JSONLines, export.BilibiliXML, export.NiconicoXML} {
		path := filepath.Join(t.TempDir(), "room"+f.Suffix())
		if code, _, errs := runExport(t, p, "--format", string(f), "--all", "--out", path); code != exitDone {
			t.Fatalf("export: %d %s", code, errs)
		}
		if f != export.JSONLines { // the other formats cannot contain unshown comments
			if code, _, errs := runExport(t, p, "--format", string(f), "--out", path, "--force"); code != exitDone {
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
		"":                                    {exitUsage, "--format is missing; use: danmaku export --format F"},
		"--format mp4":                        {exitUsage, "use bilibili-xml, ass, "},
		"--format csv more":                   {exitUsage, `unexpected argument "more"`},
		"--format csv --room none":            {exitFailed, `no room "none"`},
		"--format csv --out /nowhere/at/all":  {exitFailed, "/nowhere/at"},
		"--format csv --zero recording":       {exitUsage, "OBS reported no recording"},
		"--format jsonl --bom":                {exitUsage, "jsonl has no byte order mark"},
		"--format csv --data /nowhere/at/all": {exitFailed, "/nowhere/at/all holds no data"},
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

// TestExportUsesTheRunningServer checks the command's requests while a server runs, and compares
// the file with the one that the command later writes from the database.
func TestExportUsesTheRunningServer(t *testing.T) {
	p, _ := exportRoom(t)
	to, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	var asked []string // by one request after the other
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		asked = append(asked, r.In.Method+" "+r.In.URL.Path)
		r.SetURL(to)
	}})
	defer proxy.Close()
	if err := os.WriteFile(filepath.Join(p.data, "address"), []byte(proxy.URL+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	queries := [][]string{{"--format", "csv"}, {"--format", "ass"}, {"--format", "jsonl", "--all"}, {"--format", "srt", "--zero", "2100-06-15T12:00:00Z"},
		{"--format", "srt", "--zero", "2100-06-15T12:00:00Z", "--early", "clamp"}, {"--format", "jsonl", "--zero", "2100-06-15T12:00:00Z"},
		{"--format", "csv", "--room", "none"}, {"--format", "csv", "--status", "lost"}}
	type answer struct {
		code      int
		out, errs string
	}
	var online []answer
	for _, q := range queries {
		asked = nil
		code, out, errs := runExport(t, p, q...)
		online = append(online, answer{code, out, errs})
		room := "live"
		if slices.Contains(q, "none") {
			room = "none"
		}
		want := []string{"GET /api/local", "GET /api/rooms/" + room + "/export"}
		if slices.Contains(q, "lost") { // no such status: detected before any request
			want = nil
		}
		if !slices.Equal(asked, want) {
			t.Errorf("%q asked %q, want %q", q, asked, want)
		}
	}
	p.stop()
	for i, q := range queries {
		code, out, errs := runExport(t, p, q...)
		if offline := (answer{code, out, errs}); offline != online[i] {
			t.Errorf("%q: from the database %+v, from the server %+v", q, offline, online[i])
		}
	}
	if got := online[3]; !strings.Contains(got.errs, "0 comments written\n2 came before the beginning (2100-06-1") || !strings.Contains(got.errs, "are left out") {
		t.Errorf("left out: %s", got.errs)
	}
	if got := online[4]; !strings.Contains(got.errs, "2 comments written\n2 came") || !strings.Contains(got.errs, "put at the beginning") {
		t.Errorf("clamped: %s", got.errs)
	}
	if got := online[5]; got.errs != "2 comments written\n" {
		t.Errorf("kept: %s", got.errs)
	}
}
