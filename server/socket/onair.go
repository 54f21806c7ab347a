package socket

import (
	"sync"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// airStep is the change in the time until comments are drawn, in ms, that makes the server
// notify phones: they show nothing finer.
const airStep = 500

// onAir holds the overlay state that the phones of each room last received. A phone that
// joins between two broadcasts may receive another state than the others; then the next
// broadcast goes to all of them.
type onAir struct {
	mu   sync.Mutex
	sent map[string]sentAir // without rooms whose phones know that there is no overlay
}

// sentAir is the state that the phones of a room have.
type sentAir struct {
	live.OnAir
	mixed bool // not all phones received the same
}

// differs reports whether phones with state s should receive o.
func (s sentAir) differs(o live.OnAir) bool {
	if s.mixed || s.State != o.State || (s.Shown == nil) != (o.Shown == nil) {
		return true
	}
	return o.Shown != nil && max(*o.Shown-*s.Shown, *s.Shown-*o.Shown) >= airStep
}

// greetOnAir returns the overlay state for a joining phone.
func (h *Handler) greetOnAir(roomID string) *live.OnAir {
	now := h.hub.Account(roomID).OnAir()
	alone := h.hub.here(roomID, room.ViewAudience) <= 1
	h.air.mu.Lock()
	defer h.air.mu.Unlock()
	before, known := h.air.of(roomID)
	switch {
	case !before.differs(now):
	case !known && alone:
		h.air.put(roomID, sentAir{OnAir: now})
	default:
		before.mixed = true
		h.air.put(roomID, before)
	}
	return &now
}

// broadcastOnAir notifies the phones of rooms whose overlays have connected, disconnected,
// been hidden or become slower or faster. The stats goroutine calls it. A room without
// overlays, whose phones know that, costs nothing.
func (h *Handler) broadcastOnAir() {
	looks := map[string]bool{}
	for _, m := range h.hub.occupied.of(room.ViewOverlay) {
		if m.Len() > 0 {
			looks[m.key.room] = true
		}
	}
	h.air.mu.Lock()
	for id := range h.air.sent {
		looks[id] = true
	}
	h.air.mu.Unlock()
	for id := range looks {
		h.air.mu.Lock()
		before, _ := h.air.of(id)
		h.air.mu.Unlock()
		if h.hub.here(id, room.ViewAudience) == 0 {
			h.air.forget(id, before)
			continue
		}
		if now := h.hub.Account(id).OnAir(); before.differs(now) {
			h.air.mu.Lock()
			h.air.put(id, sentAir{OnAir: now})
			h.air.mu.Unlock()
			h.hub.Announce(id, room.ViewAudience, wire.OnAirFrameOf(now))
		}
	}
}

// of returns the state that the phones of a room received. The caller holds mu.
func (o *onAir) of(id string) (s sentAir, known bool) {
	if s, known = o.sent[id]; !known {
		s.State = live.AirNone
	}
	return s, known
}

// put stores the state that the phones of a room received. The caller holds mu.
func (o *onAir) put(id string, s sentAir) {
	if s.State == live.AirNone && !s.mixed {
		delete(o.sent, id)
		return
	}
	if o.sent == nil {
		o.sent = map[string]sentAir{}
	}
	o.sent[id] = s
}

// forget drops a room without phones, unless a phone has since joined with another state.
func (o *onAir) forget(id string, s sentAir) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sent[id] == s {
		delete(o.sent, id)
	}
}
