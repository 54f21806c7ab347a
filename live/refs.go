package live

import (
	"sync"
	"time"

	"danmaku/cache"
)

// refKey identifies a comment by its author's ref.
type refKey struct{ room, user, ref string }

const (
	refAge   = 10 * time.Minute
	refBound = 20_000 // refs in a generation; with the longest texts some 30 MB
)

// refs remembers the outcomes of comments with a ref, so that a phone that resends one
// after a lost answer gets the same answer at no cost. The journal's unique index still
// answers for forgotten ones. Times are by the clock that is never set. It is safe for
// concurrent use.
type refs struct {
	mu       sync.Mutex
	outcomes cache.Cache[refKey, Outcome]
}

func newRefs() *refs {
	return &refs{outcomes: cache.New[refKey, Outcome](refBound, refAge, elapsedAt(0))}
}

// elapsedAt converts a duration of the clock that is never set to a time.
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

// expire forgets old refs, also while no new ones arrive.
func (r *refs) expire(at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes.Expire(elapsedAt(at))
}
