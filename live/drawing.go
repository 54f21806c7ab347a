package live

import (
	"context"

	"danmaku/show"
)

// countDraws counts the running draws of a room again where that is due, so that they show the
// number of those who can win: without people who are muted or banned now, and without the
// authors of removed comments. The store decides the same when the winners are drawn.
func (svc *Service) countDraws(ctx context.Context, r *liveRoom) {
	svc.barFromDraws(r)
	r.mu.Lock()
	var again []show.Item
	if r.showing.stale {
		again = r.showing.draws()
	}
	r.showing.stale = false // a removal meanwhile sets it again
	r.mu.Unlock()
	for _, it := range again {
		svc.countAuthors(ctx, r, it)
	}
}

// barFromDraws applies the bans in force to the running draws of a room. Bans of addresses
// apply only when the winners are drawn, since nobody's address is in memory.
func (svc *Service) barFromDraws(r *liveRoom) {
	r.mu.RLock()
	idle := len(r.showing.draws()) == 0
	r.mu.RUnlock()
	if idle {
		return
	}
	barred := svc.bans.users(r.id, svc.instant())
	r.mu.Lock()
	r.showing.bar(barred)
	r.mu.Unlock()
}

// countAuthorsOf counts the authors who wrote before an item began by itself, if it is a draw
// among authors.
func (svc *Service) countAuthorsOf(ctx context.Context, r *liveRoom, id string) {
	r.mu.RLock()
	it, known := r.showing.find(id)
	r.mu.RUnlock()
	if known {
		svc.countAuthors(ctx, r, it)
	}
}

// countAuthors counts the authors of a live draw among authors from the log.
func (svc *Service) countAuthors(ctx context.Context, r *liveRoom, it show.Item) {
	if !show.AmongAuthors(it) {
		return
	}
	if err := svc.loadLive(ctx, r, it); err != nil && ctx.Err() == nil {
		svc.slog.Warn("could not count the participants of a draw", "room", r.id, "item", it.ID, "err", err)
	}
}
