package live

import (
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// Observer takes measurements, in seconds. It must not wait for anything.
type Observer = fanout.Observer

// Timings are observers of a service's work times. Each may be nil.
type Timings struct {
	Limiter Observer               // the limits of one comment
	Filter  Observer               // the checks of one comment
	Sent    map[room.View]Observer // from the arrival of a comment to its frame, by view, without the room's delay
}

// observe starts a measurement and returns the function that ends it.
func observe(o Observer) func() {
	if o == nil {
		return func() {}
	}
	began := time.Now()
	return func() { o.Observe(time.Since(began).Seconds()) }
}

// CommentKind is the key by which comments are counted.
type CommentKind struct {
	Outcome comment.Status // Shown, Held or Refused
	Rule    string         // a rule or an error code; empty when no rule stopped it
	Source  comment.Source
}

// totalsMost bounds the kinds that are counted separately, since moderators choose the
// names of rule lists.
const totalsMost = 400

// OtherRule stands for the rules beyond totalsMost.
const OtherRule = "other"

// Totals holds the counts of a service since its start, over all rooms.
type Totals struct {
	Rooms    int
	Waiting  int // comments that wait for a moderator
	Comments map[CommentKind]int64
	Opinion  *room.OpinionState // nil: no second opinion is asked
}

// kindOfEvent returns the kind under which an event is counted; counts is false for an
// event without a new comment, such as a decision about a held one.
func kindOfEvent(e room.Event) (k CommentKind, counts bool) {
	k = CommentKind{Rule: e.Entry.Rule, Source: e.Comment.Source}
	switch e.Kind {
	case room.KindComment:
		k.Outcome = comment.Shown
	case room.KindHeld:
		k.Outcome = comment.Held
	case room.KindRefused:
		k.Outcome = comment.Refused
	}
	return k, k.Outcome != "" && e.From == ""
}

// totalEvent counts the comment of an event of the log.
func (t *tally) totalEvent(e room.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total(kindOfEvent(e))
}

// total counts one comment of a kind. The caller holds t.mu.
func (t *tally) total(k CommentKind, counts bool) {
	if !counts {
		return
	}
	if t.totals == nil {
		t.totals = map[CommentKind]int64{}
	}
	if _, known := t.totals[k]; !known && len(t.totals) >= totalsMost {
		k.Rule = OtherRule
	}
	t.totals[k]++
}

// Totals returns the counts since the start.
func (svc *Service) Totals() Totals {
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	out := Totals{Rooms: len(svc.rooms), Comments: map[CommentKind]int64{}}
	for _, r := range svc.rooms {
		r.mu.RLock()
		out.Waiting += len(r.queue.items)
		r.mu.RUnlock()
		r.tally.mu.Lock()
		for k, n := range r.tally.totals {
			out.Comments[k] += n
		}
		r.tally.mu.Unlock()
	}
	if svc.opinion != nil {
		st := svc.opinion.State()
		out.Opinion = &st
	}
	return out
}
