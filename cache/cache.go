// Package cache remembers values for a time, in bounded memory.
package cache

import "time"

// Cache maps keys to values for at least a given time, and at most twice as long. It
// has two generations: a value that is set belongs to the young one; when that is full
// or has lasted its time it becomes the old one, and what was old is forgotten. So
// nothing has to look for what is over, and an entry costs no more than in a map. Only
// more new keys than a generation holds, within that time, make it forget earlier.
//
// The times that callers hand over say what time it is; one before the last is taken
// as a clock that was set back, and begins the young generation's time anew. A Cache
// is not safe for concurrent use.
type Cache[K comparable, V any] struct {
	keys   int
	life   time.Duration
	turned time.Time // when the young generation began
	young  map[K]V
	old    map[K]V
}

// New makes a cache whose generations hold that many keys each and last that long.
func New[K comparable, V any](keys int, life time.Duration, now time.Time) Cache[K, V] {
	return Cache[K, V]{keys: keys, life: life, turned: now, young: map[K]V{}}
}

// Get looks a value up.
func (c *Cache[K, V]) Get(key K, now time.Time) (V, bool) {
	c.Expire(now)
	if v, ok := c.young[key]; ok {
		return v, true
	}
	v, ok := c.old[key]
	return v, ok
}

// Use is Get for a value that is to be remembered for another life after every use.
func (c *Cache[K, V]) Use(key K, now time.Time) (V, bool) {
	c.Expire(now)
	if v, ok := c.young[key]; ok {
		return v, true
	}
	v, ok := c.old[key]
	if ok {
		delete(c.old, key)
		c.set(key, v, now)
	}
	return v, ok
}

// Set remembers a value.
func (c *Cache[K, V]) Set(key K, v V, now time.Time) {
	c.Expire(now)
	c.set(key, v, now)
}

func (c *Cache[K, V]) set(key K, v V, now time.Time) {
	if len(c.young) >= c.keys {
		if _, ok := c.young[key]; !ok {
			c.turn(now)
		}
	}
	c.young[key] = v
}

// Delete forgets a value.
func (c *Cache[K, V]) Delete(key K) {
	delete(c.young, key)
	delete(c.old, key)
}

// Len returns how many values are remembered. One that was set again, and is in both
// generations, counts twice: it takes the memory twice.
func (c *Cache[K, V]) Len() int { return len(c.young) + len(c.old) }

// Expire forgets what is over. Every other method that gets the time does so first:
// it is for memory that is to go while nothing else happens.
func (c *Cache[K, V]) Expire(now time.Time) {
	lasted := now.Sub(c.turned)
	if lasted < 0 {
		c.turned = now
	}
	if lasted < c.life {
		return
	}
	began := c.turned.Add(c.life)
	if lasted >= 2*c.life { // what is young is over, too
		c.young, began = nil, now
	}
	c.turn(began)
}

// turn makes the young generation the old one. The new one began at a time.
func (c *Cache[K, V]) turn(began time.Time) {
	c.old, c.young, c.turned = c.young, map[K]V{}, began
}
