package live

import (
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// tally counts what happened in a room in the last hour, minute by minute.
// Refusals by limit or state are only here; the log keeps what reached the
// filter. Its minutes are those that have passed, also where the clock is set.
type tally struct {
	set func() time.Duration // how far the clock was set since the start; nil: not at all

	mu      sync.Mutex
	minutes [60]*minute           // nil where nothing happened; a whole hour is 17 KB
	people  int                   // phones that are connected
	totals  map[CommentKind]int64 // since the start
}

type minute struct {
	at      int64 // Unix minute
	shown   int
	seconds [60]int32      // shown in each second
	stopped map[string]int // nil: nothing
	people  int            // the most phones that were seen connected
	before  int            // phones that were connected when nothing had happened in it
}

// mod60 is the place of a minute or second, also of one before 1970.
func mod60(n int64) int64 { return (n%60 + 60) % 60 }

// unset is a moment of now by a clock that is never set.
func (t *tally) unset(at time.Time) time.Time {
	if t.set == nil {
		return at
	}
	return at.Add(-t.set())
}

func (t *tally) minute(at time.Time) *minute {
	at = t.unset(at)
	n := at.Unix() / 60
	m := &t.minutes[mod60(n)]
	if *m == nil || (*m).at != n {
		*m = &minute{at: n, people: t.people, before: t.people}
	}
	return *m
}

func (m *minute) stop(rule string) {
	if m.stopped == nil {
		m.stopped = map[string]int{}
	}
	m.stopped[rule]++
}

// count takes an event of the log.
func (t *tally) count(e room.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Kind == room.KindComment:
		m := t.minute(e.At)
		m.shown++
		m.seconds[mod60(t.unset(e.At).Unix())]++
	case e.Kind == room.KindRefused && e.From == "", e.Kind == room.KindHeld:
		t.minute(e.At).stop(e.Entry.Rule)
	}
}

// stop counts a refusal that is not in the log, under its code.
func (t *tally) stop(rule string, source comment.Source, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total(CommentKind{Outcome: comment.Refused, Rule: rule, Source: source}, true)
	t.minute(at).stop(rule)
}

// slow counts a comment that took too long to read and that another rule stops, and
// counts as that.
func (t *tally) slow(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.minute(at).stop(comment.RuleSlowDecision)
}

// noteHeadcount notes how many phones are connected. A room in which they stay the same has no
// minute for that: see hour.
func (t *tally) noteHeadcount(people int, now func() time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if people == t.people {
		return
	}
	m := t.minute(now())
	m.people, t.people = max(m.people, people), people
}

// Hour is a room's last hour, minute by minute, the present one last.
type Hour struct{ Shown, People [60]int }

func (t *tally) hour(now time.Time) (h Hour) {
	t.mu.Lock()
	defer t.mu.Unlock()
	this := t.unset(now).Unix() / 60
	people := t.people
	for age := range int64(60) {
		if m := t.minutes[mod60(this-age)]; m != nil && m.at == this-age {
			h.Shown[59-age], h.People[59-age] = m.shown, m.people
			people = m.before
		} else {
			h.People[59-age] = people
		}
	}
	return h
}

// Hour returns how a room's last hour went.
func (svc *Service) Hour(roomID string, by room.Actor) (Hour, error) {
	r, err := svc.may(roomID, by, room.ReadRoom)
	if err != nil {
		return Hour{}, err
	}
	return r.tally.hour(svc.now()), nil
}

// NoteHeadcount notes how many phones of a room are connected now. To say the same again costs
// next to nothing.
func (svc *Service) NoteHeadcount(roomID string, people int) {
	if r, err := svc.room(roomID); err == nil { // a room that is gone has no numbers
		r.tally.noteHeadcount(people, svc.now)
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
	now = t.unset(now)
	this := now.Unix() / 60
	for _, m := range t.minutes {
		if m == nil || this-m.at >= 60 {
			continue
		}
		for rule, n := range m.stopped {
			c.Stopped[rule] += n
		}
		for s, n := range m.seconds {
			if age := now.Unix() - (m.at*60 + int64(s)); age >= 0 && age < 60 {
				c.Rate += int(n)
			}
		}
	}
	return c
}

// Stats is the state of a room for those who run it.
type Stats struct {
	Counts
	Clients map[room.View]int
	Raid    room.Raid
	Log     error              // nil while the log can be written
	Saved   time.Duration      // how long the last comment took to be durable
	Opinion *room.OpinionState // nil: no second opinion is asked
	// Machines are those that run the rooms together; none where this machine is alone.
	Machines []room.Machine
}

// Stats returns how a room is doing.
func (svc *Service) Stats(roomID string) (Stats, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return Stats{}, err
	}
	s := Stats{Counts: r.tally.counts(svc.now()), Clients: map[room.View]int{}, Raid: svc.filter.Raid(roomID),
		Log: svc.journal.Ready(), Saved: time.Duration(svc.saved.Load())}
	for _, v := range room.Views {
		s.Clients[v] = svc.outlet.Count(roomID, v)
	}
	if svc.opinion != nil {
		st := svc.opinion.State()
		s.Opinion = &st
	}
	return s, nil
}
