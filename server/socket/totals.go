package socket

import (
	"sync/atomic"

	"danmaku/room"
)

// traffic counts what a group's sockets were sent since the start.
type traffic struct{ frames, deliveries, bytes atomic.Int64 }

func (t *traffic) add(deliveries, bytes int64) {
	t.deliveries.Add(deliveries)
	t.bytes.Add(bytes)
}

// ViewTotals counts what the sockets of a view were sent since the start, over all rooms,
// and how many there are now.
type ViewTotals struct {
	Clients    int
	Behind     int   // Clients with waiting frames
	Frames     int64 // broadcast
	Deliveries int64 // frames written to sockets, including those for one client
	Bytes      int64 // of Deliveries, on the WebSocket
}

// Totals is a hub's counts since its start.
type Totals struct {
	Views  map[room.View]ViewTotals
	Closed map[string]int64 // clients that the server closed, by reason
	Slow   int64            // clients that were closed for reading too slowly
}

// closeReasons exist before any client was closed, so that the first close is visible.
var closeReasons = []string{
	reasonSlow.reason, reasonFull.reason, reasonFlooding.reason, reasonNotUTF8.reason, reasonSilent.reason, reasonInternal.reason,
	"revoked", "banned", "closed", "not_allowed", "restart",
}

// count counts a closed client.
func (h *Hub) count(e closeReason) {
	n, known := h.ended.Load(e.reason)
	if !known {
		n, _ = h.ended.LoadOrStore(e.reason, new(atomic.Int64))
	}
	n.(*atomic.Int64).Add(1)
}

// Totals walks over all clients, and waits for none.
func (h *Hub) Totals() Totals {
	out := Totals{Views: map[room.View]ViewTotals{}, Closed: map[string]int64{}, Slow: h.slow.Load()}
	for _, v := range room.Views {
		out.Views[v] = ViewTotals{}
	}
	watching := ViewTotals{Frames: h.observed.frames.Load(), Deliveries: h.observed.deliveries.Load(), Bytes: h.observed.bytes.Load()}
	for _, o := range h.allObservers() {
		watching.Clients++
		if len(o.messages) > 0 {
			watching.Behind++
		}
	}
	out.Views[ViewObserver] = watching
	for key, g := range h.all() {
		t := out.Views[key.view]
		for _, m := range g.list() {
			t.Clients++
			if m.queued.Load() > 0 {
				t.Behind++
			}
		}
		t.Frames += g.traffic.frames.Load()
		t.Deliveries += g.traffic.deliveries.Load()
		t.Bytes += g.traffic.bytes.Load()
		out.Views[key.view] = t
	}
	for _, reason := range closeReasons {
		out.Closed[reason] = 0
	}
	h.ended.Range(func(reason, n any) bool {
		out.Closed[reason.(string)] = n.(*atomic.Int64).Load()
		return true
	})
	return out
}
