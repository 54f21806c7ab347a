package live

import (
	"danmaku/cache"
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
// again after a lost answer gets the same answer at no cost. What has fallen out is
// still answered by the journal's unique index. Times are by the clock that is never
// set. It is safe for concurrent use.
type refs struct {
	mu       sync.Mutex
	outcomes cache.Cache[refKey, Outcome]
}

func newRefs() *refs {
	return &refs{outcomes: cache.New[refKey, Outcome](refBound, refAge, elapsedAt(0))}
}

// elapsedAt makes a time of one on the clock that is never set.
func elapsedAt(d time.Duration) time.Time { return time.Unix(0, int64(d)) }

func (r *refs) get(k refKey, at time.Duration) (Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcomes.Get(k, elapsedAt(at))
}

func (r *refs) put(k refKey, o Outcome, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes.Set(k, o, elapsedAt(at))
}

// expire forgets what is too old, also while nothing arrives.
func (r *refs) expire(at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes.Expire(elapsedAt(at))
}
