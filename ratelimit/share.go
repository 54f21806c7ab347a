package ratelimit

import (
	"container/heap"
	"time"
)

// source is the origin of a comment in a room, as the path of parties from the room down to
// it. The room's rate is divided among the last ones; those before it are groups that
// contain it.
type source []hop

// hop is one party of a path: its name among its siblings, and the weight of its share
// beside theirs.
type hop struct {
	name   string
	weight float64
}

// share divides the rate of one room among its sources. While the room has tokens it is an
// ordinary token bucket. Once the bucket is empty the room accepts comments max–min fairly:
// a source that needs less than its share gets all that it needs, and the others divide the
// rest by weight.
//
// It works like a fair queue, without making anybody wait. A source's backlog is what it
// was granted and the rate has not yet paid back. The rate drains all backlogs at once,
// each by its weight, and the share of an empty one goes to the others (generalized
// processor sharing, Parekh and Gallager 1993). The sum of the backlogs is what an ordinary
// bucket lacks of being full. When they fill the bucket, only a source whose backlog is
// shorter than another's is still admitted, from a reserve (longest queue drop, where
// comments that would be dropped are refused beforehand). A source may use as much of the
// reserve as it leaves free (dynamic thresholds, Choudhury and Hahne 1998), so that several
// floods cannot use it up one after the other.
//
// In no window of time does a room accept more than burst, reserve and the refill of the
// window. Not safe for concurrent use.
type share struct {
	rate           float64 // tokens a second
	burst, reserve float64
	at             time.Time
	total          float64 // of all backlogs
	root           party
}

// newShare returns the share of a room; rate must be above zero.
func newShare(rate, burst, reserve float64, now time.Time) *share {
	return &share{rate: rate, burst: max(1, burst), reserve: max(1, reserve), at: now}
}

// advance drains what the rate has paid back up to now.
func (s *share) advance(now time.Time) {
	paid := s.rate * now.Sub(s.at).Seconds()
	s.at = now
	s.root.drain(paid)
	if s.total = max(0, s.total-paid); len(s.root.shortest.list) == 0 {
		s.total = 0
	}
}

// allow reports whether the room accepts one comment of a source now, otherwise after what
// time a retry makes sense. It charges nothing. Up to limit tokens it checks only the
// bucket. first says that the author precedes others behind the same source.
func (s *share) allow(from source, limit float64, first bool, now time.Time) (ok bool, wait time.Duration) {
	s.advance(now)
	limit = min(limit, s.burst)
	if s.total+1 > limit {
		limit = max(limit, s.ceiling(from, first))
	}
	if missing := s.total + 1 - limit; missing > 0 {
		return false, seconds(missing/s.rate) + 1
	}
	return true, 0
}

// ceiling returns how many tokens all backlogs may have for a source to be admitted from
// the reserve; zero when it has no claim on it.
func (s *share) ceiling(from source, first bool) float64 {
	most := s.burst + s.reserve
	p, shorter, modest := &s.root, false, true
	for i, h := range from {
		c := p.members[h.name]
		backlog := 1.0
		if c != nil {
			backlog += p.backlog(c)
		}
		// A group of people as a whole may have much of it.
		if i > 0 || len(from) == 1 {
			modest = modest && backlog <= max(1, most-s.total)
		}
		shorter = shorter || backlog/h.weight <= p.longestBeside(c)
		if c == nil {
			p = &party{}
			break
		}
		p.drainMember(c)
		p = c
	}
	switch {
	case shorter && modest:
		return most
	case first && p.low >= 1: // authors of lower rank used what is due to this one
		return s.burst + rankReserve*s.reserve
	}
	return 0
}

// rankReserve is the part of the reserve for the order within sources. The rest is for the
// order among them.
const rankReserve = 0.25

// charge takes one token for a source. Call it after an allow at the same moment.
func (s *share) charge(from source, first bool) {
	s.total++
	p := &s.root
	for _, h := range from {
		c := p.member(h)
		p.lengthen(c, 1)
		p = c
	}
	if !first {
		p.low++
	}
}

