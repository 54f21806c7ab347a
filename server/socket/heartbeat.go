package socket

import (
	"context"
	"time"

	"danmaku/room"
	"danmaku/server/wire"
)

// start begins heartbeats and stats. Hub.Shutdown ends them; after it nothing begins.
func (h *Handler) start() {
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	if h.hub.closing {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	h.hub.stop = stop
	h.hub.heartbeats.Go(func() { every(ctx, h.opt.Beat, h.beat) })
	h.hub.heartbeats.Go(func() {
		every(ctx, h.opt.StatsEvery, func() {
			h.stats()
			h.tellOnAir()
		})
	})
}

func every(ctx context.Context, d time.Duration, do func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

// beat sends every client the time and its position, and disconnects those that
// left two beats unanswered: a browser answers protocol pings even when its page
// hangs, but not beats. A client that got a bye and is still there one beat later
// reads too slowly: no further frame fills its queue, which would disconnect it, and
// each frame that waits there may take ten seconds.
//
// One ticker and one walk serve all rooms, so that what a beat costs follows people.
func (h *Handler) beat() {
	now := h.hub.now()
	silent := int64(h.hub.elapsed() - 2*h.opt.Beat - h.opt.Beat/2)
	for key, m := range h.hub.all() {
		m.settle()
		people := m.Len()
		if people == 0 {
			continue // a room that everybody has left costs nothing
		}
		if key.view == room.ViewAudience {
			h.svc.Crowd(key.room, people)
		} else {
			people = h.hub.Count(key.room, room.ViewAudience)
		}
		_ = h.svc.Still(key.room, key.view, func(pos room.Position) { // a room that is gone has nobody to tell
			m.announce(wire.Marshal(wire.Beat{Type: "beat", Time: now.UnixMilli(), Position: pos.String(), People: people}))
		})
		for _, s := range m.list() {
			switch c := s.client; {
			case c.heard.Load() < silent:
				h.hub.cut(s, reasonSilent)
			case c.byeReason.Load() != nil && c.lingered.Swap(true):
				h.hub.cut(s, reasonSlow)
			}
		}
	}
	rooms := map[string]bool{}
	for _, o := range h.hub.allObservers() {
		rooms[o.Client.Room] = true
	}
	for id := range rooms {
		h.beatObservers(id)
	}
	h.tidy()
}

// stats sends consoles the state of their room.
func (h *Handler) stats() {
	h.hub.mu.RLock()
	var rooms []string
	for key := range h.hub.groups {
		if key.view == room.ViewConsole {
			rooms = append(rooms, key.room)
		}
	}
	h.hub.mu.RUnlock()
	for _, id := range rooms {
		if h.hub.Count(id, room.ViewConsole) == 0 {
			continue
		}
		if s, err := h.svc.Stats(id); err == nil {
			h.hub.Announce(id, room.ViewConsole, wire.Marshal(wire.StatsOf(s, h.hub.Account(id))))
		}
	}
}
