package socket

import (
	"slices"
	"sync"

	"danmaku/room"

	"github.com/olahol/melody"

	"danmaku/live"
)

// presence finds an audience member's sockets, so that a frame for one of thousands needs
// no walk over all.
type presence struct {
	mu     sync.RWMutex
	byUser map[roomUser]map[*client]*melody.Session
}

type roomUser struct{ room, user string }

func (p *presence) register(c *client, sess *melody.Session) {
	if c.View != room.ViewAudience {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := roomUser{c.Room, c.User}
	if p.byUser == nil {
		p.byUser = map[roomUser]map[*client]*melody.Session{}
	}
	if p.byUser[key] == nil {
		p.byUser[key] = map[*client]*melody.Session{}
	}
	p.byUser[key][c] = sess
}

func (p *presence) unregister(c *client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := roomUser{c.Room, c.User}
	delete(p.byUser[key], c)
	if len(p.byUser[key]) == 0 {
		delete(p.byUser, key)
	}
}

// SendTo implements live.Outlet.
func (h *Hub) SendTo(room, user string, frame []byte) {
	h.Notify(room, user, func(live.Client) []byte { return frame })
}

// Notify implements live.Outlet.
func (h *Hub) Notify(room, user string, frame func(live.Client) []byte) {
	type socket struct {
		client live.Client
		sess   *melody.Session
	}
	h.presence.mu.RLock()
	var all []socket
	for c, sess := range h.presence.byUser[roomUser{room, user}] {
		all = append(all, socket{c.Client, sess})
	}
	h.presence.mu.RUnlock()
	for _, s := range all {
		if payload := frame(s.client); payload != nil {
			h.write(s.sess, payload)
		}
	}
}

// Connected implements live.Outlet.
func (h *Hub) Connected(room, user string) bool {
	h.presence.mu.RLock()
	defer h.presence.mu.RUnlock()
	return len(h.presence.byUser[roomUser{room, user}]) > 0
}

// People implements live.Outlet.
func (h *Hub) People(room, address string) []string {
	h.presence.mu.RLock()
	defer h.presence.mu.RUnlock()
	var out []string
	for key, clients := range h.presence.byUser {
		if key.room != room {
			continue
		}
		for c := range clients {
			if address == "" || c.Address == address {
				out = append(out, key.user)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
