// Package ratelimit holds token buckets by key: how often somebody may do
// something. It knows nothing of comments; a caller names the buckets that one
// act falls into, and gets a yes that charges all of them or a no that charges
// none.
package ratelimit

import (
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Kind is a sort of bucket. All buckets of a kind have the same limit.
type Kind uint8

// Key names one bucket. An empty name is no bucket: it is never asked.
type Key struct {
	Kind Kind
	Name string
}

// Limit says how fast a bucket fills, in tokens a second, and how many tokens
// it holds at most. A rate of 0 or less turns the limit off; a burst below 1
// counts as 1, since a bucket that can hold no token never lets anything pass.
type Limit struct {
	Rate  float64
	Burst int
}

// Options configure a [Limiter].
type Options struct {
	Limits map[Kind]Limit   // kinds that are missing are not limited
	Keys   int              // most keys in one of the two generations; 0 means [DefaultKeys]
	Clock  func() time.Time // nil means time.Now
}

// DefaultKeys is the number of keys a generation holds when nothing else is
// said. At about 150 bytes a key two full generations take some 60 MB.
const DefaultKeys = 200_000

// Limiter keeps the buckets. It is safe for concurrent use.
//
// Memory is bounded by two generations of keys. A bucket that is used moves to
// the young generation; when that is full, or has lasted as long as the slowest
// bucket needs to fill from its deepest debt, it becomes the old one and what
// was old is forgotten. A forgotten bucket that had been idle for so long was
// full, and a full bucket is the same as an absent one. Only a flood of more
// new keys than a generation holds can make it forget a bucket early.
//
// One lock guards all buckets: asking and charging several at once must be one
// step, and a decision takes well under a microsecond (see the benchmark), so
// shards would add a lock order and gain nothing.
type Limiter struct {
	limits map[Kind]Limit
	keys   int
	clock  func() time.Time
	seed   maphash.Seed
	life   time.Duration // of a generation

	mu     sync.Mutex
	latest time.Time // no bucket ever sees the clock go back
	turned time.Time // when the young generation began
	young  map[uint64]*rate.Limiter
	old    map[uint64]*rate.Limiter
}

// New makes a limiter.
func New(o Options) *Limiter {
	l := &Limiter{
		limits: make(map[Kind]Limit, len(o.Limits)),
		keys:   o.Keys,
		clock:  o.Clock,
		seed:   maphash.MakeSeed(),
		life:   time.Minute,
		young:  map[uint64]*rate.Limiter{},
	}
	if l.keys <= 0 {
		l.keys = DefaultKeys
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	for kind, limit := range o.Limits {
		if limit.Rate <= 0 {
			continue
		}
		limit.Burst = max(limit.Burst, 1)
		l.limits[kind] = limit
		l.life = max(l.life, seconds(2*float64(limit.Burst)/limit.Rate))
	}
	l.latest = l.clock()
	l.turned = l.latest
	return l
}

// Allow asks every bucket for one token. When all have one, all are charged
// and it returns true. Otherwise none is charged and wait is the time after
// which all of them would say yes. The keys must differ from one another.
func (l *Limiter) Allow(keys ...Key) (ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		wait = max(wait, l.wait(k, now))
	}
	if wait > 0 {
		return false, wait
	}
	for _, k := range keys {
		if b := l.bucket(k); b != nil {
			b.AllowN(now, 1)
		}
	}
	return true, 0
}

// Fine takes n further tokens out of a bucket, into a debt of at most one
// burst, so that the way back never takes longer than twice the time in which
// an empty bucket fills.
func (l *Limiter) Fine(k Key, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(k)
	if b == nil {
		return
	}
	now := l.now()
	for range n {
		if b.TokensAt(now)-1 < -float64(b.Burst()) {
			return
		}
		b.ReserveN(now, 1)
	}
}

// Wait tells how long it takes until the bucket has a token; 0 when it has one
// now.
func (l *Limiter) Wait(k Key) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(k, l.now())
}

// Now reads the limiter's clock, which never goes back.
func (l *Limiter) Now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now()
}

// Len counts the keys that are remembered, in both generations.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.young) + len(l.old)
}

// now reads the clock; a clock that was set back stands still until it has
// caught up. It also ends a generation whose time is over.
func (l *Limiter) now() time.Time {
	if now := l.clock(); now.After(l.latest) {
		l.latest = now
	}
	if l.latest.Sub(l.turned) >= l.life {
		// When nothing was asked for two lifetimes, the young one is idle, too.
		if l.latest.Sub(l.turned) >= 2*l.life {
			l.young = nil
		}
		l.turn()
	}
	return l.latest
}

// turn makes the young generation the old one.
func (l *Limiter) turn() {
	l.old, l.young = l.young, map[uint64]*rate.Limiter{}
	l.turned = l.latest
}

// wait tells how long until the bucket has a token. A key that is not
// remembered has a full bucket, and asking for it remembers nothing: only what
// is charged takes memory.
func (l *Limiter) wait(k Key, now time.Time) time.Duration {
	limit, limited := l.limits[k.Kind]
	if !limited || k.Name == "" {
		return 0
	}
	b := l.find(l.hash(k))
	if b == nil {
		return 0
	}
	missing := 1 - b.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	// A nanosecond more than computed: whoever waits that long must get it.
	return seconds(missing/limit.Rate) + 1
}

// bucket gives the bucket of a key, made now if need be, or nil for a key that
// is not limited.
func (l *Limiter) bucket(k Key) *rate.Limiter {
	limit, limited := l.limits[k.Kind]
	if !limited || k.Name == "" {
		return nil
	}
	h := l.hash(k)
	b := l.find(h)
	if b == nil {
		b = rate.NewLimiter(rate.Limit(limit.Rate), limit.Burst)
		l.remember(h, b)
	}
	return b
}

// find looks a bucket up and moves it to the young generation.
func (l *Limiter) find(h uint64) *rate.Limiter {
	if b := l.young[h]; b != nil {
		return b
	}
	b := l.old[h]
	if b != nil {
		delete(l.old, h)
		l.remember(h, b)
	}
	return b
}

func (l *Limiter) remember(h uint64, b *rate.Limiter) {
	if len(l.young) >= l.keys {
		l.turn()
	}
	l.young[h] = b
}

// hash makes a key of fixed size, so that long names cost no memory. The seed
// is drawn at start: nobody outside can look for two names that share a bucket,
// and with a million keys the chance that any two do is below 1 in 10 million.
func (l *Limiter) hash(k Key) uint64 {
	var h maphash.Hash
	h.SetSeed(l.seed)
	h.WriteByte(byte(k.Kind))
	h.WriteString(k.Name)
	return h.Sum64()
}

// seconds converts without overflow: a limit of one token a century is allowed.
func seconds(s float64) time.Duration {
	const most = float64(1<<63 - 1)
	if ns := s * float64(time.Second); ns < most/4 {
		return time.Duration(ns)
	}
	return time.Duration(1<<63-1) / 4
}
