package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/client"
	"danmaku/config"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
)

func TestReplayOutcomes(t *testing.T) {
	s := &replayServer{}
	file := writeRecording(t, "a: one", "a: slow", "a: two", "b: busy", "b: three/n/n四", "c: held", "c: refused", "d: =422 too_long", "e: =500 internal",
		"f: http://x.example/news")
	code, out, errOut := runReplay(t, t.Context(), s, file)
	if want := "show.xml to room hall"; !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwithout %q", out, want)
	}
	_, account, _ := strings.Cut(out, "to room")
	_, account, _ = strings.Cut(account, "\n")
	if d := cmp.Diff("  shown         6\n  held          1\n  refused       2  (refused 1, too_long 1)\n  skipped       0\n  failed        1\n", account); d != "" {
		t.Errorf("account (-want +got):\n%s", d)
	}
	if code != 1 || !strings.Contains(errOut, "1 comments failed; the last: the server answered 500 internal so it is") {
		t.Errorf("code %d, errors %q; a comment that failed is a failure", code, errOut)
	}
	if d := cmp.Diff([]string{"one", "slow", "slow", "two"}, s.texts("a")); d != "" {
		t.Errorf("order of one author:\n%s", d)
	}
	if d := cmp.Diff([]string{"busy", "busy", "three\n\n四"}, s.texts("b")); d != "" {
		t.Errorf("order of one author:\n%s", d)
	}
	if d := cmp.Diff([]string{"http://x.example/news"}, s.texts("f")); d != "" {
		t.Errorf("an address is no line break:\n%s", d)
	}
	if len(s.seen) != 10 || len(s.posts) != 12 {
		t.Errorf("%d refs in %d posts, want one ref for each of 10 comments, two of them sent twice", len(s.seen), len(s.posts))
	}
	for _, p := range s.posts {
		want := replayPost{path: "POST /api/rooms/hall/comments", auth: "Bearer secret", Ref: p.Ref, Text: p.Text, Author: p.Author,
			Mode: "top", Color: "#ff8000", Size: "big", Source: "replay"}
		if p != want {
			t.Errorf("got %+v, want %+v", p, want)
		}
	}
}

// A second replay of the same file must not look like a repetition of the first.
func TestReplayAgain(t *testing.T) {
	s := &replayServer{}
	file := writeRecording(t, "a: one", "b: two")
	for range 2 {
		if code, _, errOut := runReplay(t, t.Context(), s, file); code != 0 {
			t.Fatal(errOut)
		}
	}
	if len(s.seen) != 4 {
		t.Errorf("%d refs for two replays of two comments, want 4", len(s.seen))
	}
}

// These answers end a replay at the first of them.
func TestReplayFinalAnswers(t *testing.T) {
	for text, want := range map[string]string{
		"=401 not_allowed": "the server does not take the key (401 not_allowed so it is)",
		"=403 not_allowed": "the key may not send to this room (403 not_allowed so it is)",
		"=404 not_found":   "there is no such room at http://",
		"=409 room_closed": "the room is closed (409 room_closed so it is)",
		"=308 moved":       "the server sends on to https://elsewhere.example/; give that address as --url",
	} {
		s := &replayServer{}
		code, out, errOut := runReplay(t, t.Context(), s, writeRecording(t, "a: one", "a: "+text, "a: two", "a: three"))
		if code != 1 || !strings.HasPrefix(errOut, "danmaku: "+want) {
			t.Errorf("%s: code %d, errors %q, want %q", text, code, errOut, want)
		}
		if !strings.Contains(out, "  shown         1\n") || !strings.Contains(out, "  not sent      3\n") {
			t.Errorf("%s: the summary is\n%s", text, out)
		}
	}
}

func TestReplayInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &replayServer{after: func(n int) {
		if n == 3 {
			cancel()
		}
	}}
	code, out, errOut := runReplay(t, ctx, s, writeRecording(t, "a: 1", "a: 2", "a: 3", "a: 4", "a: 5", "a: 6"))
	if code != 0 || errOut != "" {
		t.Errorf("code %d, errors %q", code, errOut)
	}
	// The command waits for comments in flight, so the summary is correct.
	if !strings.Contains(out, "  shown         3\n") || !strings.Contains(out, "  not sent      3\n") {
		t.Errorf("the summary is\n%s", out)
	}
}

func TestReplayMakesALinkAndRevokesIt(t *testing.T) {
	all := []string{"new live replay show.xml", "revoke", "close"}
	for _, row := range []struct {
		name, text string
		interrupt  bool
		links      recordedLinks
		acts       []string
		code       int
		errOut     string
	}{
		{name: "done", text: "hi", acts: all},
		{name: "interrupted", text: "hi", interrupt: true, acts: all},
		{name: "key not known there", text: "=401 x", acts: all, code: 1, errOut: "does not keep its data in"},
		{name: "no link", text: "hi", links: recordedLinks{newErr: room.ErrNotFound}, acts: []string{all[0], "close"}, code: 1, errOut: "make a sender link: there is no room live in "},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &replayServer{after: func(int) {
				if row.interrupt {
					cancel()
				}
			}}
			srv := httptest.NewServer(s)
			defer srv.Close()
			data := t.TempDir()
			var out, errOut bytes.Buffer
			code := runReplayCommand(ctx, []string{writeRecording(t, "a: "+row.text), "--data", data, "--url", srv.URL}, nil, &out, &errOut,
				func(_ context.Context, cfg config.Config) (senderLinks, error) {
					if cfg.Data != data {
						t.Errorf("opened %q, want %q", cfg.Data, data)
					}
					return &row.links, nil
				})
			if d := cmp.Diff(row.acts, row.links.acts); d != "" {
				t.Errorf("acts (-want +got):\n%s", d)
			}
			if code != row.code || !strings.Contains(errOut.String(), row.errOut) || row.errOut == "" && errOut.Len() > 0 {
				t.Errorf("code %d, errors %q", code, errOut.String())
			}
			for _, p := range s.posts {
				if p.auth != "Bearer made" {
					t.Errorf("sent with %q", p.auth)
				}
			}
		})
	}
}

