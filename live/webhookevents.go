package live

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"danmaku/room"
	"danmaku/show"
)

// Bounds of one read for a webhook.
const (
	webhookBatch = 100 // events of the log
	webhookEarly = 500 // events searched for removals
)

// WebhookEvents returns the next events of its room for a webhook: those after the number
// after, at most up to the number upTo (0 means no bound), and the removals after early
// that are sent ahead of their place. Events are as overlays see them, at the time when
// overlays see them; a webhook may also get events that only moderators see. It leaves out
// comments that were taken down or decided since, and outdated states of items.
func (svc *Service) WebhookEvents(ctx context.Context, w room.Webhook, after, upTo, early int64) (room.WebhookBatch, error) {
	r, err := svc.room(w.Room)
	if err != nil {
		return room.WebhookBatch{}, err
	}
	head, delay := r.head(), r.settings().Delay.Duration()
	delivered := head // the last position that overlays have received
	if delay > 0 {
		delivered = min(delivered, r.broadcaster(room.ViewOverlay).Position())
	}
	end := delivered
	if upTo > 0 {
		end = min(end, upTo)
	}
	out := room.WebhookBatch{UpTo: r.position(max(after, end)), EarlyTo: early}
	if end > after {
		events, err := svc.journal.Since(ctx, r.id, after, webhookBatch)
		if err != nil {
			return room.WebhookBatch{}, fmt.Errorf("read for a webhook: %w", err)
		}
		for _, e := range events {
			if e.Seq > end {
				break
			}
			if b := svc.webhookEvent(r, w, e); b != nil {
				out.Events = append(out.Events, b)
			}
		}
		if n := len(events); n == webhookBatch {
			out.UpTo = r.position(min(end, events[n-1].Seq))
		}
	}
	if delivered < head {
		err = svc.webhookAhead(ctx, r, w, max(delivered, early), delay, &out)
	}
	return out, err
}

// webhookAhead searches the delayed events for removals.
func (svc *Service) webhookAhead(ctx context.Context, r *liveRoom, w room.Webhook, after int64, delay time.Duration, out *room.WebhookBatch) error {
	delivered := r.broadcaster(room.ViewOverlay).Position()
	next, err := svc.journal.Since(ctx, r.id, delivered, 1)
	if err != nil {
		return fmt.Errorf("read for a webhook: %w", err)
	}
	out.Wait = delay
	if len(next) > 0 {
		out.Wait = min(max(next[0].At.Add(delay).Sub(svc.now()), 20*time.Millisecond), delay)
	}
	events, err := svc.journal.Since(ctx, r.id, after, webhookEarly)
	if err != nil {
		return fmt.Errorf("read for a webhook: %w", err)
	}
	for _, e := range events {
		out.EarlyTo = max(out.EarlyTo, e.Seq)
		if e.Kind != room.KindRemove && e.Kind != room.KindErase && e.Kind != room.KindClear {
			continue
		}
		if b := svc.webhookEvent(r, w, e); b != nil {
			out.Early = append(out.Early, b)
		}
	}
	return nil
}

// webhookEvent encodes an event of the log for a webhook; nil when the webhook does not get
// it.
func (svc *Service) webhookEvent(r *liveRoom, w room.Webhook, e room.Event) []byte {
	kind := e.Kind
	if kind == room.KindErase { // a receiver that stores removed comments has to delete them
		kind = room.KindRemove
	}
	if !w.Gets(kind) {
		return nil
	}
	view := room.ViewOverlay
	switch e.Kind {
	case room.KindHeld, room.KindRefused, room.KindBan, room.KindUnban: // chosen by name, see room.StaffKinds
		view = room.ViewConsole
		e = svc.grouped(e)
	case room.KindRemove, room.KindErase:
		e.User = "" // a program stores comments by their IDs, however many there are
	case room.KindItem:
		now, stands := r.itemNow(e.Item)
		if !stands {
			return nil
		}
		e.Item = now
	}
	return svc.encoder.Event(view, e)
}

// itemNow returns a change of an item with its counts, and whether it still matches the
// item's state: a card whose comment was taken down must not be sent.
func (r *liveRoom) itemNow(c *show.Change) (*show.Change, bool) {
	if c == nil || c.After == nil {
		return c, c != nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	now, known := r.showing.find(c.ID())
	if !known || !reflect.DeepEqual(withoutResult(now), withoutResult(*c.After)) {
		return nil, false
	}
	after := show.Counted(now, r.showing.tallies[c.ID()])
	return &show.Change{Before: c.Before, After: &after}, true
}

// withoutResult returns an item without the fields that the database and memory write
// differently.
func withoutResult(it show.Item) show.Item {
	it.Result, it.Created, it.Started, it.Ends, it.Stopped = nil, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return it
}

// WebhookPassed stores the position of a webhook.
func (svc *Service) WebhookPassed(ctx context.Context, id string, seq int64) error {
	return svc.webhooks.stored.PassWebhook(ctx, id, seq)
}
