// Package ratelimit decides how often somebody may send. [Limiter] holds token buckets by
// key. [Policy] chooses the buckets of a comment, and divides the rate of a room among its
// sources.
package ratelimit

import (
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"danmaku/cache"
)

// Kind is a kind of bucket. All buckets of a kind have the same limit.
type Kind uint8

// Key identifies one bucket. A key with an empty name is skipped.
type Key struct {
	Kind Kind
	Name string
}

// Limit is how fast a bucket fills, in tokens a second, and how many tokens it holds at
// most. A rate of 0 or less turns the limit off; a burst below 1 counts as 1, since a
// bucket that can hold no token never lets anything pass.
type Limit struct {
	Rate  float64
	Burst int
}

// Options configure a [Limiter].
type Options struct {
	Limits map[Kind]Limit   // missing kinds are not limited
	Keys   int              // most keys in one of the two generations; 0 means [DefaultKeys]
	Clock  func() time.Time // nil means time.Now
}

// DefaultKeys is the default number of keys in a generation. At about 150 bytes a key two
// full generations take some 60 MB.
const DefaultKeys = 200_000

// Limiter holds the buckets. It is safe for concurrent use.
//
// A cache of buckets bounds the memory. Its generations last as long as the slowest bucket
// needs to fill from its deepest debt. A forgotten bucket that had been idle for that long
// was full, and a full bucket is the same as an absent one. Only a flood of more new keys
// than a generation holds can make it forget a bucket early.
//
// One lock guards all buckets: checking and charging several at once must be one step, and
// a decision takes well under a microsecond (see the benchmark), so shards would add a lock
// order and gain nothing.
type Limiter struct {
	limits map[Kind]Limit
	clock  func() time.Time
	seed   maphash.Seed

	mu      sync.Mutex
	read    time.Time // the last reading of the clock
	latest  time.Time // the buckets' time, which continues when the clock is set back
	buckets cache.Cache[uint64, *rate.Limiter]
}

// New makes a limiter.
func New(o Options) *Limiter {
	l := &Limiter{
		limits: make(map[Kind]Limit, len(o.Limits)),
		clock:  o.Clock,
		seed:   maphash.MakeSeed(),
	}
	if o.Keys <= 0 {
		o.Keys = DefaultKeys
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	life := time.Minute // of a generation
	for kind, limit := range o.Limits {
		if limit.Rate <= 0 {
			continue
		}
		limit.Burst = max(limit.Burst, 1)
		l.limits[kind] = limit
		life = max(life, seconds(2*float64(limit.Burst)/limit.Rate))
	}
	l.read = l.clock()
	l.latest = l.read
	l.buckets = cache.New[uint64, *rate.Limiter](o.Keys, life, l.latest)
	return l
}

// Allow checks every bucket for one token. When all have one, it charges all and returns
// true. Otherwise it charges none, and wait is the time after which all have one. The keys
// must differ from one another.
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

// Take charges as many tokens as all buckets have, at most n, and returns the number. The
// keys must differ from one another.
func (l *Limiter) Take(n int, keys ...Key) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		if b := l.bucket(k); b != nil {
			n = min(n, int(b.TokensAt(now)))
		}
	}
	if n <= 0 {
		return 0
	}
	for _, k := range keys {
		if b := l.bucket(k); b != nil {
			b.AllowN(now, n)
		}
	}
	return n
}

// Penalize takes n further tokens from a bucket, into a debt of at most one burst, so that
// recovery never takes longer than twice the time in which an empty bucket fills.
func (l *Limiter) Penalize(k Key, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.bucket(k)
	if b == nil {
		return
	}
	for range n {
		if b.TokensAt(now)-1 < -float64(b.Burst()) {
			return
		}
		b.ReserveN(now, 1)
	}
}

// Refund returns one token to every bucket that is not full.
func (l *Limiter) Refund(keys ...Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		if b := l.bucket(k); b != nil && b.TokensAt(now) < float64(b.Burst()) {
			b.AllowN(now, -1)
		}
	}
}

// Wait returns how long it takes until all of the buckets have a token; 0 when they have
// one now.
func (l *Limiter) Wait(keys ...Key) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		wait = max(wait, l.wait(k, now))
	}
	return wait
}

// Now returns the buckets' time. It never goes back, and continues when the clock is set
// back.
func (l *Limiter) Now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now()
}

// Len counts the stored keys, in both generations.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buckets.Len()
}

// now advances the buckets' time by what has passed on the clock since its last reading. A
// step back adds nothing: otherwise no key would get a token before the clock has caught
// up.
func (l *Limiter) now() time.Time {
	read := l.clock()
	l.latest = l.latest.Add(max(0, read.Sub(l.read)))
	l.read = read
	return l.latest
}

// wait returns how long until the bucket has a token. A key that is not stored has a full
// bucket, and checking it stores nothing: only charging takes memory.
func (l *Limiter) wait(k Key, now time.Time) time.Duration {
	limit, limited := l.limits[k.Kind]
	if !limited || k.Name == "" {
		return 0
	}
	b, ok := l.buckets.Use(l.hash(k), now)
	if !ok {
		return 0
	}
	missing := 1 - b.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	// A nanosecond more than computed: after that wait the token must be there.
	return seconds(missing/limit.Rate) + 1
}

// bucket returns the bucket of a key, which it creates if needed, or nil for a key that is
// not limited.
func (l *Limiter) bucket(k Key) *rate.Limiter {
	limit, limited := l.limits[k.Kind]
	if !limited || k.Name == "" {
		return nil
	}
	h := l.hash(k)
	b, ok := l.buckets.Use(h, l.latest)
	if !ok {
		b = rate.NewLimiter(rate.Limit(limit.Rate), limit.Burst)
		l.buckets.Set(h, b, l.latest)
	}
	return b
}

// hash returns a key of fixed size, so that long names cost no memory. The seed is drawn at
// start: an outsider cannot look for two names that share a bucket, and with a million keys
// the chance that any two do is below 1 in 10 million.
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
