package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
)

// Where several machines run the rooms together, one of them decides: the home. What
// comes in on another one and changes something, or asks for what only the home knows,
// goes there whole: a request with its head and body, or a frame of a phone. The machines
// have the same secret, so the home can read the cookies and keys in it. Everything else
// is answered where it comes in, from that machine's own database and memory.

// Cluster is the machines that run the rooms together.
type Cluster interface {
	// Do has the home do a command, and returns its answer, or nil where this machine is
	// the home. A command may be done twice, when a home dies over it, unless it is for
	// once. Errors: room.ErrBusy, also when it may have been done; that of ctx.
	Do(ctx context.Context, c Command, once bool) (answer []byte, err error)
	// Term is what this machine's memory has reached, see [room.WithTerm].
	Term() uint64
	// Committed is this machine's position in the log.
	Committed() uint64
	// AwaitFollowed waits until this machine's memory has reached a position.
	AwaitFollowed(ctx context.Context, pos uint64) error
	// AwaitEnd waits until this machine's memory has reached the end of the log.
	AwaitEnd(ctx context.Context) error
	// Emote fetches the picture of a chat's emote from another machine, with its media type.
	Emote(ctx context.Context, name string) (picture []byte, mediaType string, ok bool)
	// Ready is nil while this machine is level with the others and there is a home.
	Ready() error
	// Machines lists all that the cluster has, by their names.
	Machines() []room.Machine
}

// Command is what a machine asks of the home.
type Command interface {
	// Here does it on this machine, which is the home. again is true when it must be done
	// anew.
	Here(ctx context.Context) (again bool)
	// Encode writes it for another machine.
	Encode() ([]byte, error)
}

// followWithin is how long a machine that has passed a command on waits until its own
// memory has the result, so that a read on that machine finds it.
const followWithin = 2 * time.Second

// command is what a machine asks of the home. Fields are added and keep their meaning.
type command struct {
	Name    string         `json:"name"` // the same each time that it is tried
	Request *sentRequest   `json:"request,omitempty"`
	Frame   *sentFrame     `json:"frame,omitempty"`
	Vouch   *room.LimitKey `json:"vouch,omitempty"`
	Stats   string         `json:"stats,omitempty"` // a room
}

// sentRequest is a request that another machine got.
type sentRequest struct {
	ID     string      `json:"id"` // of the access log
	Method string      `json:"method"`
	Target string      `json:"target"`
	Host   string      `json:"host"`
	Peer   string      `json:"peer"` // its RemoteAddr
	Header http.Header `json:"header"`
	Body   []byte      `json:"body,omitempty"`
	Origin origin      `json:"origin"`
}

// origin is what a machine has found out about where a request comes from.
type origin struct {
	IP      netip.Addr `json:"ip"`
	HTTPS   bool       `json:"https,omitempty"`
	Proxied bool       `json:"proxied,omitempty"`
	Here    bool       `json:"here,omitempty"` // from a program on the machine itself
}

// sentFrame is what a phone sent to another machine.
type sentFrame struct {
	Room   string      `json:"room"`
	Author live.Author `json:"author"`
	Frame  []byte      `json:"frame"`
	Plain  bool        `json:"plain,omitempty"` // the answer may be a plain one, see encodePlain
}

// reply is the home's answer.
type reply struct {
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"`
	Vouch  bool        `json:"vouch,omitempty"`
	Stats  *sentStats  `json:"stats,omitempty"`
	Pos    uint64      `json:"pos"` // where the log is after it
}

// sentStats is what only the home knows of how a room is doing.
type sentStats struct {
	Stopped map[string]int     `json:"stopped"`
	Raid    room.Raid          `json:"raid"`
	Opinion *room.OpinionState `json:"opinion,omitempty"`
}

// goesHome reports whether a request is one for the home.
func (r route) goesHome(q *http.Request) bool {
	switch q.Method {
	case http.MethodHead, http.MethodOptions:
		return false
	case http.MethodGet: // a one-time code is good once on all machines
		return r.home || strings.Contains(q.URL.RawQuery, "code=") && q.URL.Query().Has("code")
	}
	return true
}

