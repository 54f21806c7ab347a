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
	told map[string]told // without the rooms whose phones were told that there is none
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
	alone := h.hub.Count(roomID, room.ViewAudience) <= 1
	h.air.mu.Lock()
	defer h.air.mu.Unlock()
	before, known := h.air.of(roomID)
	switch {
	case !before.differs(now):
	case !known && alone:
		h.air.put(roomID, told{OnAir: now})
	default:
		before.mixed = true
		h.air.put(roomID, before)
	}
	return &now
}

// tellOnAir tells phones of the rooms whose overlays have come, gone, been hidden
// or become slower or faster. Called by the goroutine of the stats. A room without
// overlays, whose phones know it, costs nothing.
func (h *Handler) tellOnAir() {
	looks := map[string]bool{}
	for key, m := range h.hub.all() {
		if key.view == room.ViewOverlay && m.Len() > 0 {
			looks[key.room] = true
		}
	}
	h.air.mu.Lock()
	for id := range h.air.told {
		looks[id] = true
	}
	h.air.mu.Unlock()
	for id := range looks {
		h.air.mu.Lock()
		before, _ := h.air.of(id)
		h.air.mu.Unlock()
		if h.hub.Count(id, room.ViewAudience) == 0 {
			h.air.forget(id, before)
			continue
		}
		if now := h.hub.Account(id).OnAir(); before.differs(now) {
			h.air.mu.Lock()
			h.air.put(id, told{OnAir: now})
			h.air.mu.Unlock()
			h.hub.Announce(id, room.ViewAudience, wire.OnAirFrameOf(now))
		}
	}
}

// of returns what the phones of a room were told. It is called with mu.
func (o *onAir) of(id string) (t told, known bool) {
	if t, known = o.told[id]; !known {
		t.State = live.AirNone
	}
	return t, known
}

// put notes what the phones of a room were told. It is called with mu.
func (o *onAir) put(id string, t told) {
	if t.State == live.AirNone && !t.mixed {
		delete(o.told, id)
		return
	}
	if o.told == nil {
		o.told = map[string]told{}
	}
	o.told[id] = t
}

// forget drops a room without phones, unless one was greeted since with news.
func (o *onAir) forget(id string, t told) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.told[id] == t {
		delete(o.told, id)
	}
}
