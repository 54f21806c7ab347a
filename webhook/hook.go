package webhook

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

// deliveriesKept is how many of the newest deliveries of a webhook are listed.
const deliveriesKept = 20

// storeEvery is after how many events that need not be sent the position is stored.
const storeEvery = 500

// log is what a webhook has done since the program started.
type log struct {
	delivered, failed int
	deliveries        []room.Delivery // newest first
}

// hook is one webhook that is sent, by a goroutine of its own.
type hook struct {
	room.Webhook
	runner *Runner
	stop   context.CancelFunc
	before <-chan struct{} // closed when the one before it has ended; nil without one
	ended  chan struct{}
	wake   chan struct{} // the log went on

	mu       sync.Mutex
	phase    string
	since    time.Time // since when it fails
	retryAt  time.Time
	again    chan struct{} // closed to end the wait for another try; nil while nobody waits
	position int64         // as far as it is delivered
	log
}

// rouse has the hook look at the log.
func (h *hook) rouse() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// retry ends the wait for another try.
func (h *hook) retry() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.again != nil {
		close(h.again)
		h.again = nil
	}
}

// takeLog returns what the hook has done, for the one that goes on with it.
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

// note keeps what came of a request.
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

// run sends the webhook until ctx ends. was is the one that it goes on with, which has
// to end before.
func (h *hook) run(ctx context.Context, was *hook) {
	defer close(h.ended)
	h.position = h.Position
	if was != nil {
		<-h.before
		h.position = max(h.position, was.position) // it may have got further since the row was read
	}
	if h.Off {
		h.setPhase(room.WebhookOff, time.Time{})
		return
	}
	stored, early := h.position, int64(0)
	for ctx.Err() == nil {
		b, err := h.runner.opt.Source.WebhookEvents(ctx, h.Webhook, h.position, 0, early)
		if err != nil {
			h.runner.opt.Log.Warn("a webhook waits: the log could not be read", "room", h.Room, "webhook", h.ID, "err", err)
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

// store stores how far the hook has got, and returns up to where that is stored. What
// could not be stored is sent again after a restart, which receivers expect.
func (h *hook) store(ctx context.Context, stored int64) int64 {
	if err := h.runner.opt.Source.WebhookPassed(context.WithoutCancel(ctx), h.ID, h.position); err != nil {
		h.runner.opt.Log.Warn("how far a webhook has got could not be stored; some of it will be sent again", "room", h.Room, "webhook", h.ID, "err", err)
		return stored
	}
	return h.position
}

// idle waits until the log goes on, or wait is over where it is not 0.
func (h *hook) idle(ctx context.Context, wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-h.wake:
	case <-over:
	}
}

// pause waits for the next try.
func (h *hook) pause(ctx context.Context, wait time.Duration) {
	again := make(chan struct{})
	h.mu.Lock()
	h.phase, h.retryAt, h.again = room.WebhookRetrying, h.runner.opt.Now().Add(wait), again
	h.mu.Unlock()
	h.await(ctx, again, wait)
}

// await waits until again is closed, or for wait where it is not 0.
func (h *hook) await(ctx context.Context, again <-chan struct{}, wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-again:
	case <-over:
	}
	h.mu.Lock()
	h.again = nil
	h.mu.Unlock()
}

// deliver sends events until the receiver has taken them, and returns whether it has:
// ctx ended otherwise. reread, where it is not nil, returns what is left of them before
// they are sent again: some may have been taken down meanwhile.
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
			h.runner.opt.Log.Warn("a webhook fails; it is tried again", "room", h.Room, "webhook", h.ID, "fault", d.Fault, "status", d.Status)
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
				return true // nothing of it is left
			}
		}
	}
	return false
}

// halt waits until somebody has changed the webhook, or tried it with success.
func (h *hook) halt(ctx context.Context) {
	again := make(chan struct{})
	h.mu.Lock()
	h.phase, h.retryAt, h.again = room.WebhookStopped, time.Time{}, again
	h.mu.Unlock()
	h.await(ctx, again, 0)
}
