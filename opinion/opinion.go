// Package opinion asks an operator's service for its verdict on comments that the filter
// would let pass. Whatever that service does costs these comments at most [Within]: it
// cannot stall rooms, and while it fails it is rarely asked.
package opinion

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/signature"
)

// Within is how long a question may take in total, including the wait for a place.
const Within = 300 * time.Millisecond

// Bounds of the questions.
const (
	atOnce     = 64              // running questions
	roomShare  = 16              // of these, for one room
	maxAnswer  = 16 << 10        // bytes
	maxReason  = 200             // graphemes
	failsAfter = 5               // consecutive failures after which the service is not asked
	restFor    = 5 * time.Second // until it is tried again with one comment
)

// Rule is the rule of comments that the service holds or refuses.
const Rule = "second_opinion"

// Options configure an [Asker].
type Options struct {
	URL  *url.URL      // http or https
	Key  signature.Key // signs the questions
	Hold bool          // without an answer, hold a comment; otherwise let it pass
	// Within is how long a question may take; 0: [Within].
	Within time.Duration
	// Language guesses the language of a text and returns its code, "" if unknown. Nil: the
	// question names no language.
	Language func(text string) string
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now

	Transport http.RoundTripper // nil: a private one without a proxy
}

// Asker asks the service. It is safe for concurrent use.
type Asker struct {
	opt     Options
	client  *http.Client
	breaker *gobreaker.CircuitBreaker[comment.Verdict]
	places  chan struct{}
	close   func()

	mu    sync.Mutex
	rooms map[string]chan struct{} // the places of each room

	number                       atomic.Uint64 // of the last question
	asked, held, refused, failed atomic.Int64
	took                         atomic.Int64 // nanoseconds
	fault                        atomic.Pointer[string]
}

// New makes an asker. It connects to nothing before the first question.
func New(o Options) *Asker {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Within <= 0 {
		o.Within = Within
	}
	a := &Asker{opt: o, places: make(chan struct{}, atOnce), rooms: map[string]chan struct{}{}, close: func() {}}
	if o.Transport == nil {
		own := &http.Transport{
			DialContext: (&net.Dialer{Timeout: o.Within}).DialContext, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: atOnce, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: maxAnswer,
		}
		a.opt.Transport, a.close = own, own.CloseIdleConnections
	}
	a.client = &http.Client{
		Transport: a.opt.Transport,
		// The operator named one URL: that server must not redirect comments elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	a.breaker = gobreaker.NewCircuitBreaker[comment.Verdict](gobreaker.Settings{
		Timeout:       restFor,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failsAfter },
		IsExcluded:    func(err error) bool { return errors.Is(err, errNoPlace) || errors.Is(err, errLeft) },
		OnStateChange: a.changed,
	})
	if o.URL.Scheme == "http" && !isLoopback(o.URL.Hostname()) {
		o.Log.Warn("the second opinion service is reached over plain http: anybody on the way can read the comments", "host", o.URL.Host)
	}
	return a
}

// Close closes idle connections.
func (a *Asker) Close() { a.close() }

// Errors that say nothing about the service.
var (
	errNoPlace = errors.New("too many questions are in flight")
	errLeft    = errors.New("nobody waits for the answer")
)

// Ask returns the service's verdict on a draft: the zero verdict when it may pass. When the
// answer is late, and while a failing service is not asked, [Options.Hold] determines the
// verdict. The error is that of ctx, if that ended first.
func (a *Asker) Ask(ctx context.Context, d comment.Draft) (comment.Verdict, error) {
	a.asked.Add(1)
	within, cancel := context.WithTimeout(ctx, a.opt.Within)
	defer cancel()
	v, err := a.breaker.Execute(func() (comment.Verdict, error) {
		leave, err := a.enter(within, d.Room)
		if err != nil {
			return comment.Verdict{}, left(ctx, err)
		}
		defer leave()
		v, err := a.ask(within, d)
		if err = left(ctx, err); err != nil {
			fault := err.Error()
			a.fault.Store(&fault)
		}
		return v, err
	})
	if errors.Is(err, errLeft) {
		return comment.Verdict{}, ctx.Err()
	}
	if err != nil {
		a.failed.Add(1)
		if !a.opt.Hold {
			return comment.Verdict{}, nil
		}
		return comment.Verdict{Action: comment.Hold, Rule: Rule}.Because(comment.ReasonNoOpinion, comment.FormWritten), nil
	}
	switch v.Action {
	case comment.Hold:
		a.held.Add(1)
	case comment.Refuse:
		a.refused.Add(1)
	}
	return v, nil
}

