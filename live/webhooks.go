package live

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"danmaku/room"
)

// oldKeyFor is how long a replaced webhook key signs alongside the new one.
const oldKeyFor = 24 * time.Hour

// webhooks are the webhooks of this process.
type webhooks struct {
	stored Webhooks
	runner WebhookRunner

	mu sync.Mutex // held while one of them is changed
}

// errNoWebhooks is the error of a process that sends no webhooks.
var errNoWebhooks = room.Explain(room.ErrNotFound, "This server sends no webhooks.")

// WebhookView is a webhook with its state.
type WebhookView struct {
	room.Webhook
	State room.WebhookState
}

// WebhookEdit is a change of a webhook. A nil field stays as it is.
type WebhookEdit struct {
	Label  *string
	URL    *string
	Events []room.Kind
	Local  *bool
	Off    *bool
	NewKey bool // replaces the key; the old one signs for another day
}

// loadWebhooks starts the stored webhooks.
func (svc *Service) loadWebhooks(ctx context.Context) error {
	if svc.webhooks.runner == nil {
		return nil
	}
	list, err := svc.listWebhooks(ctx)
	if err != nil {
		return fmt.Errorf("load webhooks: %w", err)
	}
	svc.noteWebhooks(list)
	for _, w := range list {
		svc.webhooks.runner.Set(w)
	}
	return nil
}

// listWebhooks returns the webhooks of all rooms, oldest first, with their secrets. A
// webhook whose secret cannot be opened has none.
func (svc *Service) listWebhooks(ctx context.Context) ([]room.Webhook, error) {
	list, err := svc.webhooks.stored.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if plain, err := svc.keys.Open(list[i].Sealed, sealedWebhook(list[i].ID)); err == nil {
			_ = json.Unmarshal(plain, &list[i].WebhookSecret) // what was sealed is JSON
		}
	}
	return list, nil
}

// sealedWebhook is the context that a webhook's secret is sealed for.
func sealedWebhook(id string) string { return "webhook/" + id }

// noteWebhooks records which rooms send comments out, and informs the phones of rooms where
// that has changed.
func (svc *Service) noteWebhooks(list []room.Webhook) {
	out := map[string]bool{}
	for _, w := range list {
		if !w.Off && (w.Gets(room.KindComment) || w.Gets(room.KindHeld) || w.Gets(room.KindRefused)) {
			out[w.Room] = true
		}
	}
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	for id, r := range svc.rooms {
		if r.sendsOut.Swap(out[id]) != out[id] {
			svc.broadcastKeeping(r)
		}
	}
}

// WebhookList lists the webhooks of a room. Their keys are left out.
func (svc *Service) WebhookList(ctx context.Context, roomID string, by room.Actor) ([]WebhookView, error) {
	if _, err := svc.mayWebhook(roomID, by); err != nil {
		return nil, err
	}
	list, err := svc.listWebhooks(ctx)
	if err != nil {
		return nil, err
	}
	var out []WebhookView
	for _, w := range list {
		if w.Room == roomID {
			out = append(out, svc.viewWebhook(w))
		}
	}
	return out, nil
}

// mayWebhook is [Service.may] for actions on webhooks.
func (svc *Service) mayWebhook(roomID string, by room.Actor) (*liveRoom, error) {
	r, err := svc.may(roomID, by, room.ManageWebhooks)
	if err == nil && svc.webhooks.runner == nil {
		err = errNoWebhooks
	}
	return r, err
}

func (svc *Service) viewWebhook(w room.Webhook) WebhookView {
	v := WebhookView{Webhook: w, State: svc.webhooks.runner.State(w.ID)}
	v.Key, v.Old, v.Sealed = nil, nil, nil
	return v
}

// AddWebhook makes a webhook, which gets events from now on, and returns it with its key,
// which is not shown again. Errors: ErrInvalid with the field and its bounds, ErrNotFound,
// ErrBusy.
func (svc *Service) AddWebhook(ctx context.Context, roomID string, by room.Actor, e WebhookEdit) (WebhookView, []byte, error) {
	r, err := svc.mayWebhook(roomID, by)
	if err != nil {
		return WebhookView{}, nil, err
	}
	svc.webhooks.mu.Lock()
	defer svc.webhooks.mu.Unlock()
	list, err := svc.listWebhooks(ctx)
	if err != nil {
		return WebhookView{}, nil, err
	}
	if n := len(slices.DeleteFunc(list, func(w room.Webhook) bool { return w.Room != roomID })); n >= room.MaxWebhooks {
		return WebhookView{}, nil, room.Explain(room.ErrInvalid, "webhooks: at most %d in one room; remove one first", room.MaxWebhooks)
	}
	from, err := svc.lastLogged(ctx, r)
	if err != nil {
		return WebhookView{}, nil, err
	}
	w := room.Webhook{
		ID: strings.ToLower(rand.Text()[:8]), Room: roomID, Made: svc.now(), Position: from,
		Events: room.WebhookKinds([]room.Kind{room.KindComment}),
	}
	if e.URL == nil {
		return WebhookView{}, nil, room.Explain(room.ErrInvalid, "url: send the URL for the events, such as https://example.com/danmaku")
	}
	e.NewKey = true
	if _, err := svc.editWebhook(&w, e); err != nil {
		return WebhookView{}, nil, err
	}
	return svc.putWebhook(ctx, w, by.EntryAt(room.ActionWebhook, svc.now()), true)
}