// party takes part in what its parent drains: a source, or a group of parties.
type party struct {
	name   string
	weight float64
	until  float64 // the parent's level at which its backlog is empty
	seen   float64 // the parent's level up to which it has drained its members
	low    float64 // the part of a source's backlog of lower rank, which drains last

	level             float64 // what each member has been drained of so far, by weight
	weights           float64 // of the members
	members           map[string]*party
	shortest, longest order

	inShortest, inLongest int // its indices in the parent's orders
}

// backlog returns what a member was granted and has not paid back, in tokens.
func (p *party) backlog(c *party) float64 { return (c.until - p.level) * c.weight }

// member returns a member by name; a new one has no backlog.
func (p *party) member(h hop) *party {
	c := p.members[h.name]
	if c != nil {
		return c
	}
	if p.members == nil {
		p.members = map[string]*party{}
		p.shortest = order{place: func(c *party) *int { return &c.inShortest }, before: func(a, b *party) bool { return a.until < b.until }}
		p.longest = order{place: func(c *party) *int { return &c.inLongest }, before: func(a, b *party) bool { return a.until > b.until }}
	}
	c = &party{name: h.name, weight: h.weight, until: p.level, seen: p.level}
	p.members[h.name] = c
	p.weights += h.weight
	heap.Push(&p.shortest, c)
	heap.Push(&p.longest, c)
	return c
}

// lengthen adds tokens to a member's backlog.
func (p *party) lengthen(c *party, tokens float64) {
	c.until += tokens / c.weight
	heap.Fix(&p.shortest, c.inShortest)
	heap.Fix(&p.longest, c.inLongest)
}

// longestBeside returns the longest backlog by weight of all members but one, which may be
// nil; below zero when there is none.
func (p *party) longestBeside(c *party) float64 {
	longest := -1.0
	for i, o := range p.longest.list[:min(3, len(p.longest.list))] {
		if o == c {
			continue
		}
		longest = max(longest, o.until-p.level)
		if i == 0 {
			break
		}
	}
	return longest
}

// drain takes tokens off the members' backlogs, from each by its weight. It forgets a
// member without a backlog.
func (p *party) drain(tokens float64) {
	for tokens > 0 && len(p.shortest.list) > 0 {
		c := p.shortest.list[0]
		needed := (c.until - p.level) * p.weights
		if needed > tokens {
			p.level += tokens / p.weights
			return
		}
		tokens -= max(0, needed)
		p.level = max(p.level, c.until)
		heap.Pop(&p.shortest)
		heap.Remove(&p.longest, c.inLongest)
		delete(p.members, c.name)
		p.weights -= c.weight
	}
	if len(p.shortest.list) == 0 { // start afresh, so that no rounding adds up
		p.level, p.weights = 0, 0
	}
}

// drainMember drains a member's own members by what the member has been drained of.
func (p *party) drainMember(c *party) {
	c.drain((p.level - c.seen) * c.weight)
	c.seen = p.level
	c.low = min(c.low, p.backlog(c))
}

// order is a heap of parties. It implements heap.Interface.
type order struct {
	list   []*party
	place  func(*party) *int
	before func(a, b *party) bool
}

func (o *order) Len() int           { return len(o.list) }
func (o *order) Less(i, j int) bool { return o.before(o.list[i], o.list[j]) }

func (o *order) Swap(i, j int) {
	o.list[i], o.list[j] = o.list[j], o.list[i]
	*o.place(o.list[i]), *o.place(o.list[j]) = i, j
}

func (o *order) Push(x any) {
	p := x.(*party)
	*o.place(p) = len(o.list)
	o.list = append(o.list, p)
}

func (o *order) Pop() any {
	last := len(o.list) - 1
	p := o.list[last]
	o.list[last] = nil
	o.list = o.list[:last]
	return p
}
