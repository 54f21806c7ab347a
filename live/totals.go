package live

import (
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// Observer takes measurements, in seconds. It must not wait for anything.
type Observer = fanout.Observer

// Timings are where a service reports how long its work takes. Each may be nil.
type Timings struct {
	Limiter Observer               // the limits of one comment
	Filter  Observer               // the checks of one comment
	Sent    map[room.View]Observer // from the taking of a comment to its frame, by view, without the room's delay
}

// observe begins a measurement, which the function that it returns ends.
func observe(o Observer) func() {
	if o == nil {
		return func() {}
	}
	began := time.Now()
	return func() { o.Observe(time.Since(began).Seconds()) }
}

// CommentKind is what comments are counted by.
type CommentKind struct {
	Outcome comment.Status // Shown, Held or Refused
	Rule    string         // a rule or a code of an error; empty for what no rule stopped
	Source  comment.Source
}

// totalsMost bounds the kinds that are counted apart, since lists of rules have names
// of the moderators' choice.
const totalsMost = 400

// OtherRule stands for the rules beyond what is counted apart.
const OtherRule = "other"

// Totals is what a service has counted since its start, over all rooms.
type Totals struct {
	Rooms    int
	Waiting  int // comments that wait for a moderator
	Comments map[CommentKind]int64
	Opinion  *room.OpinionState // nil: no second opinion is asked
}

// kindOfEvent returns what an event of the log counts as; counts is false for one that
// brings no new comment, such as a decision about a held one.
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

// total counts one comment of a kind. The caller has t.mu.
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

// Totals returns what was counted since the start.
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
