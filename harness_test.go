package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long a test waits for what must come. It is no measure: a
// test that needs it has failed, also on a slow and busy machine.
const patience = time.Minute

// program is the whole danmaku, running in this process on a port of its own.
type program struct {
	t       testing.TB
	data    string // folder
	base    string // http://127.0.0.1:port
	overlay string // key of the overlay link
	code    string // one-time code of the console
	banner  string
	logs    *bytes.Buffer // read it after stop alone
	stop    func() int    // ends the program and gives its exit code
}

var (
	overlayLine = regexp.MustCompile(`(https?://[^/\s]+)/overlay/live\?key=(\S+)`)
	codeLine    = regexp.MustCompile(`\?code=(\S+)`)
)

// watched is a buffer that tells when a line with a word has come.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	word string
	seen chan struct{}
	once sync.Once
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if strings.Contains(w.buf.String(), w.word) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}

// start runs the program on a data folder and waits until it has printed where
// it is. It is stopped with the test.
func start(t testing.TB, data string, args ...string) *program {
	t.Helper()
	return startIn(t, environment{}, data, args...)
}

// startIn is start in a given environment; its arguments, input and outputs are
// set here.
func startIn(t testing.TB, env environment, data string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := &watched{word: "code=", seen: make(chan struct{})}
	logs := &bytes.Buffer{}
	ended := make(chan int, 1)
	go func() {
		env.args = append([]string{"--listen", "127.0.0.1:0", "--data", data}, args...)
		env.in, env.out, env.err = strings.NewReader(""), out, logs
		ended <- run(ctx, env)
	}()
	select {
	case <-out.seen:
	case code := <-ended:
		cancel()
		t.Fatalf("the program ended with %d: %s", code, logs)
	case <-time.After(patience):
		cancel()
		t.Fatal("the program did not start")
	}
	out.mu.Lock()
	banner := out.buf.String()
	out.mu.Unlock()
	where, code := overlayLine.FindStringSubmatch(banner), codeLine.FindStringSubmatch(banner)
	if where == nil || code == nil {
		cancel()
		t.Fatalf("the banner lacks an address:\n%s", banner)
	}
	p := &program{t: t, data: data, base: where[1], overlay: where[2], code: code[1], banner: banner, logs: logs}
	p.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(patience):
			t.Error("the program did not end")
			return -1
		}
	})
	running.Add(1)
	t.Cleanup(func() {
		p.stop()
		running.Add(-1)
		noLeaks(t)
	})
	return p
}

// ownFrames are in the stack of every goroutine that the program itself starts,
// or that serves a socket.
var ownFrames = regexp.MustCompile(`danmaku/(?:server|live|store)\.|olahol/melody\.|main\.serve`)

