package tests

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// frame is any frame of the server.
type frame struct {
	raw      []byte // as received
	Type     string
	Position string
	Source   string // of the events of a brief frame
	Events   []event
	Recent   []event
	Resumed  bool
	Ref      string
	Outcome  string
	ID       string
	Code     string
	WaitMS   int64 `json:"wait_ms"`
	Comment  *event
	Items    []item // of hello and tally
	// Addresses are the addresses of other machines of a cluster.
	Addresses []string
	Item      string // of an ack: the item that the person took part in
	Choices   []string
	Sums      map[string]int // of reactions
	User      *struct {
		ID, Token string
		Ticket    string // for other machines of a cluster
		Took      map[string][]string
		Muted     int64 `json:"muted_until"`
		Warnings  []personNote
	}
	Muted      int64        `json:"muted_until"` // of a user frame
	Warnings   []personNote // of a user frame
	Held       []event
	HeldTotal  int          `json:"held_total"`
	HeldSeq    int64        `json:"held_seq"`
	HeldGroups []groupCount `json:"held_groups"`
	Reason     string
	Pin        *event
	Room       *reply
	People     int
	Raid       *struct{ Newcomers int }
	Replay     *replayState
	replayState
	Log struct{ Ready bool } // of stats
}

// fileFault is a fault or a remark about a file of comments.
type fileFault struct {
	Line, Column, N int
	Message, Code   string
}

// replayState is the state of a replay.
type replayState struct {
	State, File, By, Why string
	Total                int
	Counts               struct{ Shown, Held, Refused, Skipped int }
	Speed                float64
	AtMS                 int64 `json:"at_ms"`
	LengthMS             int64 `json:"length_ms"`
	Defects, Notes       []fileFault
}

// item is something shown besides comments.
type item struct {
	ID, Kind, Slot, State  string
	Rank                   int
	Spec, Result           json.RawMessage
	Started, Ends, Stopped int64
	Starts                 int64
}

// groupCount is the number of equal comments that wait.
type groupCount struct {
	Group string
	Count int
}

type event struct {
	groupCount
	item
	HeldGroups []groupCount `json:"held_groups"`
	Type       string
	Seq        int64
	ID         string
	Text       string
	Name       string
	User       string
	IDs        []string

	Badge, By, From, Rule, State, Source string
	Standing                             string
	Detail, Reason, Original             string
	OriginalName                         string `json:"original_name"`
	InName                               bool   `json:"in_name"`
	Spans                                [][2]int
	SlowMS                               int64 `json:"slow_ms"`
	Comment                              *event
	Item                                 string // of a question: its list
	Hidden                               bool
	Into                                 string
	Answered                             int64
	Erased                               bool
}

// socket is a client's end. Frames are read as they arrive, into
// a queue, so that a test that is busy is not a slow client.
type socket struct {
	t      testing.TB
	conn   *websocket.Conn
	frames chan *frame
	passed []frame    // read while waiting for another type
	closed chan error // one value, when reading has ended
	brief  bool       // it requested brief frames, and fills them in as pages do
	epoch  string     // of the last position
	mu     sync.Mutex // held during a write
}

// dial opens a socket. query is appended to that of the role.
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
	s := &socket{t: b.t, conn: conn, frames: make(chan *frame, 100_000), closed: make(chan error, 1), brief: strings.Contains(query, "&brief=1")}
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
		if s.brief {
			s.fillIn(&f)
		}
		f.raw = msg
		if f.Type == "beat" { // answer like every page, or the server closes it as silent in a long test
			_ = s.tryWrite(map[string]string{"type": "beat"}) // the next read reports the error
		}
		s.frames <- &f
	}
}

// fillIn completes a brief frame as docs/dev/protocol.md describes.
func (s *socket) fillIn(f *frame) {
	if epoch, _, ok := strings.Cut(f.Position, ":"); ok {
		s.epoch = epoch
	}
	if f.Type != "events" {
		return
	}
	seq := int64(0)
	for i := range f.Events {
		e := &f.Events[i]
		e.Type = cmp.Or(e.Type, "comment")
		e.Seq = cmp.Or(e.Seq, seq+1)
		if seq = e.Seq; e.Type == "comment" {
			e.Source = cmp.Or(e.Source, f.Source)
		}
	}
	f.Position = cmp.Or(f.Position, fmt.Sprintf("%s:%d", s.epoch, seq))
}

// open dials and fails the test if the server refuses.
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

// next waits for the next frame of a type. It keeps other types for
// later: an answer and its event come in any order.
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

// until reads events until one matches.
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

// closeCode waits until the server closes and returns its code.
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

// tryWrite writes a frame to a connection that may be closed.
func (s *socket) tryWrite(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteJSON(v)
}

func (s *socket) write(v any) {
	s.t.Helper()
	if err := s.tryWrite(v); err != nil {
		s.t.Fatalf("write: %v", err)
	}
}