// askHome has the home answer a request.
func (s *Server) askHome(c echo.Context, r route) error {
	q := c.Request()
	if r.body > formBody {
		if answered, err := s.mayCarry(c, r); answered || err != nil {
			return err
		}
	}
	body, err := readBody(c)
	if err != nil {
		return err
	}
	name := rand.Text()
	answer, err := s.ask(q.Context(), command{Name: name, Request: &sentRequest{
		ID: requestID(c), Method: q.Method, Target: q.RequestURI, Host: q.Host, Peer: q.RemoteAddr, Header: q.Header, Body: body,
		Origin: origin{IP: s.clientIP(q), HTTPS: s.isHTTPS(q), Proxied: s.fromProxy(q), Here: fromThisMachine(q)},
	}}, !r.twice)
	if err != nil {
		return err
	}
	if r.method != http.MethodGet {
		within, cancel := context.WithTimeout(q.Context(), followWithin)
		defer cancel()
		_ = s.cluster.AwaitFollowed(within, answer.Pos) // it was done all the same
	}
	h := c.Response().Header()
	for name, values := range answer.Header {
		h[name] = values
	}
	c.Response().WriteHeader(answer.Status)
	_, err = c.Response().Write(answer.Body)
	return err
}

// mayCarry checks here who sends a large body, before it is read, and gives it the time
// that it may take.
func (s *Server) mayCarry(c echo.Context, r route) (answered bool, err error) {
	if r.needs != "" {
		err = s.authorize(c, r.needs)
	}
	if err == nil && r.early != nil {
		answered, err = r.early(s, c)
	}
	if answered || err != nil || r.slow == 0 {
		return answered, err
	}
	return false, allowLargeBody(c.Response(), r.slow)
}

// ask has the home do a command.
func (s *Server) ask(ctx context.Context, k command, once bool) (answer reply, err error) {
	c := &homeCommand{s: s, command: k}
	data, err := s.cluster.Do(ctx, c, once)
	if err == nil && !c.done {
		c.answer, err = decodeReply(data)
	}
	if err != nil {
		return reply{}, fmt.Errorf("ask the home: %w", err)
	}
	return c.answer, nil
}

// homeCommand implements Command. Most commands are done on the machine that they came in
// on, so they are written as JSON for another one alone.
type homeCommand struct {
	s       *Server
	command command
	done    bool // here; answer is its answer
	answer  reply
}

func (c *homeCommand) Here(ctx context.Context) (again bool) {
	if c.answer, again = c.s.performLevel(ctx, c.command); again {
		return true
	}
	c.answer.Pos, c.done = c.s.cluster.Committed(), true
	return false
}

func (c *homeCommand) Encode() ([]byte, error) { return json.Marshal(c.command) }

// DoCommand does a command of another machine as the home. again is true when another
// change came between its checks and the journal; then it must be done anew.
func (s *Server) DoCommand(ctx context.Context, data []byte) (answer []byte, again bool) {
	c := homeCommand{s: s}
	if err := json.Unmarshal(data, &c.command); err != nil {
		s.log.Error("a command of another machine cannot be read", "err", err)
		c.answer.Status = http.StatusInternalServerError
	} else if c.Here(ctx) {
		return nil, true
	}
	if f := c.command.Frame; f != nil && f.Plain && c.answer.Status == 0 {
		return encodePlain(c.answer), false
	}
	answer, err := json.Marshal(c.answer)
	if err != nil {
		s.log.Error("the answer to a command cannot be written", "err", err)
	}
	return answer, false
}

// plainReply begins an answer that is no JSON: its position, and its body as it is.
const plainReply = 1

// encodePlain writes the answer to a frame without looking through it twice, for a machine
// that has asked for that.
func encodePlain(r reply) []byte {
	b := make([]byte, 0, 1+binary.MaxVarintLen64+len(r.Body))
	return append(binary.AppendUvarint(append(b, plainReply), r.Pos), r.Body...)
}

func decodeReply(data []byte) (r reply, err error) {
	if len(data) == 0 || data[0] != plainReply {
		return r, json.Unmarshal(data, &r)
	}
	pos, n := binary.Uvarint(data[1:])
	if n <= 0 {
		return r, errors.New("its answer cannot be read")
	}
	return reply{Pos: pos, Body: data[1+n:]}, nil
}

// levelWithin is how long a home waits for the rest of the log before it says that there
// is no such thing.
const levelWithin = 2 * time.Second

