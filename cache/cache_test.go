package cache_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"danmaku/cache"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// A value is stored for at least one life and at most two; using it extends that by another
// life.
func TestHowLongAValueLasts(t *testing.T) {
	const life = time.Minute
	for _, step := range []time.Duration{time.Second, 7 * time.Second, 59 * time.Second, time.Minute, 61 * time.Second, 3 * time.Minute} {
		for begins := range 60 {
			c := cache.New[string, int](10, life, noon)
			set := noon.Add(time.Duration(begins) * time.Second)
			c.Set("set", 1, set)
			c.Set("used", 2, set)
			for now := set; now.Before(set.Add(10 * life)); now = now.Add(step) {
				v, ok := c.Get("set", now)
				age := now.Sub(set)
				if ok && (v != 1 || age >= 2*life) || !ok && age < life {
					t.Fatalf("step %v, set %d s after the beginning: %d, %v at the age of %v", step, begins, v, ok, age)
				}
				if _, ok := c.Use("used", now); ok != (step < 2*life || age == 0) && step <= life {
					t.Fatalf("step %v: used %v at the age of %v", step, ok, age)
				}
			}
			c.Expire(set.Add(20 * life))
			if c.Len() != 0 {
				t.Fatalf("%d are remembered at the end", c.Len())
			}
		}
	}
}

// As long as fewer keys come within a life than a generation holds, a cache behaves like a
// map.
func TestCacheMatchesAMap(t *testing.T) {
	const keys = 50
	r := rand.New(rand.NewPCG(1, 2))
	c, want := cache.New[int, int](keys, time.Hour, noon), map[int]int{}
	for n := range 20_000 {
		key := r.IntN(keys)
		switch r.IntN(3) {
		case 0:
			c.Set(key, n, noon)
			want[key] = n
		case 1:
			c.Delete(key)
			delete(want, key)
		case 2:
			v, ok := c.Use(key, noon)
			if w, there := want[key]; v != w || ok != there {
				t.Fatalf("%d: %d, %v; want %d, %v", key, v, ok, w, there)
			}
		}
	}
	got := map[int]int{}
	for key := range keys {
		if v, ok := c.Get(key, noon); ok {
			got[key] = v
		}
	}
	if !maps.Equal(got, want) || c.Len() != len(want) {
		t.Errorf("%v (%d), want %v", got, c.Len(), want)
	}
}

// However many keys come, two generations are stored: the newest and used values.
func TestMemoryIsBounded(t *testing.T) {
	const keys = 100
	c := cache.New[int, bool](keys, time.Hour, noon)
	c.Set(-1, true, noon)
	for n := range 10 * keys {
		c.Set(n, true, noon)
		if _, ok := c.Get(n-keys+1, noon); n >= keys && !ok {
			t.Fatalf("one of the last %d is forgotten after %d", keys, n)
		}
		if _, ok := c.Use(-1, noon); !ok {
			t.Fatalf("a constantly used value is forgotten after %d", n)
		}
		if c.Len() > 2*keys {
			t.Fatalf("%d are remembered", c.Len())
		}
	}
	for range 3 * keys { // setting a value again takes no additional place
		c.Set(10*keys-1, true, noon)
	}
	if _, ok := c.Get(10*keys-2, noon); !ok {
		t.Error("one key made another forgotten")
	}
}

// A clock that is set back drops nothing, and does not make values last until it has caught
// up.
func TestValuesOutliveAClockSetBack(t *testing.T) {
	c := cache.New[string, int](10, time.Minute, noon)
	c.Set("a", 1, noon)
	back := noon.Add(-time.Hour)
	if _, ok := c.Get("a", back); !ok {
		t.Error("it is forgotten")
	}
	c.Set("b", 2, back)
	if _, ok := c.Get("b", back.Add(2*time.Minute)); ok {
		t.Error("it lasts longer than two lives")
	}
}