// SetWebhook changes a webhook. When turned on again, it gets events from then on. The key
// is returned if a new one was requested. Errors: those of [Service.AddWebhook].
func (svc *Service) SetWebhook(ctx context.Context, roomID string, by room.Actor, id string, e WebhookEdit) (WebhookView, []byte, error) {
	r, err := svc.mayWebhook(roomID, by)
	if err != nil {
		return WebhookView{}, nil, err
	}
	svc.webhooks.mu.Lock()
	defer svc.webhooks.mu.Unlock()
	w, err := svc.webhookOf(ctx, roomID, id)
	if err != nil {
		return WebhookView{}, nil, err
	}
	wasOff := w.Off
	changed, err := svc.editWebhook(&w, e)
	if err != nil {
		return WebhookView{}, nil, err
	}
	if len(changed) == 0 {
		return svc.viewWebhook(w), nil, nil
	}
	if wasOff && !w.Off {
		if w.Position, err = svc.lastLogged(ctx, r); err != nil {
			return WebhookView{}, nil, err
		}
	}
	a := by.EntryAt(room.ActionWebhookSet, svc.now())
	if a != nil {
		a.Changed = changed
	}
	return svc.putWebhook(ctx, w, a, e.NewKey)
}

// lastLogged returns the number of the last event in the room's log, which may be ahead of
// the room's memory: it includes every event that was answered before this call.
func (svc *Service) lastLogged(ctx context.Context, r *liveRoom) (int64, error) {
	last := r.head()
	for {
		events, err := svc.journal.Since(ctx, r.id, last, webhookBatch)
		if err != nil {
			return 0, fmt.Errorf("read the end of the log: %w", err)
		}
		if len(events) == 0 {
			return last, nil
		}
		last = events[len(events)-1].Seq
	}
}

// head returns the number of the last event that the room has applied.
func (r *liveRoom) head() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.applied
}

// webhookOf returns one webhook of a room, with its secret.
func (svc *Service) webhookOf(ctx context.Context, roomID, id string) (room.Webhook, error) {
	list, err := svc.listWebhooks(ctx)
	if err != nil {
		return room.Webhook{}, err
	}
	i := slices.IndexFunc(list, func(w room.Webhook) bool { return w.Room == roomID && w.ID == id })
	if i < 0 {
		return room.Webhook{}, room.ErrNotFound
	}
	return list[i], nil
}

// putWebhook seals and stores a webhook and puts it into force. With showKey it returns the
// key.
func (svc *Service) putWebhook(ctx context.Context, w room.Webhook, a *room.AuditEntry, showKey bool) (WebhookView, []byte, error) {
	plain, err := json.Marshal(w.WebhookSecret)
	if err != nil {
		return WebhookView{}, nil, fmt.Errorf("seal the secret of a webhook: %w", err)
	}
	w.Sealed = svc.keys.Seal(plain, sealedWebhook(w.ID))
	if a != nil {
		a.About, a.Detail = w.ID, webhookName(w)
	}
	if err := svc.webhooks.stored.PutWebhook(ctx, w, a); err != nil {
		return WebhookView{}, nil, err
	}
	if list, err := svc.listWebhooks(ctx); err == nil {
		svc.noteWebhooks(list)
	}
	svc.webhooks.runner.Set(w)
	v := svc.viewWebhook(w)
	if !showKey {
		return v, nil, nil
	}
	return v, w.Key, nil
}

// DeleteWebhook deletes a webhook. Errors: ErrNotFound, ErrBusy.
func (svc *Service) DeleteWebhook(ctx context.Context, roomID string, by room.Actor, id string) error {
	if _, err := svc.mayWebhook(roomID, by); err != nil {
		return err
	}
	svc.webhooks.mu.Lock()
	defer svc.webhooks.mu.Unlock()
	w, err := svc.webhookOf(ctx, roomID, id)
	if err != nil {
		return err
	}
	a := by.EntryAt(room.ActionWebhookGone, svc.now())
	if a != nil {
		a.About, a.Detail = id, webhookName(w)
	}
	if err := svc.webhooks.stored.DeleteWebhook(ctx, roomID, id, a); err != nil {
		return err
	}
	svc.webhooks.runner.Remove(id)
	if list, err := svc.listWebhooks(ctx); err == nil {
		svc.noteWebhooks(list)
	}
	return nil
}

// TestWebhook sends a test to a webhook and returns the result. A delivered test ends the
// wait for the next retry. Errors: ErrNotFound, ErrSlowDown.
func (svc *Service) TestWebhook(ctx context.Context, roomID string, by room.Actor, id string) (room.Delivery, error) {
	if _, err := svc.mayWebhook(roomID, by); err != nil {
		return room.Delivery{}, err
	}
	w, err := svc.webhookOf(ctx, roomID, id)
	if err != nil {
		return room.Delivery{}, err
	}
	d, err := svc.webhooks.runner.Test(ctx, w)
	if errors.Is(err, context.Canceled) {
		err = room.ErrBusy
	}
	return d, err
}
