package ratelimit

import (
	"hash/maphash"
	"sync"
	"time"

	"danmaku/cache"
)

// member is somebody who sends from behind an IP address that many may share, such as a
// phone in the network of a venue.
type member struct {
	group string    // the address
	name  string    // the person
	since time.Time // when the name was made; zero when unknown
}

// standing is the trust in a member.
type standing int

const (
	untrusted standing = iota // shares the floor with all other untrusted members
	newcomer                  // becomes trusted with the next thing sent
	trusted                   // only its own buckets limit it
)

// sharedIPOptions configure a sharedIPLimit.
type sharedIPOptions struct {
	limiter   *Limiter
	clock     func() time.Time
	floor     Kind          // bucket by group that untrusted members share
	newcomers Kind          // bucket by group that a new member takes one token of, once
	age       time.Duration // at which a member becomes trusted
	keys      int           // most members in one of two generations; 0 means [DefaultKeys]
}

// sharedIPLimit is a limit of an IP address that grows with the people behind it. Only its
// own buckets limit a trusted member: their sum is exactly how much the address's limit
// grows. Untrusted members share one bucket, the floor. So inventing any number of names
// harms no trusted member.
//
// A member is trusted once it is older than [sharedIPOptions.age], or has had something
// shown, or was among the first: the bucket of newcomers had a token for it. It is safe for
// concurrent use. Its memory is bounded like a [Limiter]'s; a forgotten member is new
// again.
type sharedIPLimit struct {
	o    sharedIPOptions
	seed maphash.Seed

	mu    sync.Mutex
	known cache.Cache[uint64, struct{}]
}

// memberLife is how long a generation of members is stored. Most need no memory any more
// after a minute, when their age is enough.
const memberLife = time.Hour

func newSharedIPLimit(o sharedIPOptions) *sharedIPLimit {
	if o.keys <= 0 {
		o.keys = DefaultKeys
	}
	return &sharedIPLimit{o: o, seed: maphash.MakeSeed(), known: cache.New[uint64, struct{}](o.keys, memberLife, o.limiter.Now())}
}

// standing returns the current standing of a member.
func (l *sharedIPLimit) standing(m member) standing {
	switch {
	case m.group == "" || l.trusts(m):
		return trusted
	case l.o.limiter.Wait(Key{Kind: l.o.newcomers, Name: m.group}) == 0:
		return newcomer
	}
	return untrusted
}

// allow checks the member's own keys and those of the group that its standing needs, and
// charges all or none; see [Limiter.Allow].
func (l *sharedIPLimit) allow(m member, s standing, own ...Key) (ok bool, wait time.Duration) {
	keys := l.keys(m, s, own)
	if ok, wait = l.o.limiter.Allow(keys...); ok && s == newcomer {
		l.remember(m.group, m.name)
	}
	return ok, wait
}

// keys returns all buckets to check for a member of a standing.
func (l *sharedIPLimit) keys(m member, s standing, own []Key) []Key {
	switch s {
	case newcomer:
		return append(own[:len(own):len(own)], Key{Kind: l.o.newcomers, Name: m.group})
	case untrusted:
		return append(own[:len(own):len(own)], Key{Kind: l.o.floor, Name: m.group})
	}
	return own
}

// trusts reports whether the group's limit grows by this member. A name that claims to be
// from the future has no age.
func (l *sharedIPLimit) trusts(m member) bool {
	if !m.since.IsZero() && l.o.clock().Sub(m.since) >= l.o.age {
		return true
	}
	now := l.o.limiter.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	_, here := l.known.Use(l.hash(m.group, m.name), now)
	if here {
		return true
	}
	_, anywhere := l.known.Use(l.hash("", m.name), now)
	return anywhere
}

// markTrusted records that something of the member was shown: it is trusted from now on, at
// any address.
func (l *sharedIPLimit) markTrusted(name string) { l.remember("", name) }

func (l *sharedIPLimit) remember(group, name string) {
	now := l.o.limiter.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known.Set(l.hash(group, name), struct{}{}, now)
}

func (l *sharedIPLimit) hash(group, name string) uint64 {
	var h maphash.Hash
	h.SetSeed(l.seed)
	h.WriteString(group)
	h.WriteByte(0)
	h.WriteString(name)
	return h.Sum64()
}