// left replaces an error by errLeft when the caller has gone.
func left(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errLeft
	}
	return err
}

// enter waits for a place of the room and then for one of all, so that one room cannot take
// them all.
func (a *Asker) enter(ctx context.Context, roomID string) (leave func(), err error) {
	a.mu.Lock()
	own, ok := a.rooms[roomID]
	if !ok {
		own = make(chan struct{}, roomShare)
		a.rooms[roomID] = own
	}
	a.mu.Unlock()
	for i, places := range []chan struct{}{own, a.places} {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			if i > 0 {
				<-own
			}
			return nil, errNoPlace
		}
	}
	return func() { <-a.places; <-own }, nil
}

// question is the body of a request: only what the filter reads.
type question struct {
	Room     string `json:"room"`
	Text     string `json:"text"`
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"`
}

// answer is the body of the service's answer.
type answer struct {
	Action string `json:"action"` // pass, hold or refuse
	Reason string `json:"reason"` // for moderators
}

// ask sends one question. Any unclear answer is an error.
func (a *Asker) ask(ctx context.Context, d comment.Draft) (comment.Verdict, error) {
	q := question{Room: d.Room, Text: d.Text, Name: d.Name}
	if a.opt.Language != nil {
		q.Language = a.opt.Language(d.Text)
	}
	body, err := json.Marshal(q)
	if err != nil {
		return comment.Verdict{}, fmt.Errorf("encode a question: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.opt.URL.String(), bytes.NewReader(body))
	if err != nil {
		return comment.Verdict{}, errors.New("the address is not reachable")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "danmaku")
	now := a.opt.Now()
	a.opt.Key.Sign(req.Header, fmt.Sprintf("check_%x_%x", now.UnixMilli(), a.number.Add(1)), now, body)
	began := time.Now()
	resp, err := a.client.Do(req)
	if err != nil {
		return comment.Verdict{}, a.plain(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return comment.Verdict{}, a.plain(err)
	}
	v, err := read(resp, raw)
	if err == nil {
		a.took.Store(int64(time.Since(began)))
	}
	return v, err
}

// plain returns an error without the URL, which may contain a key.
func (a *Asker) plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v", a.opt.Within)
	}
	return err
}

// read converts an answer to a verdict.
func read(resp *http.Response, raw []byte) (comment.Verdict, error) {
	if resp.StatusCode != http.StatusOK {
		return comment.Verdict{}, fmt.Errorf("it answers with status %d", resp.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/json" {
		return comment.Verdict{}, errors.New("its answer is not application/json")
	}
	if len(raw) > maxAnswer {
		return comment.Verdict{}, fmt.Errorf("its answer has more than %d bytes", maxAnswer)
	}
	var said answer
	if err := json.Unmarshal(raw, &said); err != nil {
		return comment.Verdict{}, errors.New("its answer is not JSON with action and reason")
	}
	v := comment.Verdict{Rule: Rule}
	switch said.Action {
	case "pass":
		return comment.Verdict{}, nil
	case "hold":
		v.Action = comment.Hold
	case "refuse":
		v.Action = comment.Refuse
	default:
		return comment.Verdict{}, errors.New("its action is not pass, hold or refuse")
	}
	if reason := comment.Clip(comment.OneLine(said.Reason), maxReason, 4*maxReason); comment.Visible(reason) {
		v.Detail = reason
		return v, nil
	}
	return v.Because(comment.ReasonOpinion, comment.FormWritten), nil
}

// State returns the state of the service.
func (a *Asker) State() room.OpinionState {
	return room.OpinionState{
		Answering: a.breaker.State() == gobreaker.StateClosed,
		Asked:     a.asked.Load(), Held: a.held.Load(), Refused: a.refused.Load(), Failed: a.failed.Load(),
		Took: time.Duration(a.took.Load()),
	}
}

// changed logs that the service is no longer asked, and that it answers again.
func (a *Asker) changed(_ string, from, to gobreaker.State) {
	switch {
	case to == gobreaker.StateOpen && from == gobreaker.StateClosed:
		then := "they pass with the filter alone"
		if a.opt.Hold {
			then = "they are held"
		}
		fault := "no answer"
		if last := a.fault.Load(); last != nil {
			fault = *last
		}
		a.opt.Log.Warn("the second opinion does not answer; comments are not asked about until it does, and "+then,
			"host", a.opt.URL.Host, "fault", fault, "failed", failsAfter)
	case to == gobreaker.StateClosed:
		a.opt.Log.Info("the second opinion answers again", "host", a.opt.URL.Host)
	}
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
