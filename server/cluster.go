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

// Where several machines run the rooms together, one of them decides: the home. A request
// that arrives on another machine and changes something, or needs what only the home knows,
// is forwarded whole: a request with its head and body, or a frame of a phone. The machines
// have the same secret, so the home can read its cookies and keys. Everything else is
// answered by the machine that received it, from its own database and memory.

// Cluster is the machines that run the rooms together.
type Cluster interface {
	// Do lets the home carry out a command, and returns its answer, or nil where this
	// machine is the home. A command may be carried out twice, when a home dies over it,
	// unless once is set. Errors: room.ErrBusy, also when it may have been carried out;
	// that of ctx.
	Do(ctx context.Context, c Command, once bool) (answer []byte, err error)
	// Term returns the term of this machine's memory, see [room.WithTerm].
	Term() uint64
	// Committed returns this machine's position in the log.
	Committed() uint64
	// AwaitFollowed waits until this machine's memory has reached a position.
	AwaitFollowed(ctx context.Context, pos uint64) error
	// AwaitEnd waits until this machine's memory has reached the end of the log.
	AwaitEnd(ctx context.Context) error
	// Emote fetches the picture of a chat's emote from another machine, with its media
	// type.
	Emote(ctx context.Context, name string) (picture []byte, mediaType string, ok bool)
	// Ready returns nil while this machine is level with the others and there is a home.
	Ready() error
	// Machines lists all machines of the cluster, by their names.
	Machines() []room.Machine
}

// Command is a machine's request to the home.
type Command interface {
	// Here carries it out on this machine, which is the home. again is true when it must be
	// repeated.
	Here(ctx context.Context) (again bool)
	// Encode encodes it for another machine.
	Encode() ([]byte, error)
}

// followWithin is how long a machine that has forwarded a command waits until its own
// memory has the result, so that a read on that machine finds it.
const followWithin = 2 * time.Second

// command is the content of a command. Fields may be added and never change their meaning.
type command struct {
	Name    string         `json:"name"` // the same on each retry
	Request *sentRequest   `json:"request,omitempty"`
	Frame   *sentFrame     `json:"frame,omitempty"`
	Vouch   *room.LimitKey `json:"vouch,omitempty"`
	Stats   string         `json:"stats,omitempty"` // a room
}

// sentRequest is a request that another machine received.
type sentRequest struct {
	ID     string      `json:"id"` // as in the access log
	Method string      `json:"method"`
	Target string      `json:"target"`
	Host   string      `json:"host"`
	Peer   string      `json:"peer"` // its RemoteAddr
	Header http.Header `json:"header"`
	Body   []byte      `json:"body,omitempty"`
	Origin origin      `json:"origin"`
}

// origin is what a machine has determined about the origin of a request.
type origin struct {
	IP      netip.Addr `json:"ip"`
	HTTPS   bool       `json:"https,omitempty"`
	Proxied bool       `json:"proxied,omitempty"`
	Here    bool       `json:"here,omitempty"` // from a program on the machine itself
}

// sentFrame is a frame that a phone sent to another machine.
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
	Pos    uint64      `json:"pos"` // position of the log after it
}

// sentStats is the part of a room's state that only the home knows.
type sentStats struct {
	Stopped map[string]int     `json:"stopped"`
	Raid    room.Raid          `json:"raid"`
	Opinion *room.OpinionState `json:"opinion,omitempty"`
}

// goesHome reports whether the home must answer a request.
func (r route) goesHome(q *http.Request) bool {
	switch q.Method {
	case http.MethodHead, http.MethodOptions:
		return false
	case http.MethodGet: // a one-time code is valid once on all machines
		return r.home || strings.Contains(q.URL.RawQuery, "code=") && q.URL.Query().Has("code")
	}
	return true
}

// askHome lets the home answer a request.
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
		_ = s.cluster.AwaitFollowed(within, answer.Pos) // the command has succeeded in any case
	}
	h := c.Response().Header()
	for name, values := range answer.Header {
		h[name] = values
	}
	c.Response().WriteHeader(answer.Status)
	_, err = c.Response().Write(answer.Body)
	return err
}

// mayCarry checks the sender of a large body before reading it, and extends the time for
// it.
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

// ask lets the home carry out a command.
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

// homeCommand implements Command. Most commands are carried out on the machine that
// received them, so it encodes them only for another machine.
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

// DoCommand carries out a command of another machine as the home. again is true when
// another change came between its checks and the journal; then it must be repeated.
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

// plainReply is the first byte of an answer that is not JSON: its position, and its body as
// it is.
const plainReply = 1

// encodePlain encodes the answer to a frame without scanning it twice, for a machine that
// has asked for that.
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

// levelWithin is how long a home waits for the rest of the log before it answers that
// something does not exist.
const levelWithin = 2 * time.Second

// performLevel carries out a command. again is true when it must be repeated. A machine
// that has just become the home does not know yet what its predecessor wrote last. The
// journal refuses writes from that state; a failed look-up is repeated with the whole log.
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

// perform carries out a command.
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

// answerSent answers a request that another machine received.
func (s *Server) answerSent(ctx context.Context, q *sentRequest) reply {
	ctx = context.WithValue(ctx, originKey{}, &q.Origin)
	r, err := http.NewRequestWithContext(ctx, q.Method, q.Target, bytes.NewReader(q.Body))
	if err != nil {
		s.log.Error("a request of another machine cannot be read", "err", err)
		return reply{Status: http.StatusInternalServerError}
	}
	r.Host, r.RemoteAddr, r.RequestURI, r.Header = q.Host, q.Peer, q.Target, q.Header.Clone() // the command may be repeated
	r = r.WithContext(context.WithValue(r.Context(), sentIDKey{}, q.ID))
	w := &recorder{header: http.Header{}}
	s.atHome.ServeHTTP(w, r)
	return reply{Status: w.status, Header: w.header, Body: w.body.Bytes()}
}

type (
	originKey struct{}
	sentIDKey struct{}
)

// originOfCommand returns the origin of a request that another machine received; nil for
// one that this machine received itself.
func originOfCommand(r *http.Request) *origin {
	o, _ := r.Context().Value(originKey{}).(*origin)
	return o
}

// namedByCommand gives a request the ID that it has in the access log of the machine that
// received it.
func namedByCommand(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(requestIDKey, c.Request().Context().Value(sentIDKey{}))
		return next(c)
	}
}

// recorder records an answer.
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

// vouch is [live.Service.Vouch] of the home. Without a home it vouches for nothing.
func (s *Server) vouch(c echo.Context, roomID, user string) bool {
	networks := s.networks(c)
	if s.cluster == nil || originOfCommand(c.Request()) != nil {
		return s.live.Vouch(roomID, user, networks)
	}
	answer, err := s.ask(c.Request().Context(), command{Name: rand.Text(), Vouch: &room.LimitKey{Room: roomID, User: user, Networks: networks}}, true)
	return err == nil && answer.Vouch
}

// frameHome lets the home answer a frame of a phone.
func (s *Server) frameHome(ctx context.Context, roomID string, a live.Author, frame []byte) ([]byte, error) {
	answer, err := s.ask(ctx, command{Name: rand.Text(), Frame: &sentFrame{roomID, a, slices.Clone(frame), true}}, false)
	return answer.Body, err
}

// withHome is the service, complemented by what only the home knows.
type withHome struct {
	*live.Service
	s *Server
}

// statsWithin is how long consoles wait for the home's part of their stats.
const statsWithin = time.Second

// Stats is [live.Service.Stats] with the home's counts. Without a home it returns what this
// machine knows.
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