func TestReplayWithoutADataFolder(t *testing.T) {
	var out, errOut bytes.Buffer
	code := runReplayCommand(t.Context(), []string{writeRecording(t, "a: x"), "--data", filepath.Join(t.TempDir(), "none")}, nil, &out, &errOut, noLinks)
	if code != 1 || !strings.Contains(errOut.String(), "to make a sender link in; name the server's with --data, or give --key") {
		t.Errorf("code %d, errors %q", code, errOut.String())
	}
}

func TestReplayUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		args []string
		want string
	}{
		{nil, "FILE is missing; use: danmaku replay FILE"},
		{[]string{"a", "b"}, `unexpected argument "b"`},
		{[]string{"a", "--speed", "0"}, `--speed "0": write a number`},
		{[]string{"a", "--speed", "NaN"}, `--speed "NaN": write a number`},
		{[]string{"a", "--room", "No Room"}, `--room "No Room": use`},
		{[]string{"a", "--url", "localhost:2333"}, `--url "localhost:2333": write the server's address`},
		{[]string{"a", "--sped", "2"}, "--sped: there is no such option; did you mean --speed?"},
	} {
		var out, errOut bytes.Buffer
		code := runReplayCommand(t.Context(), row.args, nil, &out, &errOut, noLinks)
		if code != 2 || !strings.HasPrefix(errOut.String(), "danmaku: "+row.want) || out.Len() > 0 {
			t.Errorf("%v: code %d, errors %q, want %q", row.args, code, errOut.String(), row.want)
		}
	}
	var out, errOut bytes.Buffer
	if code := runReplayCommand(t.Context(), []string{"--help"}, nil, &out, &errOut, noLinks); code != 0 || !strings.HasPrefix(out.String(), "Usage: danmaku replay FILE") {
		t.Errorf("help: code %d, %q", code, out.String())
	}
}

func TestLocalURL(t *testing.T) {
	for listen, want := range map[string]string{
		":2333": "http://127.0.0.1:2333", "0.0.0.0:80": "http://127.0.0.1:80", "[::]:1": "http://127.0.0.1:1",
		"192.168.1.5:8080": "http://192.168.1.5:8080", "[::1]:5": "http://[::1]:5", ":0": "",
	} {
		if got, err := localURL(listen); got != want || (err != nil) != (want == "") {
			t.Errorf("localURL(%q) = %q, %v, want %q", listen, got, err, want)
		}
	}
}

func TestReplayKeepsTime(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		begun := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		p := &postman{sender: &client.Sender{
			URL: "http://server/", HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Since(begun))
				return shownAnswer(), nil
			})},
		}}
		items := replay.Items{{}, {Offset: 2 * time.Second}, {Offset: 2 * time.Second}, {Offset: 10 * time.Second}, {Offset: time.Hour}}
		if err := replay.NewPlayer(items, 4, p.deliver).Play(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{0, 500 * time.Millisecond, 500 * time.Millisecond, 2500 * time.Millisecond, 15 * time.Minute}
		if d := cmp.Diff(want, at); d != "" {
			t.Errorf("sent at (-want +got):\n%s", d)
		}
	})
}

func TestReplayWaitsForASilentServer(t *testing.T) {
	for _, row := range []struct {
		silent time.Duration
		want   string
	}{
		{silent: 20 * time.Second},
		{silent: time.Hour, want: "no answer for 31s: "},
	} {
		testrace.Bubble(t, func(t *testing.T) {
			var refs []string
			begun := time.Now()
			p := &postman{timeout: 30 * time.Second, run: "r", sender: &client.Sender{
				URL: "http://server/", HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					var post replayPost
					if err := json.NewDecoder(r.Body).Decode(&post); err != nil {
						t.Error(err)
					}
					refs = append(refs, post.Ref)
					if time.Since(begun) < row.silent {
						return nil, io.ErrUnexpectedEOF
					}
					return shownAnswer(), nil
				})},
			}}
			err := replay.NewPlayer(replay.Items{{Text: "x"}}, 1, p.deliver).Play(t.Context())
			if row.want == "" && (err != nil || p.tally.shown != 1) {
				t.Errorf("after %v: %v, %+v", row.silent, err, p.tally)
			}
			if row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
				t.Errorf("after %v: got %v, want %s", row.silent, err, row.want)
			}
			for _, ref := range refs {
				if ref != "r-0" {
					t.Errorf("sent again with another ref: %v", refs)
				}
			}
		})
	}
}

func TestReplayWithoutAServer(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	var out, errOut bytes.Buffer
	code := runReplayCommand(t.Context(), []string{writeRecording(t, "a: x"), "--url", srv.URL, "--key", "k"}, nil, &out, &errOut, noLinks)
	if code != 1 || !strings.HasPrefix(errOut.String(), "danmaku: nobody answers there: ") {
		t.Errorf("code %d, errors %q", code, errOut.String())
	}
}
