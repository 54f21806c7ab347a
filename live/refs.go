package live

import (
	"sync"
	"time"
)

// refKey is an author's own name for a comment.
type refKey struct{ room, user, ref string }

const (
	refAge   = 10 * time.Minute
	refBound = 20_000 // names a generation holds; with the longest texts some 30 MB
)

// refs remembers what became of named comments, so that a phone that sends one
// again after a lost answer gets the same answer at no cost. Two generations
// bound its age and size; what has fallen out is still answered by the
// journal's unique index.
type refs struct {
	mu       sync.Mutex
	now, old map[refKey]Outcome
	turned   time.Time
}

func newRefs() *refs { return &refs{now: map[refKey]Outcome{}} }

func (r *refs) get(k refKey) (Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, ok := r.now[k]
	if !ok {
		o, ok = r.old[k]
	}
	return o, ok
}

func (r *refs) put(k refKey, o Outcome, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.Sub(r.turned) > refAge || len(r.now) >= refBound {
		r.old, r.now, r.turned = r.now, map[refKey]Outcome{}, at
	}
	r.now[k] = o
}
