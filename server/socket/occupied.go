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
func (o *occupiedGroups) add(g *group) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.place >= 0 {
		return
	}
	if o.by == nil {
		o.by = map[room.View][]*group{}
	}
	g.place = len(o.by[g.key.view])
	o.by[g.key.view] = append(o.by[g.key.view], g)
}

// drop removes a group that nobody has entered since.
func (o *occupiedGroups) drop(g *group) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.place < 0 || g.Len() > 0 {
		return
	}
	all := o.by[g.key.view]
	last := len(all) - 1
	moved := all[last]
	all[g.place], moved.place = moved, g.place
	all[last] = nil
	o.by[g.key.view], g.place = all[:last], -1
}

// of returns the groups of some views, to walk over without a lock.
func (o *occupiedGroups) of(views ...room.View) (all []*group) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, v := range views {
		all = append(all, o.by[v]...)
	}
	return all
}