// performLevel does a command. again is true when it must be done anew. A machine that has
// just become the home does not know yet what the one before wrote at its end. The journal
// refuses what is written from there; what is not found is looked for again with all of
// the log.
func (s *Server) performLevel(ctx context.Context, k command) (out reply, again bool) {
	for level := false; ; level = true {
		ctx, attempt := room.WithAttempt(ctx, s.cluster.Term(), k.Name)
		out = s.perform(ctx, k)
		switch {
		case attempt.Outdated():
			return out, true
		case level || out.Status != http.StatusNotFound:
			return out, false
		}
		within, cancel := context.WithTimeout(ctx, levelWithin)
		err := s.cluster.AwaitEnd(within)
		cancel()
		if err != nil {
			return out, true
		}
	}
}

// perform does a command.
func (s *Server) perform(ctx context.Context, k command) (out reply) {
	switch {
	case k.Request != nil:
		return s.answerSent(ctx, k.Request)
	case k.Frame != nil:
		var missing bool
		if out.Body, missing = s.sockets.Answer(ctx, k.Frame.Room, k.Frame.Author, k.Frame.Frame); missing {
			out.Status = http.StatusNotFound
		}
	case k.Vouch != nil:
		out.Vouch = s.live.Vouch(k.Vouch.Room, k.Vouch.User, k.Vouch.Networks)
	case k.Stats != "":
		if st, err := s.live.Stats(k.Stats); err == nil {
			out.Stats = &sentStats{Stopped: st.Stopped, Raid: st.Raid, Opinion: st.Opinion}
		}
	}
	return out
}

// answerSent answers a request that another machine got.
func (s *Server) answerSent(ctx context.Context, q *sentRequest) reply {
	ctx = context.WithValue(ctx, originKey{}, &q.Origin)
	r, err := http.NewRequestWithContext(ctx, q.Method, q.Target, bytes.NewReader(q.Body))
	if err != nil {
		s.log.Error("a request of another machine cannot be read", "err", err)
		return reply{Status: http.StatusInternalServerError}
	}
	r.Host, r.RemoteAddr, r.RequestURI, r.Header = q.Host, q.Peer, q.Target, q.Header.Clone() // the command may be done anew
	r = r.WithContext(context.WithValue(r.Context(), sentIDKey{}, q.ID))
	w := &recorder{header: http.Header{}}
	s.atHome.ServeHTTP(w, r)
	return reply{Status: w.status, Header: w.header, Body: w.body.Bytes()}
}

type (
	originKey struct{}
	sentIDKey struct{}
)

// originOfCommand is where a request comes from that another machine got; nil for one
// that this machine got itself.
func originOfCommand(r *http.Request) *origin {
	o, _ := r.Context().Value(originKey{}).(*origin)
	return o
}

// namedByCommand gives a request the name that it has in the access log of the machine
// which got it.
func namedByCommand(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(requestIDKey, c.Request().Context().Value(sentIDKey{}))
		return next(c)
	}
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.header = w.header.Clone()
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// vouch is [live.Service.Vouch] of the home. When there is none, nothing is vouched for.
func (s *Server) vouch(c echo.Context, roomID, user string) bool {
	networks := s.networks(c)
	if s.cluster == nil || originOfCommand(c.Request()) != nil {
		return s.live.Vouch(roomID, user, networks)
	}
	answer, err := s.ask(c.Request().Context(), command{Name: rand.Text(), Vouch: &room.LimitKey{Room: roomID, User: user, Networks: networks}}, true)
	return err == nil && answer.Vouch
}

// frameHome has the home answer a frame of a phone.
func (s *Server) frameHome(ctx context.Context, roomID string, a live.Author, frame []byte) ([]byte, error) {
	answer, err := s.ask(ctx, command{Name: rand.Text(), Frame: &sentFrame{roomID, a, slices.Clone(frame), true}}, false)
	return answer.Body, err
}

// withHome is the service with what the home knows better.
type withHome struct {
	*live.Service
	s *Server
}

// statsWithin is how long consoles wait for the home's share of their numbers.
const statsWithin = time.Second

// Stats is [live.Service.Stats] with what the home has counted. Without a home it is what
// this machine knows.
func (w withHome) Stats(roomID string) (live.Stats, error) {
	st, err := w.Service.Stats(roomID)
	if err != nil {
		return st, err
	}
	st.Machines = w.s.cluster.Machines()
	ctx, cancel := context.WithTimeout(context.Background(), statsWithin)
	defer cancel()
	answer, err := w.s.ask(ctx, command{Name: rand.Text(), Stats: roomID}, true)
	if err == nil && answer.Stats != nil {
		st.Stopped, st.Raid, st.Opinion = answer.Stats.Stopped, answer.Stats.Raid, answer.Stats.Opinion
	}
	return st, nil
}
