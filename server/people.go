package server

import (
	"slices"
	"sync"

	"github.com/olahol/melody"

	"danmaku/live"
)

// people finds an audience member's sockets, so that telling one of thousands
// something costs no walk over all.
type people struct {
	mu     sync.RWMutex
	byUser map[roomUser]map[*seat]*melody.Session
}

type roomUser struct{ room, user string }

func (p *people) sit(st *seat, sess *melody.Session) {
	if st.View != live.ViewAudience {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := roomUser{st.Room, st.User}
	if p.byUser == nil {
		p.byUser = map[roomUser]map[*seat]*melody.Session{}
	}
	if p.byUser[key] == nil {
		p.byUser[key] = map[*seat]*melody.Session{}
	}
	p.byUser[key][st] = sess
}

func (p *people) rise(st *seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := roomUser{st.Room, st.User}
	delete(p.byUser[key], st)
	if len(p.byUser[key]) == 0 {
		delete(p.byUser, key)
	}
}

// Tell implements live.Outlet.
func (k *sockets) Tell(room, user string, frame []byte) {
	k.people.mu.RLock()
	var all []*melody.Session
	for _, sess := range k.people.byUser[roomUser{room, user}] {
		all = append(all, sess)
	}
	k.people.mu.RUnlock()
	for _, sess := range all {
		k.write(sess, frame)
	}
}

// People implements live.Outlet.
func (k *sockets) People(room, address string) []string {
	k.people.mu.RLock()
	defer k.people.mu.RUnlock()
	var out []string
	for key, seats := range k.people.byUser {
		if key.room != room {
			continue
		}
		for st := range seats {
			if address == "" || st.Address == address {
				out = append(out, key.user)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
