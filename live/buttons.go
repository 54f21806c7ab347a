package live

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// The limits of one button: a burst of presses, then one press each pressEvery.
const (
	pressBurst = 5
	pressEvery = time.Second
)

// muteLastFor is how long the author of the newest comment is muted by a button.
const muteLastFor = 10 * time.Minute

// pressing holds the rate limit of each button.
type pressing struct {
	mu     sync.Mutex
	limits map[int64]*rate.Limiter // by the number of the link
}

// allow reports whether a button may be pressed now, and counts the press.
func (p *pressing) allow(link int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limits == nil {
		p.limits = map[int64]*rate.Limiter{}
	}
	if p.limits[link] == nil {
		p.limits[link] = rate.NewLimiter(rate.Every(pressEvery), pressBurst)
	}
	return p.limits[link].Allow()
}

// Buttons lists the valid buttons of a room, oldest first.
func (svc *Service) Buttons(roomID string, by room.Actor) ([]room.AccessLink, error) {
	if err := svc.mayButton(roomID, by); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(svc.access.List(), func(l room.AccessLink) bool {
		return l.Role != room.Button || l.Room != roomID || !l.Revoked.IsZero()
	}), nil
}

// mayButton returns nil when by may manage a room's buttons, which needs the permission to
// make links.
func (svc *Service) mayButton(roomID string, by room.Actor) error {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return err
	}
	_, err := svc.room(roomID)
	return err
}

// NewButton makes a button of a room and returns it with its key, which can be shown again.
// It is revoked like a link. Errors: ErrInvalid, ErrNotFound, ErrBusy.
func (svc *Service) NewButton(ctx context.Context, roomID string, by room.Actor, p room.Press, label string) (room.AccessLink, string, error) {
	list, err := svc.Buttons(roomID, by)
	switch {
	case err != nil:
		return room.AccessLink{}, "", err
	case p.Needs() == "":
		return room.AccessLink{}, "", room.Explain(room.ErrInvalid, "act %.20q: %v", p, room.Presses)
	case len(list) >= room.MaxButtons:
		return room.AccessLink{}, "", room.Explain(room.ErrInvalid, "buttons: at most %d in one room; take one back first", room.MaxButtons)
	}
	l, key, err := svc.registrar(by).Button(ctx, roomID, p, label)
	if err != nil {
		return room.AccessLink{}, "", err
	}
	svc.access.Add(l)
	return l, key, nil
}

// Press carries out the one action of a button, in the button's name. People who run the
// room may press any. It returns the room afterwards. Errors: ErrNotAllowed for an action
// other than the button's, ErrSlowDown (a *room.WaitError), ErrNotLive when no item waits
// for it, ErrRoomClosed, and those of the action.
func (svc *Service) Press(ctx context.Context, roomID string, by room.Actor, p room.Press) (room.Room, error) {
	r, err := svc.may(roomID, by, room.PressButton)
	if err != nil {
		return room.Room{}, err
	}
	if p.Needs() == "" {
		return room.Room{}, room.ErrNotFound
	}
	if by.Role == room.Button {
		l, err := svc.LinkByID(by.Link)
		if err != nil || l.Press != p {
			return room.Room{}, room.Explain(room.ErrNotAllowed, "This button does something else.")
		}
		by.Grants = p.Needs()
	}
	if !svc.pressing.allow(by.Link) {
		return room.Room{}, &room.WaitError{Err: room.ErrSlowDown, Wait: pressEvery}
	}
	if err := svc.press(ctx, r, by, p); err != nil {
		return room.Room{}, err
	}
	return r.settings(), nil
}

// press carries out an action.
func (svc *Service) press(ctx context.Context, r *liveRoom, by room.Actor, p room.Press) error {
	switch p {
	case room.PressClear:
		return svc.Clear(ctx, r.id, by)
	case room.PressLockDown:
		_, err := svc.LockDown(ctx, r.id, by)
		return err
	case room.PressUnlock:
		_, err := svc.Unlock(ctx, r.id, by)
		return err
	case room.PressFeatureNext:
		return svc.startNext(ctx, r, by, show.Card)
	case room.PressPollStart:
		return svc.startNext(ctx, r, by, show.Poll)
	case room.PressFeatureStop:
		return svc.stopLive(ctx, r, by, show.Card)
	case room.PressPollStop:
		return svc.stopLive(ctx, r, by, show.Poll)
	case room.PressMuteLast:
		return svc.muteLast(ctx, r, by)
	}
	_, err := svc.setRoom(ctx, r.id, by, room.ActionSettings, func(setup room.Room) (room.Room, error) { return pressed(setup, p) })
	return err
}

