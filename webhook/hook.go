package webhook

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

// deliveriesKept is how many of a webhook's newest deliveries are listed.
const deliveriesKept = 20

// storeEvery is the number of unsent events after which the position is stored.
const storeEvery = 500

// log is a webhook's history since the program started.
type log struct {
	delivered, failed int
	deliveries        []room.Delivery // newest first
}

// hook sends one webhook, in its own goroutine.
type hook struct {
	room.Webhook
	runner *Runner
	stop   context.CancelFunc
	before <-chan struct{} // closed when the previous hook has ended; nil without one
	ended  chan struct{}
	wake   chan struct{} // signals that the log has grown

	mu       sync.Mutex
	phase    string
	since    time.Time // since when it has failed
	retryAt  time.Time
	again    chan struct{} // closed to end the wait for the next try; nil while nobody waits
	position int64         // delivered up to here
	log
}

// wakeUp makes the hook check the log.
func (h *hook) wakeUp() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// retry ends the wait for the next try.
func (h *hook) retry() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.again != nil {
		close(h.again)
		h.again = nil
	}
}

// takeLog returns the hook's history, for its successor.
func (h *hook) takeLog() log {
	h.mu.Lock()
	defer h.mu.Unlock()
	return log{h.delivered, h.failed, slices.Clone(h.deliveries)}
}

func (h *hook) state() room.WebhookState {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := room.WebhookState{
		Phase: h.phase, Since: h.since, RetryAt: h.retryAt, Delivered: h.delivered, Failed: h.failed, Deliveries: slices.Clone(h.deliveries),
	}
	if st.Phase == "" {
		st.Phase = room.WebhookReady
	}
	return st
}

func (h *hook) setPhase(phase string, retryAt time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.phase, h.retryAt = phase, retryAt
	if phase == room.WebhookReady || phase == room.WebhookOff {
		h.since = time.Time{}
	}
}

// note stores the result of a request.
func (h *hook) note(d room.Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case d.Fault != "":
		h.failed++
		if h.since.IsZero() && !d.Test {
			h.since = d.At
		}
	case !d.Test:
		h.delivered += d.Events
		h.since = time.Time{}
	}
	h.deliveries = slices.Insert(h.deliveries, 0, d)
	h.deliveries = h.deliveries[:min(len(h.deliveries), deliveriesKept)]
}

// run sends the webhook until ctx ends. was is its predecessor, which has to end first.
func (h *hook) run(ctx context.Context, was *hook) {
	defer close(h.ended)
	h.position = h.Position
	if was != nil {
		<-h.before
		h.position = max(h.position, was.position) // it may have advanced since the row was read
	}
	if h.Off {
		h.setPhase(room.WebhookOff, time.Time{})
		return
	}
	stored, early := h.position, int64(0)
	for ctx.Err() == nil {
		b, err := h.runner.opt.Source.WebhookEvents(ctx, h.Webhook, h.position, 0, early)
		if err != nil {
			h.runner.opt.Log.Warn("a webhook waits: could not read the log", "room", h.Room, "webhook", h.ID, "err", err)
			h.pause(ctx, firstPause)
			continue
		}
		early = b.EarlyTo
		if len(b.Early) > 0 && !h.deliver(ctx, b.UpTo, b.Early, nil) {
			return
		}
		if len(b.Events) > 0 {
			if !h.deliver(ctx, b.UpTo, b.Events, func() (room.WebhookBatch, error) {
				return h.runner.opt.Source.WebhookEvents(ctx, h.Webhook, h.position, b.UpTo.Seq, early)
			}) {
				return
			}
		}
		if b.UpTo.Seq > h.position {
			h.position = b.UpTo.Seq
			if len(b.Events) > 0 || h.position-stored >= storeEvery {
				stored = h.store(ctx, stored)
			}
			continue // there may be more
		}
		h.setPhase(room.WebhookReady, time.Time{})
		h.idle(ctx, b.Wait)
	}
}

// store stores the hook's position, and returns the stored one. Events after a position
// that could not be stored are sent again after a restart, which receivers expect.
func (h *hook) store(ctx context.Context, stored int64) int64 {
	if err := h.runner.opt.Source.WebhookPassed(context.WithoutCancel(ctx), h.ID, h.position); err != nil {
		h.runner.opt.Log.Warn("could not store a webhook's position; some events will be sent again", "room", h.Room, "webhook", h.ID, "err", err)
		return stored
	}
	return h.position
}

// idle waits until the log grows, or, unless wait is 0, until wait is over.
func (h *hook) idle(ctx context.Context, wait time.Duration) { waitFor(ctx, h.wake, wait) }

// pause waits for the next try.
func (h *hook) pause(ctx context.Context, wait time.Duration) {
	again := make(chan struct{})
	h.mu.Lock()
	h.phase, h.retryAt, h.again = room.WebhookRetrying, h.runner.opt.Now().Add(wait), again
	h.mu.Unlock()
	h.await(ctx, again, wait)
}

// await waits until again is closed, or, unless wait is 0, until wait is over.
func (h *hook) await(ctx context.Context, again <-chan struct{}, wait time.Duration) {
	waitFor(ctx, again, wait)
	h.mu.Lock()
	h.again = nil
	h.mu.Unlock()
}

// waitFor waits until c receives or is closed, or, unless wait is 0, until wait is over.
func waitFor(ctx context.Context, c <-chan struct{}, wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-c:
	case <-over:
	}
}

// deliver sends events until the receiver has accepted them, and returns true; it returns
// false when ctx ends first. reread, unless nil, returns the remaining events before a
// retry, since some may have been taken down.
func (h *hook) deliver(ctx context.Context, upTo room.Position, events [][]byte, reread func() (room.WebhookBatch, error)) bool {
	for failures := 0; ctx.Err() == nil; {
		h.setPhase(room.WebhookSending, time.Time{})
		d := h.runner.send(ctx, h.Webhook, eventsMessage(h.Webhook, h.position, upTo, events, reread == nil))
		if ctx.Err() != nil && d.Fault != "" {
			return false
		}
		h.note(d.Delivery)
		h.runner.count(d.Delivery)
		if d.Fault == "" {
			return true
		}
		failures++
		if failures == 1 {
			h.runner.opt.Log.Warn("a webhook failed; trying again", "room", h.Room, "webhook", h.ID, "fault", d.Fault, "status", d.Status)
		}
		if d.Fault == room.DeliveryGone || d.Fault == room.DeliveryKey {
			h.halt(ctx)
		} else {
			h.pause(ctx, max(h.runner.opt.Pause(failures), min(d.wait, longestWait)))
		}
		if reread == nil {
			continue
		}
		if b, err := reread(); err == nil && ctx.Err() == nil {
			if events = b.Events; len(events) == 0 {
				return true // nothing remains
			}
		}
	}
	return false
}

// halt waits until somebody has changed the webhook, or tested it successfully.
func (h *hook) halt(ctx context.Context) {
	again := make(chan struct{})
	h.mu.Lock()
	h.phase, h.retryAt, h.again = room.WebhookStopped, time.Time{}, again
	h.mu.Unlock()
	h.await(ctx, again, 0)
}
