package connector

import "time"

// recent stores the newest entries: at most most, none older than age. It is not safe for
// concurrent use.
type recent[K comparable, V any] struct {
	most  int
	age   time.Duration
	at    map[K]entry[V]
	order []K // oldest first; a key that was put again is in it twice
	head  int
}

type entry[V any] struct {
	value V
	put   time.Time
	n     int // how often the key is in order
}

func newRecent[K comparable, V any](most int, age time.Duration) *recent[K, V] {
	return &recent[K, V]{most: most, age: age, at: map[K]entry[V]{}}
}

func (r *recent[K, V]) get(key K, now time.Time) (V, bool) {
	e, ok := r.at[key]
	if !ok || now.Sub(e.put) > r.age {
		var none V
		return none, false
	}
	return e.value, true
}

func (r *recent[K, V]) put(key K, value V, now time.Time) {
	r.at[key] = entry[V]{value, now, r.at[key].n + 1}
	r.order = append(r.order, key)
	for r.head < len(r.order) {
		oldest := r.order[r.head]
		e := r.at[oldest]
		if e.n == 1 && len(r.at) <= r.most && now.Sub(e.put) <= r.age {
			break
		}
		r.head++
		if e.n--; e.n == 0 {
			delete(r.at, oldest)
		} else {
			r.at[oldest] = e
		}
	}
	if r.head > len(r.order)/2 && r.head > 64 {
		r.order = append(r.order[:0:0], r.order[r.head:]...)
		r.head = 0
	}
}
