package socket

import (
	"context"
	"slices"
	"time"

	"danmaku/room"
	"danmaku/server/wire"

	"github.com/gorilla/websocket"
)

// start starts heartbeats and stats. Hub.Shutdown ends them; afterwards nothing starts.
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
			h.broadcastOnAir()
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

// beat sends every client the time and its position, and disconnects clients that left two
// heartbeats unanswered: a browser answers protocol pings even when its page hangs, but not
// heartbeats. A client that got a bye and is still connected one heartbeat later reads too
// slowly: no further frame would fill its queue, which would disconnect it, and each queued
// frame may take ten seconds.
//
// One ticker and one walk serve all rooms, so the cost of a heartbeat depends on the number
// of people: a room that everybody has left is visited once more, and then no longer.
func (h *Handler) beat() {
	now := h.hub.now()
	silent := int64(h.hub.elapsed() - 2*h.opt.Beat - h.opt.Beat/2)
	groups := h.hub.occupied.of(room.Views...)
	frames := beatFrames{at: now, most: len(groups)}
	for _, g := range groups {
		roomID, view := g.key.room, g.key.view
		released := g.releaseIdleChains()
		var people int
		if view == room.ViewAudience {
			people = g.Len() + h.hub.headcountElsewhere(roomID).Clients[view]
			h.svc.NoteHeadcount(roomID, people)
		} else {
			people = h.hub.Count(roomID, room.ViewAudience)
		}
		if g.Len() == 0 {
			if released {
				h.hub.occupied.drop(g)
			}
			continue
		}
		if h.svc.Still(roomID, view, func(pos room.Position) { g.beat(frames.frame(pos, people), silent) }) != nil {
			g.beat(nil, silent) // the room is gone, and its clients are leaving
		}
	}
	h.noteRemotePhones()
	rooms := map[string]bool{}
	for _, o := range h.hub.allObservers() {
		rooms[o.Client.Room] = true
	}
	for id := range rooms {
		h.beatObservers(id)
	}
	h.tidy()
}

// noteRemotePhones records the number of phones of rooms that have some at other machines,
// and perhaps none here.
func (h *Handler) noteRemotePhones() {
	now := map[string]bool{}
	if all := h.hub.elsewhere.Load(); all != nil {
		for id, c := range *all {
			if c.Clients[room.ViewAudience] > 0 {
				now[id] = true
			}
		}
	}
	for _, ids := range []map[string]bool{h.remote, now} { // rooms that had some at the last heartbeat, too
		for id := range ids {
			h.svc.NoteHeadcount(id, h.hub.Count(id, room.ViewAudience))
		}
	}
	h.remote = now
}

// beatFrames makes the frames of one heartbeat, contiguous in memory.
type beatFrames struct {
	at      time.Time
	most    int // the most frames
	payload []byte
	frames  []byte
}

// beatRoom is the space for one heartbeat frame, in bytes.
const beatRoom = 128

func (b *beatFrames) frame(pos room.Position, people int) *parcel {
	b.payload = wire.AppendBeat(b.payload[:0], b.at, pos, people)
	if cap(b.frames)-len(b.frames) < len(b.payload)+10 {
		b.frames = make([]byte, 0, max(min(b.most, 32)*beatRoom, len(b.payload)+10)) // the most that a queue retains
	}
	from := len(b.frames)
	b.frames = appendFrame(b.frames, finalBit|websocket.TextMessage, b.payload)
	return &parcel{wire: slices.Clip(b.frames[from:])}
}

// beat writes members the heartbeat frame, which is nil in a room that is gone, and
// disconnects those that last sent something before silent, or that have not left after
// their bye.
func (g *group) beat(p *parcel, silent int64) {
	var written int64
	for _, s := range g.list() {
		switch {
		case s.heard.Load() < silent:
			g.hub.disconnectStream(s, reasonSilent)
		case s.silent.Load():
			if s.client.byeReason.Load() != nil && s.client.lingered.Swap(true) {
				g.hub.disconnectStream(s, reasonSlow)
			}
		case p != nil && g.deliver(s, p):
			written++
		}
	}
	if p != nil {
		g.traffic.frames.Add(1)
		g.traffic.add(written, written*int64(len(p.wire)))
	}
}

// stats sends consoles the state of their room.
func (h *Handler) stats() {
	for _, g := range h.hub.occupied.of(room.ViewConsole) {
		if g.Len() == 0 {
			continue
		}
		id := g.key.room
		if s, err := h.svc.Stats(id); err == nil {
			h.hub.Announce(id, room.ViewConsole, wire.Marshal(wire.StatsOf(s, h.hub.Account(id))))
		}
	}
}
