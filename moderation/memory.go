package moderation

import "time"

// DefaultKeys is the number of keys that one generation of a check's memory
// holds when nothing else is said. All memories together then stay below 64 MB
// (see TestMillionAuthors).
const DefaultKeys = 200_000

// memory maps hashed keys to values for at least a given time, in two
// generations: what is used moves to the young one; when that is full or has
// lasted its time it becomes the old one, and what was old is forgotten.
type memory[V any] struct {
	keys   int
	life   time.Duration
	turned time.Time
	young  map[uint64]V
	old    map[uint64]V
}

func (m *memory[V]) init(keys int, life time.Duration, now time.Time) {
	m.keys, m.life, m.turned = keys, life, now
	m.young = map[uint64]V{}
}

func (m *memory[V]) get(key uint64, now time.Time) (V, bool) {
	m.age(now)
	if v, ok := m.young[key]; ok {
		return v, true
	}
	v, ok := m.old[key]
	return v, ok
}

func (m *memory[V]) set(key uint64, v V, now time.Time) {
	m.age(now)
	if _, ok := m.young[key]; !ok && len(m.young) >= m.keys {
		m.turn(now)
	}
	m.young[key] = v
}

func (m *memory[V]) age(now time.Time) {
	gone := now.Sub(m.turned)
	if gone < m.life {
		return
	}
	if gone >= 2*m.life {
		m.young = nil
	}
	m.turn(now)
}

func (m *memory[V]) turn(now time.Time) {
	m.old, m.young, m.turned = m.young, map[uint64]V{}, now
}
