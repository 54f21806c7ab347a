package ratelimit

import (
	"hash/maphash"
	"sync"
	"time"
)

// Member is somebody who acts from behind something that many may share, as a
// phone behind the one address of a hall's network.
type Member struct {
	Group string    // what is shared; empty when nothing is
	Name  string    // who it is
	Since time.Time // since when the name exists; zero counts as new
}

// CrowdOptions configure a [Crowd].
type CrowdOptions struct {
	Limiter   *Limiter
	Floor     Kind          // bucket by group that those share who do not count
	Newcomers Kind          // bucket by group that a new member takes one token of, once
	Age       time.Duration // from which on a member counts
	Keys      int           // most members in one of two generations; 0 means [DefaultKeys]
}

// Crowd is a limit of a group that grows with the members behind it. Who
// counts is asked for his own buckets alone: these bound exactly what the group
// grows by for him. Who does not count shares one bucket with all others of the
// group who do not, the floor. So however many names somebody invents, he can
// harm nobody who counts.
//
// A member counts who exists for [CrowdOptions.Age], or of whom something has
// passed, or who was among the first: the bucket of newcomers had a token for
// him. It is safe for concurrent use. Memory is bounded as a [Limiter]'s is; who
// is forgotten is new again.
type Crowd struct {
	o    CrowdOptions
	seed maphash.Seed

	mu         sync.Mutex
	young, old map[uint64]struct{}
	turned     time.Time
}

// crowdLife is how long a generation of members is kept. Most need no memory
// any more after a minute, when their age counts.
const crowdLife = time.Hour

// NewCrowd makes a crowd.
func NewCrowd(o CrowdOptions) *Crowd {
	if o.Keys <= 0 {
		o.Keys = DefaultKeys
	}
	return &Crowd{o: o, seed: maphash.MakeSeed(), young: map[uint64]struct{}{}, turned: o.Limiter.Now()}
}

// Allow asks the member's own keys and whatever he needs of the group, and
// charges all or none; see [Limiter.Allow].
func (c *Crowd) Allow(m Member, own ...Key) (ok bool, wait time.Duration) {
	if m.Group == "" || c.Counts(m) {
		return c.o.Limiter.Allow(own...)
	}
	first := Key{Kind: c.o.Newcomers, Name: m.Group}
	if c.o.Limiter.Wait(first) == 0 {
		if ok, _ = c.o.Limiter.Allow(append(own[:len(own):len(own)], first)...); ok {
			c.remember(m.Group, m.Name)
			return true, 0
		}
		// Refused by a bucket of his own, or another took the last token.
	}
	return c.o.Limiter.Allow(append(own[:len(own):len(own)], Key{Kind: c.o.Floor, Name: m.Group})...)
}

// Counts tells whether the group's limit grows by this member.
func (c *Crowd) Counts(m Member) bool {
	now := c.o.Limiter.Now()
	if !m.Since.IsZero() && now.Sub(m.Since) >= c.o.Age {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(now)
	return c.find(c.hash(m.Group, m.Name)) || c.find(c.hash("", m.Name))
}

// Passed tells that something of the member was found good: he counts from now
// on, wherever he is.
func (c *Crowd) Passed(name string) { c.remember("", name) }

func (c *Crowd) remember(group, name string) {
	now := c.o.Limiter.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(now)
	c.young[c.hash(group, name)] = struct{}{}
}

// find looks a member up and moves him to the young generation.
func (c *Crowd) find(h uint64) bool {
	if _, ok := c.young[h]; ok {
		return true
	}
	if _, ok := c.old[h]; !ok {
		return false
	}
	delete(c.old, h)
	c.young[h] = struct{}{}
	return true
}

// turn makes the young generation the old one when its time or room is over.
func (c *Crowd) turn(now time.Time) {
	idle := now.Sub(c.turned)
	if idle < crowdLife && len(c.young) < c.o.Keys {
		return
	}
	if idle >= 2*crowdLife {
		c.young = nil
	}
	c.old, c.young, c.turned = c.young, map[uint64]struct{}{}, now
}

func (c *Crowd) hash(group, name string) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(group)
	h.WriteByte(0)
	h.WriteString(name)
	return h.Sum64()
}
