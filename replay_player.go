package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"danmaku/export"
)

// replayWorkers is how many comments are on their way at the same time. The
// comments of one author go through one worker, so they keep their order.
const replayWorkers = 16

// errUnauthorized is the end of a replay whose key the server does not take.
var errUnauthorized = errors.New("the server does not take the key")

// player sends the items of a recording at their times.
type player struct {
	client   *http.Client
	patience time.Duration // how long the server may give no answer at all
	url      string        // of the room's comments
	key      string
	run      string // begins every ref, so that a second replay is not taken for a repetition
	speed    float64
	items    []export.Item
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
	if n := len(report.Malformed); n > 0 {
		why = append(why, fmt.Sprintf("malformed %d", n))
	}
	row("skipped", t.skipped, why...)
	row("failed", t.failed)
	if left := t.total - t.skipped - t.sent(); left > 0 {
		row("not sent", left)
	}
}

// play sends everything and returns when each comment has its answer. Ending
// ctx ends it early without an error: nothing new is sent, what is on its way
// is waited for. An error is one after which sending on makes no sense.
func (p *player) play(ctx context.Context) error {
	outer := ctx
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(3*time.Second, cancel) })()

	var queues [replayWorkers]chan int
	var workers sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan int, 256)
		workers.Go(func() {
			for n := range queues[i] {
				if ctx.Err() != nil {
					continue
				}
				if err := p.send(ctx, requests, n); err != nil {
					stop(err)
				}
			}
		})
	}
	p.dispatch(ctx, queues[:])
	workers.Wait()
	if err := context.Cause(ctx); err != nil && outer.Err() == nil {
		return err
	}
	return nil
}

// dispatch hands every item to its author's worker when its time has come, and
// closes the queues.
func (p *player) dispatch(ctx context.Context, queues []chan int) {
	defer func() {
		for _, q := range queues {
			close(q)
		}
	}()
	seed, start := maphash.MakeSeed(), time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n, it := range p.items {
		timer.Reset(time.Until(start.Add(time.Duration(float64(it.Offset) / p.speed))))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		author := it.Sender
		if author == "" {
			author = strconv.Itoa(n) // nobody's comments need no order
		}
		select {
		case queues[maphash.String(seed, author)%uint64(len(queues))] <- n:
		case <-ctx.Done():
			return
		}
	}
}

// send posts one comment until it has an answer that stands. An error ends the
// replay.
func (p *player) send(ctx, requests context.Context, n int) error {
	body, err := p.body(n)
	if err != nil {
		return err
	}
	for {
		a, err := p.post(requests, body)
		var wait time.Duration
		switch {
		case err != nil && ctx.Err() != nil:
			return nil // interrupted: it counts as not sent
		case err != nil:
			if err := p.unreachable(err); err != nil {
				return err
			}
			wait = time.Second
		case a.status == http.StatusTooManyRequests || a.status >= 502 && a.status <= 504:
			wait = min(max(a.wait, 50*time.Millisecond), time.Minute)
		default:
			return p.count(a)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// lineBreak is how old Bilibili comments write a line break; what goes on with
// letters is more likely an address.
var lineBreak = regexp.MustCompile(`/n([^a-z]|$)`)

func (p *player) body(n int) ([]byte, error) {
	it := p.items[n]
	// Twice, since breaks in a row share the letter between them.
	text := it.Text
	for range 2 {
		text = lineBreak.ReplaceAllString(text, "\n$1")
	}
	fields := map[string]string{
		"ref": p.run + "-" + strconv.Itoa(n), "text": text, "mode": string(it.Mode), "color": it.Color,
		"size": string(it.Size), "author": it.Sender, "source": "replay",
	}
	if it.Name != "" {
		fields["name"] = it.Name
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

func (p *player) post(ctx context.Context, body []byte) (a answer, err error) {
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
func (p *player) unreachable(err error) error {
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
func (p *player) count(a answer) error {
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
