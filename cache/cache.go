// Package cache stores values for a limited time, in bounded memory.
package cache

import "time"

// Cache maps keys to values for at least a given time, and at most twice as long. It has
// two generations: a new value belongs to the young one; when that is full or has lasted
// its time it becomes the old one, and the previous old one is dropped. So nothing has to
// search for expired values, and an entry costs no more than in a map. Only more new keys
// than a generation holds, within that time, make it drop values earlier.
//
// Callers pass the current time; a time before the last one means that the clock was set
// back, and restarts the young generation's time. A Cache is not safe for concurrent use.
type Cache[K comparable, V any] struct {
	keys   int
	life   time.Duration
	turned time.Time // when the young generation began
	young  map[K]V
	old    map[K]V
}

// New makes a cache whose generations hold keys keys each and last life.
func New[K comparable, V any](keys int, life time.Duration, now time.Time) Cache[K, V] {
	return Cache[K, V]{keys: keys, life: life, turned: now, young: map[K]V{}}
}

// Get returns a value and whether it is stored.
func (c *Cache[K, V]) Get(key K, now time.Time) (V, bool) {
	c.Expire(now)
	if v, ok := c.young[key]; ok {
		return v, true
	}
	v, ok := c.old[key]
	return v, ok
}

// Use is Get, and extends the value's life.
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

// Set stores a value.
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

// Delete deletes a value.
func (c *Cache[K, V]) Delete(key K) {
	delete(c.young, key)
	delete(c.old, key)
}

// Len returns the number of stored values. One that was set again, and is in both
// generations, counts twice, like its memory.
func (c *Cache[K, V]) Len() int { return len(c.young) + len(c.old) }

// Expire drops expired values. Every other method with a time does so first: call it to
// free memory while nothing else happens.
func (c *Cache[K, V]) Expire(now time.Time) {
	lasted := now.Sub(c.turned)
	if lasted < 0 {
		c.turned = now
	}
	if lasted < c.life {
		return
	}
	began := c.turned.Add(c.life)
	if lasted >= 2*c.life { // the young generation has expired, too
		c.young, began = nil, now
	}
	c.turn(began)
}

// turn makes the young generation the old one. The new one began at began.
func (c *Cache[K, V]) turn(began time.Time) {
	c.old, c.young, c.turned = c.young, map[K]V{}, began
}
