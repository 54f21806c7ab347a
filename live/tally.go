package live

import (
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// tally counts what happened in a room in the last hour, minute by minute. Refusals by
// limit or state are only here; the log stores the comments that reached the filter. Its
// minutes are minutes of elapsed time, even when the clock is set.
type tally struct {
	set func() time.Duration // how far the clock was set since the start; nil means not at all

	mu      sync.Mutex
	minutes [60]*minute           // nil where nothing happened; a whole hour is 17 KB
	people  int                   // connected phones
	totals  map[CommentKind]int64 // since the start
}

type minute struct {
	at      int64 // Unix minute
	shown   int
	seconds [60]int32      // shown in each second
	stopped map[string]int // nil when empty
	people  int            // the most connected phones
	before  int            // connected phones before anything happened in this minute
}

// mod60 returns the index of a minute or second, also for times before 1970.
func mod60(n int64) int64 { return (n%60 + 60) % 60 }

// unset converts a moment of now to a clock that is never set.
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

// count counts an event of the log.
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

// slow counts a comment that was slow to check and that another rule also stopped and
// counted.
func (t *tally) slow(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.minute(at).stop(comment.RuleSlowDecision)
}

// noteHeadcount records the number of connected phones. While it does not change, no
// minutes are stored for it: see hour.
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

// Hour returns the counts of a room's last hour.
func (svc *Service) Hour(roomID string, by room.Actor) (Hour, error) {
	r, err := svc.may(roomID, by, room.ReadRoom)
	if err != nil {
		return Hour{}, err
	}
	return r.tally.hour(svc.now()), nil
}

// NoteHeadcount records the number of connected phones in a room. Repeating the same number
// costs next to nothing.
func (svc *Service) NoteHeadcount(roomID string, people int) {
	if r, err := svc.room(roomID); err == nil { // a deleted room has no numbers
		r.tally.noteHeadcount(people, svc.now)
	}
}

// Counts is the content of a tally.
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
	// Machines lists the machines that run the rooms together; empty when this machine is
	// alone.
	Machines []room.Machine
}

// Stats returns the state of a room.
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
