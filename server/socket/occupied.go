package socket

import (
	"sync"

	"danmaku/room"
)

// occupiedGroups holds the groups that have clients, and those whose last client has left
// since the last heartbeat. Periodic work for all rooms walks only over these: 2,000 empty
// rooms cost nothing.
type occupiedGroups struct {
	mu sync.Mutex
	by map[room.View][]*group
}

// add records that a group has a client, which has been counted.
func (p *occupiedGroups) add(g *group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.place >= 0 {
		return
	}
	if p.by == nil {
		p.by = map[room.View][]*group{}
	}
	g.place = len(p.by[g.key.view])
	p.by[g.key.view] = append(p.by[g.key.view], g)
}

// drop removes a group that nobody has entered since.
func (p *occupiedGroups) drop(g *group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.place < 0 || g.Len() > 0 {
		return
	}
	all := p.by[g.key.view]
	last := len(all) - 1
	moved := all[last]
	all[g.place], moved.place = moved, g.place
	all[last] = nil
	p.by[g.key.view], g.place = all[:last], -1
}

// of returns the groups of some views, to walk over without a lock.
func (p *occupiedGroups) of(views ...room.View) (all []*group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range views {
		all = append(all, p.by[v]...)
	}
	return all
}
