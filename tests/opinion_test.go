package tests

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/signature"
)

// exampleService starts the service of docs/second-opinion.md, and returns its address.
func exampleService(t *testing.T, key string) (address string, stop func()) {
	t.Helper()
	port, _, stop := startExample(t, "docs/second-opinion.md", key, "0")
	return "http://127.0.0.1:" + port + "/check", stop
}

// python finds Python; without it the test is skipped, but fails in CI.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(path, "-c", "import http.server").Run()
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the examples of the pages need python3:", err)
		}
		t.Skip("no python3 to run the example:", err)
	}
	return path
}

// startExample starts the page's only Python program, unchanged, with
// arguments, and returns its port and its further output.
func startExample(t *testing.T, page string, args ...string) (port string, lines *bufio.Reader, stop func()) {
	t.Helper()
	interpreter := python(t)
	code := fenced(readPage(t, page), "python")
	if len(code) != 1 || strings.Count(code[0], "\n") > 70 {
		t.Fatalf("%s has %d examples, or a longer one than stated", page, len(code))
	}
	script := filepath.Join(t.TempDir(), "example.py")
	if err := os.WriteFile(script, []byte(code[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(interpreter, append([]string{script}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	lines = bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	port, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on port ")
	if err != nil || !ok {
		t.Fatalf("the example prints %q: %v", line, err)
	}
	return port, lines, stop
}

// The service of docs/second-opinion.md decides about comments: pass, hold, and
// refuse with a reason that moderators see and authors do not. The key stays the
// same after a restart, and the service has no opinion on requests not signed with it.
func TestSecondOpinionOfTheExample(t *testing.T) {
	data := t.TempDir()
	p := start(t, data, "--check-url", "http://127.0.0.1:1/") // writes the key
	p.stop()
	key := filepath.Join(data, "check.key")
	if st, err := os.Stat(key); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("the key: %v, %v", st, err)
	}
	address, _ := exampleService(t, key)
	resp, err := http.Post(address, "application/json", strings.NewReader(`{"text":"x","room":"live"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned request gets status %d", resp.StatusCode)
	}

	// One server reads the key from a variable, the other from the file.
	if err := os.WriteFile(filepath.Join(data, "danmaku.toml"), []byte("check-fail = 'pass'\nuser-rate = 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = startIn(t, environment{environ: []string{"DANMAKU_CHECK_URL=" + address}, within: patience}, data)
	mod := p.moderator()
	console := mod.open("console", "")
	console.next("hello")
	phone := p.phone()
	s := phone.open("audience", "")
	if h := s.next("hello"); h.Room == nil || !h.Room.SecondOpinion {
		t.Errorf("hello does not say that a service reads comments: %+v", h.Room)
	}
	if _, body := mod.do("GET", liveRoom, nil, nil); !strings.Contains(body, `"second_opinion":true`) {
		t.Errorf("the room does not report it: %s", body)
	}
	for text, want := range map[string]struct{ outcome, code, kind, reason string }{
		"hello there":           {outcome: "shown", kind: "comment"},
		"win $$$ today":         {outcome: "held", kind: "held", reason: "shouts about money"},
		"Pineapple is the best": {outcome: "refused", code: "refused", kind: "refused", reason: "no talk of pineapple"},
	} {
		a := s.say(text)
		if a.Outcome != want.outcome || a.Code != want.code {
			t.Errorf("%s: %+v", text, a)
		}
		e := console.until(text, func(e event) bool { return e.Text == text })
		if e.Type != want.kind || e.Detail != want.reason || (e.Rule == "second_opinion") != (want.reason != "") {
			t.Errorf("%s: the console receives %+v", text, e)
		}
	}
	// A comment that the filter stops does not leave the machine.
	if a := s.say("see https://spam.example/win"); a.Outcome != "refused" {
		t.Errorf("%+v", a)
	}
	n := mod.numbers()
	if o := n.Opinion; o == nil || !o.Answering || o.Asked != 3 || o.Held != 1 || o.Refused != 1 || o.Failed != 0 {
		t.Errorf("stats: %+v", o)
	}
	if n.Refused["second_opinion"] != 2 {
		t.Errorf("stopped by rule: %v", n.Refused)
	}
	// A room as read can be sent back.
	p.console().call("PATCH", liveRoom, map[string]any{"title": "again", "second_opinion": true}, 200)
}

// A comment without an answer is held or passes, as check-fail says. A comment refused by
// the service is published nowhere, and a masked comment is sent, and shown, masked.
func TestSecondOpinionWithoutAnswer(t *testing.T) {
	for fail, outcome := range map[string]string{"hold": "held", "pass": "shown"} {
		p := start(t, t.TempDir(), "--check-url", "http://127.0.0.1:1/", "--check-fail", fail, "--user-rate", "0")
		mod := p.moderator()
		s := p.phone().open("audience", "")
		for i := range 8 { // beyond the five failures after which the service is not called
			if a := s.say(fmt.Sprint("number ", i)); a.Outcome != outcome {
				t.Errorf("%s: %+v", fail, a)
			}
		}
		if o := mod.numbers().Opinion; o == nil || o.Answering || o.Failed != 8 {
			t.Errorf("%s: %+v", fail, o)
		}
		p.stop()
		if logs := p.logs.String(); !strings.Contains(logs, "the second opinion does not answer") || strings.Contains(logs, "number ") {
			t.Errorf("%s: the log: %s", fail, logs)
		}
	}
}

func TestSecondOpinionOfMaskedAndRefused(t *testing.T) {
	texts := make(chan string, 16)
	data := t.TempDir()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		texts <- string(body)
		w.Header().Set("Content-Type", "application/json")
		action := "hold"
		if strings.Contains(string(body), "never") {
			action = "refuse"
		}
		fmt.Fprintf(w, `{"action":%q,"reason":""}`, action)
	}))
	t.Cleanup(srv.Close)
	p := startIn(t, environment{within: patience}, data, "--check-url", srv.URL, "--user-rate", "0")
	mod := p.moderator()
	mod.call("PUT", liveRoom+"/rules", map[string]any{"name": "ours", "text": "tangerine => mask"}, 200)
	p.console().call("PATCH", liveRoom, map[string]any{"slow_ms": 60_000}, 200)
	console := mod.open("console", "")
	console.next("hello")
	s := p.phone().open("audience", "")
	if a := s.say("I say never"); a.Outcome != "refused" || a.WaitMS != 0 {
		t.Errorf("%+v", a)
	}
	<-texts
	// Slow mode does not count it: the next one is checked at once.
	a := s.say("my tangerine")
	if a.Outcome != "held" {
		t.Fatalf("%+v", a)
	}
	if sent := <-texts; !strings.Contains(sent, `"my *********"`) || strings.Contains(sent, "tangerine") {
		t.Errorf("the service receives %s", sent)
	}
	e := console.until("held", func(e event) bool { return e.Type == "held" })
	if e.Text != "my *********" || e.Original != "my tangerine" {
		t.Errorf("%+v", e)
	}
	mod.call("POST", liveRoom+"/comments/"+a.ID+"/approve", nil, 200)
	if e := console.until("shown", isEvent("comment", a.ID)); e.Text != "my *********" {
		t.Errorf("shown, its text is %q", e.Text)
	}
	raw, err := os.ReadFile(filepath.Join(data, "check.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.ParseKey(string(raw)); err != nil {
		t.Error(err)
	}
}

// While one comment waits for its opinion, others are published, and a mute of its
// author meanwhile applies to it.
func TestSecondOpinionBlocksNobodyElse(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "slow words") {
			close(asked)
			<-answer
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"action":"pass"}`)
	}))
	t.Cleanup(srv.Close)
	p := startIn(t, environment{within: patience}, t.TempDir(), "--check-url", srv.URL, "--user-rate", "0")
	mod, overlay := p.moderator(), p.overlaySocket("")
	s, other := p.phone().open("audience", ""), p.phone().open("audience", "")
	me := s.next("hello").User.ID
	s.send("slow", "slow words")
	<-asked
	if a := other.say("quick words"); a.Outcome != "shown" {
		t.Errorf("%+v", a)
	}
	overlay.until("quick words", func(e event) bool { return e.Text == "quick words" })
	mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "seconds": 600}, 201)
	close(answer)
	if a := s.next("ack"); a.Outcome != "refused" || a.Code != "muted" {
		t.Errorf("muted while it waited: %+v", a)
	}
}
