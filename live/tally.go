package live

import (
	"sync"
	"time"

	"danmaku/comment"
)

// tally counts what happened in a room in the last hour, minute by minute.
// Refusals by limit or state are only here; the log keeps what reached the
// filter.
type tally struct {
	mu      sync.Mutex
	minutes [60]minute
}

type minute struct {
	at      int64 // Unix minute
	shown   int
	seconds [60]int // shown in each second
	stopped map[string]int
	people  int // the most phones that were seen connected
}

func (t *tally) minute(at time.Time) *minute {
	n := at.Unix() / 60
	m := &t.minutes[n%60]
	if m.at != n {
		*m = minute{at: n, stopped: map[string]int{}}
	}
	return m
}

// count takes an event of the log.
func (t *tally) count(e comment.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Kind == comment.KindComment:
		m := t.minute(e.At)
		m.shown++
		m.seconds[e.At.Unix()%60]++
	case e.Kind == comment.KindRefused && e.From == "", e.Kind == comment.KindHeld:
		t.minute(e.At).stopped[e.Entry.Rule]++
	}
}

// stop counts a refusal that is not in the log, under its code.
func (t *tally) stop(rule string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.minute(at).stopped[rule]++
}

// crowd notes how many phones are connected.
func (t *tally) crowd(people int, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.minute(at)
	m.people = max(m.people, people)
}

// Hour is a room's last hour, minute by minute, the present one last.
type Hour struct{ Shown, People [60]int }

func (t *tally) hour(now time.Time) (h Hour) {
	t.mu.Lock()
	defer t.mu.Unlock()
	this := now.Unix() / 60
	for i := range t.minutes {
		m := &t.minutes[i]
		if age := this - m.at; age >= 0 && age < 60 {
			h.Shown[59-age], h.People[59-age] = m.shown, m.people
		}
	}
	return h
}

// Hour tells how a room's last hour went.
func (h *Hall) Hour(roomID string) (Hour, error) {
	r, err := h.room(roomID)
	if err != nil {
		return Hour{}, err
	}
	return r.tally.hour(h.now()), nil
}

// Crowd notes how many phones of a room are connected now.
func (h *Hall) Crowd(roomID string, people int) {
	if r, err := h.room(roomID); err == nil { // a room that is gone has no numbers
		r.tally.crowd(people, h.now())
	}
}

// Counts is what a tally says.
type Counts struct {
	Rate    int            // comments shown in the last 60 s
	Stopped map[string]int // by rule, in the last hour
}

func (t *tally) counts(now time.Time) Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := Counts{Stopped: map[string]int{}}
	this := now.Unix() / 60
	for i := range t.minutes {
		m := &t.minutes[i]
		if this-m.at >= 60 {
			continue
		}
		for rule, n := range m.stopped {
			c.Stopped[rule] += n
		}
		for s, n := range m.seconds {
			if age := now.Unix() - (m.at*60 + int64(s)); age >= 0 && age < 60 {
				c.Rate += n
			}
		}
	}
	return c
}

// Stats is the state of a room for those who run it.
type Stats struct {
	Counts
	Clients map[View]int
	Raid    comment.Raid
	Log     error         // nil while the log can be written
	Saved   time.Duration // how long the last comment took to be durable
}

// Stats tells how a room is doing.
func (h *Hall) Stats(roomID string) (Stats, error) {
	r, err := h.room(roomID)
	if err != nil {
		return Stats{}, err
	}
	s := Stats{Counts: r.tally.counts(h.now()), Clients: map[View]int{}, Raid: h.filter.Raid(roomID),
		Log: h.journal.Ready(), Saved: time.Duration(h.saved.Load())}
	for _, v := range Views {
		s.Clients[v] = h.outlet.Count(roomID, v)
	}
	return s, nil
}