// noLeaks fails the test when goroutines of a program that has ended live on.
// One that has done its last act may still need a moment to be gone; a program
// of the same test that still runs is none of our business.
func noLeaks(t testing.TB) {
	t.Helper()
	if running.Load() > 0 {
		return
	}
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); runtime.Gosched() {
		stacks := make([]byte, 4<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left = left[:0]
		for stack := range strings.SplitSeq(string(stacks), "\n\n") {
			if ownFrames.MatchString(stack) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("%d goroutines live on after the program has ended:\n%s", len(left), strings.Join(left, "\n\n"))
}

// running counts the programs of the running test.
var running atomic.Int32

// browser is an HTTP client with cookies, as a phone or a moderator has one.
type browser struct {
	t    testing.TB
	p    *program
	http *http.Client
}

func (p *program) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	p.t.Cleanup(transport.CloseIdleConnections)
	return &browser{t: p.t, p: p, http: &http.Client{Jar: jar, Transport: transport, Timeout: patience}}
}

// phone is a browser that has opened the audience page.
func (p *program) phone() *browser {
	p.t.Helper()
	b := p.browser()
	if status, _ := b.do("GET", "/r/live", nil, nil); status != http.StatusOK {
		p.t.Fatalf("the audience page answers %d", status)
	}
	return b
}

// console is a browser with an owner's session.
func (p *program) console() *browser {
	p.t.Helper()
	b := p.browser()
	link := p.link("owner")
	if status, body := b.do("GET", "/console?key="+link.Key, nil, nil); status != http.StatusOK {
		p.t.Fatalf("the console answers %d: %s", status, body)
	}
	return b
}

// link makes a link with the command, beside the running server.
func (p *program) link(role string) newLink {
	p.t.Helper()
	return makeLink(p.t, p.data, role)
}

func makeLink(t testing.TB, data, role string) newLink {
	t.Helper()
	var out, errs bytes.Buffer
	args := []string{"link", "new", "--role", role, "--room", "live", "--json", "--data", data}
	if code := run(t.Context(), environment{args: args, out: &out, err: &errs}); code != exitDone {
		t.Fatalf("link new ends with %d: %s", code, &errs)
	}
	var l newLink
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// do sends a request; body is sent as JSON when it is not nil.
func (b *browser) do(method, path string, body any, header map[string]string) (int, string) {
	b.t.Helper()
	var r io.Reader
	if body != nil {
		j, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	req, err := http.NewRequest(method, b.p.base+path, r)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

var ours = map[string]string{"X-Requested-With": "danmaku"}

// frame is any frame of the server.
type frame struct {
	Type     string
	Position string
	Events   []event
	Recent   []event
	Resumed  bool
	Ref      string
	Outcome  string
	ID       string
	Code     string
	WaitMS   int64 `json:"wait_ms"`
	Comment  *event
	User     *struct {
		ID, Token string
		Muted     int64 `json:"muted_until"`
	}
	Muted     int64 `json:"muted_until"` // of a user frame
	Held      []event
	HeldTotal int `json:"held_total"`
	Pin       *event
	Room      *reply
	People    int
	Raid      *struct{ Newcomers int }
	Replay    *replayState
	replayState
	Log struct{ Ready bool } // of stats
}

// replayState is how a replay is doing.
type replayState struct {
	State, File, By, Why string
	Total                int
	Counts               struct{ Shown, Held, Refused, Skipped int }
	Speed                float64
	AtMS                 int64 `json:"at_ms"`
	LengthMS             int64 `json:"length_ms"`
	Defects              []struct {
		Line, N       int
		Message, Code string
	}
}

type event struct {
	Type string
	Seq  int64
	ID   string
	Text string
	Name string
	User string
	IDs  []string

	Badge, By, From, Rule, State, Source string
	SlowMS                               int64 `json:"slow_ms"`
	Comment                              *event
}

// socket is a client's end. Frames are read as they come, into a queue of
// their own, so that a test that looks away is no slow client.
type socket struct {
	t      testing.TB
	conn   *websocket.Conn
	frames chan *frame
	passed []frame    // read while waiting for one of another type
	closed chan error // one value, when reading has ended
}

// dial opens a socket. query is added to the role's.
func (b *browser) dial(role, query string, header http.Header) (*socket, *http.Response, error) {
	return b.dialRoom("live", role, query, header)
}

func (b *browser) dialRoom(room, role, query string, header http.Header) (*socket, *http.Response, error) {
	u := "ws" + strings.TrimPrefix(b.p.base, "http") + "/api/rooms/" + room + "/socket?role=" + role + query
	d := websocket.Dialer{Jar: b.http.Jar, HandshakeTimeout: patience}
	if header.Get("Sec-WebSocket-Protocol") == "" {
		d.Subprotocols = []string{"danmaku.v1"}
	}
	conn, resp, err := d.Dial(u, header)
	if err != nil {
		return nil, resp, err
	}
	s := &socket{t: b.t, conn: conn, frames: make(chan *frame, 100_000), closed: make(chan error, 1)}
	b.t.Cleanup(func() { conn.Close() })
	go s.read()
	return s, resp, nil
}

func (s *socket) read() {
	for {
		_, msg, err := s.conn.ReadMessage()
		if err != nil {
			s.closed <- err
			close(s.frames)
			return
		}
		var f frame
		if err := json.Unmarshal(msg, &f); err != nil {
			s.closed <- fmt.Errorf("frame %q: %w", msg, err)
			close(s.frames)
			return
		}
		s.frames <- &f
	}
}

// open dials and fails the test when that is refused.
func (b *browser) open(role, query string) *socket {
	b.t.Helper()
	s, _, err := b.dial(role, query, nil)
	if err != nil {
		b.t.Fatalf("socket %s: %v", role, err)
	}
	return s
}

func (p *program) overlaySocket(since string) *socket {
	p.t.Helper()
	q := "&key=" + url.QueryEscape(p.overlay)
	if since != "" {
		q += "&since=" + url.QueryEscape(since)
	}
	return p.browser().open("overlay", q)
}

// next waits for the next frame of a type. Those of other types are kept for
// later: an answer and the event it answers for come in any order.
func (s *socket) next(kind string) frame {
	s.t.Helper()
	for i, f := range s.passed {
		if f.Type == kind {
			s.passed = slices.Delete(s.passed, i, i+1)
			return f
		}
	}
	deadline := time.After(patience)
	for {
		select {
		case f, ok := <-s.frames:
			if !ok {
				s.t.Fatalf("the socket closed before a %s: %v", kind, <-s.closed)
			}
			if f.Type == kind {
				return *f
			}
			s.passed = append(s.passed, *f)
		case <-deadline:
			s.t.Fatalf("no %s came", kind)
		}
	}
}

// until reads events until one fits.
func (s *socket) until(what string, fits func(event) bool) event {
	s.t.Helper()
	for {
		for _, e := range s.next("events").Events {
			if fits(e) {
				return e
			}
		}
	}
}

// closeCode waits until the server closes and gives its code.
func (s *socket) closeCode() int {
	s.t.Helper()
	select {
	case err := <-s.closed:
		var ce *websocket.CloseError
		if errors.As(err, &ce) {
			return ce.Code
		}
		s.t.Fatalf("closed without a code: %v", err)
	case <-time.After(patience):
		s.t.Fatal("the server did not close")
	}
	return 0
}

// send writes a send frame.
func (s *socket) send(ref, text string) {
	s.t.Helper()
	s.write(map[string]string{"type": "send", "ref": ref, "text": text})
}

func (s *socket) write(v any) {
	s.t.Helper()
	if err := s.conn.WriteJSON(v); err != nil {
		s.t.Fatalf("write: %v", err)
	}
}
