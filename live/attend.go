package live

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"danmaku/room"
	"danmaku/show"
)

// talliesEvery is the least time between two frames that carry counts.
const talliesEvery = 250 * time.Millisecond

// waitMost is the longest time between two checks whether a scheduled item is due, since
// the clock may be set meanwhile.
const waitMost = 5 * time.Second

// attended holds the rooms that show something, have a scheduled item, or receive
// reactions. Their counts are sent, expired items are stopped, and due items are started.
// Without such rooms the program does nothing.
type attended struct {
	mu    sync.Mutex
	rooms map[*liveRoom]bool
	wake  chan struct{}
}

// busy reports whether a room shows anything, or has counts to send or store.
func (r *liveRoom) busy() bool {
	r.mu.RLock()
	live := r.showing.live()
	r.mu.RUnlock()
	return live || r.reacted.busy()
}

// hasScheduled reports whether any item of a room is scheduled to start.
func (r *liveRoom) hasScheduled() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return !show.NextStart(r.showing.items).IsZero()
}

// attend puts a room under attention while it shows anything or has a scheduled item.
func (svc *Service) attend(r *liveRoom) {
	needed := r.busy() || r.hasScheduled()
	a := &svc.attended
	a.mu.Lock()
	defer a.mu.Unlock()
	if !needed {
		return // the next check removes it
	}
	a.rooms[r] = true
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// runShows attends to all such rooms until ctx ends.
func (svc *Service) runShows(ctx context.Context) {
	var next time.Time // the next check; events that arrive meanwhile can only move it forward
	for {
		wait, idle := svc.nextCheck()
		if idle {
			next = time.Time{}
			select {
			case <-ctx.Done():
				return
			case <-svc.attended.wake:
			}
			continue
		}
		if at := time.Now().Add(wait); next.IsZero() || at.Before(next) {
			next = at
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-svc.attended.wake:
			timer.Stop()
		case <-timer.C:
			next = time.Time{}
			svc.updateShows(ctx)
		}
	}
}

// nextCheck returns the time until a room needs attention; idle is true when none does.
func (svc *Service) nextCheck() (wait time.Duration, idle bool) {
	svc.attended.mu.Lock()
	defer svc.attended.mu.Unlock()
	wait = waitMost
	for r := range svc.attended.rooms {
		r.mu.RLock()
		starts := show.NextStart(r.showing.items)
		r.mu.RUnlock()
		switch {
		case r.busy():
			wait = talliesEvery
		case !starts.IsZero():
			wait = min(wait, max(talliesEvery, starts.Sub(svc.now())))
		}
	}
	return wait, len(svc.attended.rooms) == 0
}

// updateShows sends what was counted since the last call, stops expired items, and
// starts due ones.
func (svc *Service) updateShows(ctx context.Context) {
	svc.attended.mu.Lock()
	var rooms []*liveRoom
	for r := range svc.attended.rooms {
		rooms = append(rooms, r)
	}
	svc.attended.mu.Unlock()
	for _, r := range rooms {
		svc.countDraws(ctx, r)
		svc.broadcastTallies(r)
		svc.broadcastReactions(r)
		svc.keepReactions(ctx, r, svc.mono())
		var over, due []string
		if svc.decides() {
			r.mu.RLock()
			over, due = show.Due(r.showing.items, svc.now()), show.ToStart(r.showing.items, svc.now())
			r.mu.RUnlock()
		}
		for _, id := range over {
			svc.runScheduled(ctx, r, show.Command{Op: show.Expire, ID: id})
		}
		for _, id := range due {
			c := show.Command{Op: show.StartScheduled, ID: id, Seed: make([]byte, show.SeedSize)}
			if _, err := rand.Read(c.Seed); err != nil {
				svc.slog.Warn("could not generate a draw's seed", "room", r.id, "item", id, "err", err)
				continue
			}
			svc.runScheduled(ctx, r, c)
			svc.countAuthorsOf(ctx, r, id)
		}
		svc.attended.mu.Lock()
		if !r.busy() && !r.hasScheduled() {
			delete(svc.attended.rooms, r)
		}
		svc.attended.mu.Unlock()
	}
}

// runScheduled carries out a scheduled command. When the log cannot be written, the next
// check tries again.
func (svc *Service) runScheduled(ctx context.Context, r *liveRoom, c show.Command) {
	e := room.Event{Room: r.id, At: svc.now(), Kind: room.KindItem, Command: &c}
	if _, err := svc.journal.Append(svc.inTerm(ctx), e); err != nil && !errors.Is(err, room.ErrBusy) && ctx.Err() == nil {
		svc.slog.Warn("could not change an item at its scheduled time", "room", r.id, "item", c.ID, "op", c.Op, "err", err)
	}
}

// broadcastTallies sends changed counts to every view that may see them. In a room with a
// delay, screens receive counts of photos and questions only after the comments before
// them.
func (svc *Service) broadcastTallies(r *liveRoom) {
	passed := r.onScreens()
	r.mu.Lock()
	changed := make([][]show.Item, len(room.Views))
	for _, it := range r.showing.items {
		if it.State != show.Live {
			continue
		}
		board := r.showing.boards[it.ID]
		for i, v := range room.Views {
			if !r.showing.counted[it.ID] && (v != room.ViewOverlay || board == nil || !board.Behind(passed)) {
				continue
			}
			if seen, ok := asSeen(v, r.showing.news(v, passed, it)); ok {
				changed[i] = append(changed[i], show.Brief(seen))
			}
		}
	}
	clear(r.showing.counted)
	for _, b := range r.showing.boards {
		b.Delivered(passed)
	}
	r.mu.Unlock()
	for i, v := range room.Views {
		if len(changed[i]) > 0 {
			svc.outlet.Announce(r.id, v, svc.encoder.Tally(changed[i]))
		}
	}
}

// news adds the counts since the last frame to an item.
func (s *showing) news(v room.View, passed int64, it show.Item) show.Item {
	switch b := s.boards[it.ID]; {
	case b == nil:
		return s.count(it)
	case v == room.ViewOverlay:
		return b.NewsOnScreens(it, passed)
	default:
		return b.News(it)
	}
}