// pressed returns a room's settings after an action that changes them. A button neither
// closes a room nor opens a closed one.
func pressed(setup room.Room, p room.Press) (room.Room, error) {
	switch p {
	case room.PressHide, room.PressShow:
		setup.OverlayHidden = p == room.PressHide
		return setup, nil
	case room.PressHideToggle:
		setup.OverlayHidden = !setup.OverlayHidden
		return setup, nil
	}
	if setup.State == room.Closed {
		return setup, room.ErrRoomClosed
	}
	if p == room.PressPause || p == room.PressPauseToggle && setup.State == room.Open {
		setup.State = room.Paused
	} else {
		setup.State = room.Open
	}
	return setup, nil
}

// startNext starts the first waiting item of a kind: a queued one before a prepared one.
// The live item in its place ends.
func (svc *Service) startNext(ctx context.Context, r *liveRoom, by room.Actor, kind show.Kind) error {
	r.mu.RLock()
	items := slices.Clone(r.showing.items)
	r.mu.RUnlock()
	show.Sort(items)
	var next, stands *show.Item
	for i, it := range items {
		switch {
		case it.State == show.Live && it.Slot() == (show.Item{Kind: kind}).Slot():
			stands = &items[i]
		case it.Kind == kind && it.State == show.Queued && (next == nil || next.State == show.Draft), it.Kind == kind && it.State == show.Draft && next == nil:
			next = &items[i]
		}
	}
	if next == nil {
		return room.Explain(room.ErrNotLive, "No %s waits. Prepare one on the console's page Show.", kind)
	}
	if stands != nil { // an item that is started while its place is taken would wait
		if _, err := svc.ChangeItem(ctx, r.id, by, show.Command{Op: show.Stop, ID: stands.ID}); err != nil {
			return err
		}
	}
	r.mu.RLock()
	it, known := r.showing.find(next.ID)
	r.mu.RUnlock()
	if known && it.State == show.Live { // the queue has already moved on
		return nil
	}
	_, err := svc.ChangeItem(ctx, r.id, by, show.Command{Op: show.Start, ID: next.ID})
	return err
}

// stopLive ends the item of a kind that is live.
func (svc *Service) stopLive(ctx context.Context, r *liveRoom, by room.Actor, kind show.Kind) error {
	r.mu.RLock()
	i := slices.IndexFunc(r.showing.items, func(it show.Item) bool { return it.Kind == kind && it.State == show.Live })
	id := ""
	if i >= 0 {
		id = r.showing.items[i].ID
	}
	r.mu.RUnlock()
	if id == "" {
		return room.Explain(room.ErrNotLive, "No %s is on air.", kind)
	}
	_, err := svc.ChangeItem(ctx, r.id, by, show.Command{Op: show.Stop, ID: id})
	return err
}

// muteLastAmong is how many of the newest comments are searched for one by the audience.
const muteLastAmong = 20

// muteLast mutes the author of the newest shown comment whose author does not run the room.
func (svc *Service) muteLast(ctx context.Context, r *liveRoom, by room.Actor) error {
	rows, _, err := svc.history.Comments(ctx, r.id, room.HistoryQuery{Status: comment.Shown, Limit: muteLastAmong})
	if err != nil {
		return fmt.Errorf("find the newest comment: %w", err)
	}
	for _, row := range rows {
		if row.Badge != comment.NoBadge || row.Cleared || row.Source == comment.FromReplay {
			continue
		}
		_, _, err := svc.Ban(ctx, r.id, by, BanRequest{User: row.User, Kind: room.Mute, For: muteLastFor, Reason: "the newest comment, by a button"})
		return err
	}
	return room.Explain(room.ErrNotLive, "No comment of the audience is shown.")
}
