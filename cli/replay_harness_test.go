package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"danmaku/config"
)

// replayPost is one request as the server saw it.
type replayPost struct {
	path, auth string
	Ref        string `json:"ref"`
	Text       string `json:"text"`
	Mode       string `json:"mode"`
	Color      string `json:"color"`
	Size       string `json:"size"`
	Author     string `json:"author"`
	Name       string `json:"name"`
	Source     string `json:"source"`
}

// replayServer answers every comment as its text asks, in the words of the protocol: "held",
// "refused", "slow" and "busy" (once each, then shown), a status such as "=404 not_found"
// always; any other text is shown.
type replayServer struct {
	mu    sync.Mutex
	posts []replayPost
	seen  map[string]int // by ref
	after func(n int)    // called with the number of posts so far
}

func (s *replayServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := replayPost{path: r.Method + " " + r.URL.Path, auth: r.Header.Get("Authorization")}
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.posts = append(s.posts, p)
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	s.seen[p.Ref]++
	first, n := s.seen[p.Ref] == 1, len(s.posts)
	s.mu.Unlock()
	if s.after != nil {
		s.after(n)
	}
	answer := func(status int, body string) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
	var status int
	var code string
	n, _ = fmt.Sscanf(p.Text, "=%d %s", &status, &code)
	switch {
	case n > 0:
		w.Header().Set("Location", "https://elsewhere.example/")
		answer(status, fmt.Sprintf(`{"code":%q,"message":"so it is"}`, code))
	case p.Text == "held":
		answer(202, `{"outcome":"held","id":"1"}`)
	case p.Text == "refused":
		answer(422, `{"outcome":"refused","code":"refused"}`)
	case p.Text == "slow" && first:
		w.Header().Set("Retry-After", "1")
		answer(429, `{"outcome":"refused","code":"slow_down","wait_ms":5}`)
	case p.Text == "busy" && first:
		answer(503, `{"outcome":"refused","code":"busy","wait_ms":5}`)
	default:
		answer(201, `{"outcome":"shown","id":"1"}`)
	}
}

func (s *replayServer) texts(author string) (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Author == author {
			out = append(out, p.Text)
		}
	}
	return out
}

// runReplayCommand runs `danmaku replay` with the test's own links.
func runReplayCommand(ctx context.Context, args, environ []string, out, errs io.Writer, links linkOpener) int {
	return run(ctx, Env{Args: append([]string{"replay"}, args...), Environ: environ, Out: out, Err: errs, links: links})
}

// writeRecording writes a file with the comments "author: text", a millisecond apart.
func writeRecording(t *testing.T, comments ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("<i>\n")
	for n, c := range comments {
		author, text, _ := strings.Cut(c, ": ")
		fmt.Fprintf(&b, "<d p=\"%g,5,36,16744448,1700000000,0,%s,%d\">%s</d>\n", float64(n)/1000, author, n, text)
	}
	b.WriteString("</i>")
	path := filepath.Join(t.TempDir(), "show.xml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func noLinks(context.Context, config.Config) (senderLinks, error) {
	return nil, errors.New("no link was to be made")
}

// runReplay replays against s with a key.
func runReplay(t *testing.T, ctx context.Context, s *replayServer, file string, more ...string) (code int, out, errOut string) {
	t.Helper()
	srv := httptest.NewServer(s)
	defer srv.Close()
	var o, e bytes.Buffer
	args := append([]string{file, "--room", "hall", "--url", srv.URL, "--speed", "1000000"}, more...)
	code = runReplayCommand(ctx, args, []string{"DANMAKU_KEY=secret", "DANMAKU_DATA=" + t.TempDir()}, &o, &e, noLinks)
	return code, o.String(), e.String()
}

// writeTempFile creates a file with a text.
func writeTempFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// recordedLinks replaces a data folder.
type recordedLinks struct {
	acts   []string
	newErr error
}

func (l *recordedLinks) New(_ context.Context, room, label string) (string, func(context.Context) error, error) {
	l.acts = append(l.acts, "new "+room+" "+label)
	return "made", func(ctx context.Context) error {
		l.acts = append(l.acts, "revoke")
		return ctx.Err()
	}, l.newErr
}

func (l *recordedLinks) Close() error {
	l.acts = append(l.acts, "close")
	return nil
}

// roundTrip answers requests without a network, so that time can be faked.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func shownAnswer() *http.Response {
	return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"outcome":"shown"}`))}
}
