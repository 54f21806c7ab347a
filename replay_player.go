package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"danmaku/export"
	"danmaku/live"
)

// errUnauthorized is the end of a replay whose key the server does not take.
var errUnauthorized = errors.New("the server does not take the key")

// postman brings the comments of a recording to a server.
type postman struct {
	client   *http.Client
	patience time.Duration // how long the server may give no answer at all
	url      string        // of the room's comments
	key      string
	run      string // begins every ref, so that a second replay is not taken for a repetition
	progress func(tally)

	mu       sync.Mutex
	tally    tally
	answered time.Time // when the server last answered; zero when it never did
}

// tally is the account of a replay.
type tally struct {
	total, shown, held, skipped, failed int
	refused                             map[string]int // by code
	lastFailure                         error
}

func (t tally) refusals() (n int) {
	for _, c := range t.refused {
		n += c
	}
	return n
}

// sent counts the comments that have an answer.
func (t tally) sent() int { return t.shown + t.held + t.refusals() + t.failed }

func (t tally) write(w io.Writer, report export.Report) {
	row := func(what string, n int, why ...string) {
		line := fmt.Sprintf("  %-8s %6d", what, n)
		if len(why) > 0 {
			line += "  (" + strings.Join(why, ", ") + ")"
		}
		fmt.Fprintln(w, line)
	}
	row("shown", t.shown)
	row("held", t.held)
	var why []string
	for _, code := range slices.Sorted(maps.Keys(t.refused)) {
		why = append(why, fmt.Sprintf("%s %d", code, t.refused[code]))
	}
	row("refused", t.refusals(), why...)
	why = nil
	for _, kind := range []struct {
		name string
		n    int
	}{{"positioned", report.Positioned}, {"deleted", report.Deleted}, {"commands", report.Commands}, {"not shown then", report.Withheld}} {
		if kind.n > 0 {
			why = append(why, fmt.Sprintf("%s %d", kind.name, kind.n))
		}
	}
	if n := report.Unread; n > 0 {
		why = append(why, fmt.Sprintf("malformed %d", n))
	}
	row("skipped", t.skipped, why...)
	row("failed", t.failed)
	if left := t.total - t.skipped - t.sent(); left > 0 {
		row("not sent", left)
	}
}

// deliver posts one comment and tells what its answer asks for, as
// [live.Deliver] does.
func (p *postman) deliver(ctx context.Context, s live.Said) (again time.Duration, err error) {
	body, err := p.body(s)
	if err != nil {
		return 0, err
	}
	a, err := p.post(ctx, body)
	switch {
	case err != nil && ctx.Err() != nil:
		return 0, nil // interrupted: it counts as not sent
	case err != nil:
		return time.Second, p.unreachable(err)
	case a.status == http.StatusTooManyRequests || a.status >= 502 && a.status <= 504:
		return min(max(a.wait, 50*time.Millisecond), time.Minute), nil
	}
	return 0, p.count(a)
}

func (p *postman) body(s live.Said) ([]byte, error) {
	fields := map[string]string{
		"ref": p.run + "-" + strconv.Itoa(s.N), "text": s.Text, "mode": string(s.Mode), "color": s.Color,
		"size": string(s.Size), "author": s.Author, "source": "replay",
	}
	if s.Name != "" {
		fields["name"] = s.Name
	}
	return json.Marshal(fields)
}

// answer is what the server said to one comment.
type answer struct {
	status   int
	wait     time.Duration
	location string
	Outcome  string `json:"outcome"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	WaitMS   int64  `json:"wait_ms"`
}

func (p *postman) post(ctx context.Context, body []byte) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return a, err
	}
	p.mu.Lock()
	p.answered = time.Now()
	p.mu.Unlock()
	_ = json.Unmarshal(text, &a) // an answer that is not ours has its status alone
	a.status, a.location = resp.StatusCode, resp.Header.Get("Location")
	a.wait = time.Duration(a.WaitMS) * time.Millisecond
	if a.wait <= 0 {
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		a.wait = time.Duration(seconds) * time.Second
	}
	return a, nil
}

// unreachable decides whether an attempt that got no answer ends the replay: at
// once when nobody listens there from the start, else when the server has been
// silent too long. A short restart is waited for; the ref keeps a comment whose
// answer was lost from being shown twice.
func (p *postman) unreachable(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var op *net.OpError
	if p.answered.IsZero() && errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("nobody answers there: %w", err)
	}
	if p.answered.IsZero() {
		p.answered = time.Now()
	}
	if silent := time.Since(p.answered); silent > p.patience {
		return fmt.Errorf("no answer for %v: %w", silent.Round(time.Second), err)
	}
	return nil
}

// count notes an answer that stands, or tells that no other can be better.
func (p *postman) count(a answer) error {
	said := strings.TrimSpace(fmt.Sprintf("%d %s %s", a.status, a.Code, a.Message))
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case a.status/100 == 2 && a.Outcome == "held":
		p.tally.held++
	case a.status/100 == 2 && a.Outcome == "shown":
		p.tally.shown++
	case a.status == http.StatusUnauthorized:
		return fmt.Errorf("%w (%s)", errUnauthorized, said)
	case a.Code == "room_closed":
		return fmt.Errorf("the room is closed (%s)", said)
	case a.status == http.StatusForbidden && a.Code != "muted":
		return fmt.Errorf("the key may not send to this room (%s)", said)
	case a.status == http.StatusNotFound:
		return fmt.Errorf("there is no such room at %s (%s)", p.url, said)
	case a.status/100 == 3:
		return fmt.Errorf("the server sends on to %s; give that address as --url", a.location)
	case a.Code != "" && (a.status == http.StatusUnprocessableEntity || a.status == http.StatusConflict || a.status == http.StatusForbidden):
		if p.tally.refused == nil {
			p.tally.refused = map[string]int{}
		}
		p.tally.refused[a.Code]++
	default:
		p.tally.failed++
		p.tally.lastFailure = fmt.Errorf("the server answered %s", said)
	}
	if p.progress != nil {
		p.progress(p.tally)
	}
	return nil
}
