package socket

import (
	"maps"

	"danmaku/room"
	"danmaku/server/wire"
)

// Headcount is one machine's count of a room's clients, for the other machines of a
// cluster.
type Headcount struct {
	Clients  map[room.View]int  `json:"clients"`
	Overlays wire.OverlayCounts `json:"overlays"`
	Shown    *int64             `json:"shown,omitempty"` // as of [wire.Account]
}

// Headcounts counts the clients of this machine, by room. It omits rooms without any.
func (h *Hub) Headcounts() map[string]Headcount {
	out := map[string]Headcount{}
	for _, m := range h.occupied.of(room.Views...) {
		key, n := m.key, m.Len()
		if n == 0 {
			continue
		}
		c := out[key.room]
		if c.Clients == nil {
			c.Clients = map[room.View]int{}
		}
		c.Clients[key.view] = n
		if key.view == room.ViewOverlay {
			a := h.account(key.room)
			c.Overlays, c.Shown = a.Overlays, a.Shown
		}
		out[key.room] = c
	}
	return out
}

// SetElsewhere sets the counts of other machines, by their names.
func (h *Hub) SetElsewhere(by map[string]map[string]Headcount) {
	sum := map[string]Headcount{}
	for _, rooms := range by {
		for id, c := range rooms {
			sum[id] = sum[id].plus(c)
		}
	}
	h.elsewhere.Store(&sum)
}

// plus adds two counts of a room.
func (c Headcount) plus(o Headcount) Headcount {
	clients := maps.Clone(c.Clients)
	if clients == nil {
		clients = map[room.View]int{}
	}
	for v, n := range o.Clients {
		clients[v] += n
	}
	c.Clients = clients
	c.Overlays = plusOverlays(c.Overlays, o.Overlays)
	c.Shown = slower(c.Shown, o.Shown)
	return c
}

func plusOverlays(a, b wire.OverlayCounts) wire.OverlayCounts {
	a.Drawing, a.Hidden, a.Stuck = a.Drawing+b.Drawing, a.Hidden+b.Hidden, a.Stuck+b.Stuck
	if b.Placed.After(a.Placed) {
		a.Placed = b.Placed
	}
	return a
}

// slower returns the longer of two times; nil means none.
func slower(a, b *int64) *int64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// headcountElsewhere returns the counts of other machines for a room.
func (h *Hub) headcountElsewhere(roomID string) Headcount {
	if all := h.elsewhere.Load(); all != nil {
		return (*all)[roomID]
	}
	return Headcount{}
}

// Count implements live.Outlet: it counts the clients of all machines.
func (h *Hub) Count(roomID string, v room.View) int {
	return h.here(roomID, v) + h.headcountElsewhere(roomID).Clients[v]
}

// here counts the clients of this machine.
func (h *Hub) here(roomID string, v room.View) int {
	if m := h.find(roomID, v); m != nil {
		return m.Len()
	}
	return 0
}

// Account returns what only the sockets know about a room, on all machines.
func (h *Hub) Account(roomID string) wire.Account {
	a, o := h.account(roomID), h.headcountElsewhere(roomID)
	a.Overlays, a.Shown = plusOverlays(a.Overlays, o.Overlays), slower(a.Shown, o.Shown)
	return a
}
