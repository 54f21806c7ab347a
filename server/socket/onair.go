package socket

import (
	"sync"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// airStep is by how much the time until comments are drawn must change before
// phones are told, in ms: they say nothing finer.
const airStep = 500

// onAir is what the phones of each room were last told of its overlays. A phone
// that is greeted between two looks may be told another thing than the others;
// then the next look tells all of them.
type onAir struct {
	mu   sync.Mutex
	told map[string]told
}

type told struct {
	live.OnAir
	mixed bool // not all phones were told the same
}

// differs reports whether phones that were told the one should be told the other.
func (t told) differs(o live.OnAir) bool {
	if t.mixed || t.State != o.State || (t.Shown == nil) != (o.Shown == nil) {
		return true
	}
	return o.Shown != nil && max(*o.Shown-*t.Shown, *t.Shown-*o.Shown) >= airStep
}

// greetOnAir returns what a phone that comes is told of the room's overlays.
func (h *Handler) greetOnAir(roomID string) *live.OnAir {
	now := h.hub.Account(roomID).OnAir()
	h.air.mu.Lock()
	defer h.air.mu.Unlock()
	before, known := h.air.told[roomID]
	if h.air.told == nil {
		h.air.told = map[string]told{}
	}
	switch {
	case !known:
		h.air.told[roomID] = told{OnAir: now}
	case before.differs(now):
		before.mixed = true
		h.air.told[roomID] = before
	}
	return &now
}

// tellOnAir tells phones of the rooms whose overlays have come, gone, been hidden
// or become slower or faster. Called by the goroutine of the stats.
func (h *Handler) tellOnAir() {
	h.air.mu.Lock()
	before := make(map[string]told, len(h.air.told))
	for id, t := range h.air.told {
		before[id] = t
	}
	h.air.mu.Unlock()
	for id, t := range before {
		if h.hub.Count(id, room.ViewAudience) == 0 {
			h.air.forget(id, t)
			continue
		}
		if now := h.hub.Account(id).OnAir(); t.differs(now) {
			h.air.set(id, now)
			h.hub.Announce(id, room.ViewAudience, wire.OnAirFrameOf(now))
		}
	}
}

func (o *onAir) set(id string, now live.OnAir) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told[id] = told{OnAir: now}
}

// forget drops a room without phones, unless one was greeted since with news.
func (o *onAir) forget(id string, t told) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.told[id] == t {
		delete(o.told, id)
	}
}
