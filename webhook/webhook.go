// Package webhook sends rooms' events to URLs that their owners name: signed, in the order
// of the log, at least once, and continued after a restart. A receiver that is slow, gone
// or hostile delays only its own webhook.
package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"danmaku/room"
)

// Source has the events to send.
type Source interface {
	// WebhookEvents returns the next events; see live.Service.
	WebhookEvents(ctx context.Context, w room.Webhook, after, upTo, early int64) (room.WebhookBatch, error)
	// WebhookPassed stores a webhook's position.
	WebhookPassed(ctx context.Context, id string, seq int64) error
}

// Options configure a [Runner].
type Options struct {
	Source Source
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
	// Pause returns how long to wait after a number of consecutive failures, from 1. Nil:
	// [Pause].
	Pause func(failures int) time.Duration
	Agent string // name of the program in requests
}

// The pauses after a failure: they double from the first to the longest.
const (
	firstPause   = time.Second
	longestPause = 5 * time.Minute
)

// Pause returns the pause after a number of consecutive failures: a second, then twice as
// long each time, up to five minutes. A random fifth more or less keeps senders from
// contacting a receiver at the same moment.
func Pause(failures int) time.Duration {
	wait := longestPause
	if failures < 10 {
		wait = min(firstPause<<max(failures-1, 0), longestPause)
	}
	return wait*4/5 + rand.N(wait*2/5+1)
}

// Runner sends all webhooks. Its methods are safe for concurrent use.
type Runner struct {
	opt         Options
	open, local *http.Client // for public addresses, and for those that may be nearby

	mu      sync.Mutex
	hooks   map[string]*hook
	testing map[string]*rate.Limiter
	totals  room.WebhookTotals // without Phases
	closed  bool
	done    sync.WaitGroup
}

// New makes a runner that sends nothing yet.
func New(o Options) *Runner {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = Pause
	}
	return &Runner{opt: o, open: newClient(false), local: newClient(true), hooks: map[string]*hook{}, testing: map[string]*rate.Limiter{}, totals: room.WebhookTotals{Requests: map[string]int64{}}}
}

// Close aborts all running requests. Undelivered events are sent after the next start.
func (r *Runner) Close() {
	r.mu.Lock()
	r.closed = true
	for _, h := range r.hooks {
		h.stop()
	}
	r.mu.Unlock()
	r.done.Wait()
	r.open.CloseIdleConnections()
	r.local.CloseIdleConnections()
}

// Set starts a webhook, or continues it with its new settings.
func (r *Runner) Set(w room.Webhook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	was := r.hooks[w.ID]
	ctx, stop := context.WithCancel(context.Background())
	h := &hook{Webhook: w, runner: r, stop: stop, ended: make(chan struct{}), wake: make(chan struct{}, 1)}
	if was != nil {
		was.stop()
		h.before = was.ended
		h.log = was.takeLog()
	}
	r.hooks[w.ID] = h
	r.done.Go(func() { h.run(ctx, was) })
}

// Remove ends a webhook and aborts its running request.
func (r *Runner) Remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.hooks[id]; h != nil {
		h.stop()
		delete(r.hooks, id)
		delete(r.testing, id)
	}
}

// State returns the state of a webhook.
func (r *Runner) State(id string) room.WebhookState {
	r.mu.Lock()
	h := r.hooks[id]
	r.mu.Unlock()
	if h == nil {
		return room.WebhookState{Phase: room.WebhookOff}
	}
	return h.state()
}

// Totals returns the counts of all webhooks so far, and how many are in each phase.
func (r *Runner) Totals() room.WebhookTotals {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := room.WebhookTotals{Phases: map[string]int{}, Requests: maps.Clone(r.totals.Requests), Events: r.totals.Events}
	for _, h := range r.hooks {
		st := h.state()
		if st.Phase == room.WebhookSending && !st.Since.IsZero() {
			st.Phase = room.WebhookRetrying // otherwise one that keeps failing would seem to recover at each try
		}
		out.Phases[st.Phase]++
	}
	return out
}

// count adds a delivery, unless it was a test, to the totals.
func (r *Runner) count(d room.Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.totals.Requests[cmp.Or(d.Fault, room.DeliveryOK)]++
	if d.Fault == "" {
		r.totals.Events += int64(d.Events)
	}
}

// Moved reports that the log of a room has grown.
func (r *Runner) Moved(roomID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.hooks {
		if h.Room == roomID {
			h.wakeUp()
		}
	}
}

// The most tests of one webhook.
const (
	testEvery = 2 * time.Second
	testBurst = 5
)

// Test sends a test to a webhook, also to one that is off, and returns the result. Errors:
// room.ErrSlowDown in a *room.WaitError, context.Canceled.
func (r *Runner) Test(ctx context.Context, w room.Webhook) (room.Delivery, error) {
	r.mu.Lock()
	h, limit := r.hooks[w.ID], r.testing[w.ID]
	if limit == nil {
		limit = rate.NewLimiter(rate.Every(testEvery), testBurst)
		r.testing[w.ID] = limit
	}
	r.mu.Unlock()
	if h == nil {
		return room.Delivery{}, room.ErrNotFound
	}
	if !limit.Allow() {
		return room.Delivery{}, &room.WaitError{Err: room.ErrSlowDown, Wait: testEvery}
	}
	d := r.send(ctx, w, testMessage(w, r.opt.Now()))
	if ctx.Err() != nil {
		return room.Delivery{}, context.Canceled
	}
	h.note(d.Delivery)
	if d.Fault == "" {
		h.retry()
	}
	return d.Delivery, nil
}
