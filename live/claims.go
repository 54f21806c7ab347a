package live

import (
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// queueBound is how many held comments of a room may wait; further ones are refused. A
// waiting comment is never dropped for a later one.
const queueBound = 5000

// The most held comments of one address, and of the wider network around it, which only
// IPv6 has. reviewPerNetwork leaves room for a venue behind one address: in a room that
// holds every comment, 500 people have one each. strangersHeld applies to comments that
// the filter held and whose authors have no shown comment. It is far smaller, since one
// address can create any number of such authors.
var (
	reviewPerNetwork = [...]int{500, 2000}
	strangersHeld    = [...]int{50, 200}
)

// reviewPerProgram is how many comments of one sender link may wait. It exceeds a person's
// number, since an owner made the link.
const reviewPerProgram = 2000

// reviewPerPerson is how many comments of one person may wait.
const reviewPerPerson = 30

// reviewWait is the time after which a person with too many waiting comments may try again.
const reviewWait = 10 * time.Second

// claim is a place in the queue, with the author and address it counts for.
type claim struct {
	user     string   // whose own number is limited; empty for a program
	networks []string // see [comment.Draft.Networks]; nil when unknown
	address  string   // the masked address, used when networks are unknown
	program  bool     // from a sender link
	stranger bool     // held by the filter, from an author without a shown comment
}

// keys returns the counters that a claim counts against.
func (c claim) keys() []string {
	var keys []string
	add := func(name string) {
		keys = append(keys, name)
		if c.stranger {
			keys = append(keys, "stranger "+name)
		}
	}
	if c.user != "" {
		keys = append(keys, "user "+c.user)
	}
	for i, n := range c.networks {
		add(networkKey(i, n))
	}
	if len(c.networks) == 0 && c.address != "" {
		add(addressKey(c.address))
	}
	return keys
}

func networkKey(i int, network string) string { return "network " + string(rune('0'+i)) + network }

func addressKey(address string) string { return "address " + address }

func (q *queue) put(id comment.ID, c claim) {
	if q.claims == nil {
		q.claims, q.coming, q.counts = map[comment.ID]claim{}, map[comment.ID]bool{}, map[string]int{}
	}
	q.claims[id] = c
	for _, key := range c.keys() {
		q.counts[key]++
	}
}

func (q *queue) yield(id comment.ID) {
	for _, key := range q.claims[id].keys() {
		if q.counts[key]--; q.counts[key] == 0 {
			delete(q.counts, key)
		}
	}
	delete(q.claims, id)
	delete(q.coming, id)
}

// errQueueFull and errOwnWait are the errors for an author whose comment cannot wait for a
// moderator.
var (
	errQueueFull = reviewError("review_full", "Too many comments wait for a moderator. Send it again in a moment.")
	errOwnWait   = reviewError("review_yours", "Your comments wait for a moderator. Send more once they are decided.")
)

func reviewError(code, message string) error {
	return &room.WaitError{Err: room.ExplainFault(room.ErrSlowDown, &room.Fault{Code: code, Message: message}), Wait: reviewWait}
}

// reserve counts a comment that is about to be held. Errors: errOwnWait and errQueueFull,
// when too many comments of its author, its networks, or the room wait. Comments from
// before the server started are counted by the masked address, which for IPv6 is narrower
// than the narrowest network.
func (q *queue) reserve(id comment.ID, c claim) error {
	switch {
	case len(q.items)+len(q.coming) >= queueBound:
		return errQueueFull
	case c.user != "" && q.counts["user "+c.user] >= reviewPerPerson:
		return errOwnWait
	}
	over := func(before string, most []int) bool {
		for i, n := range c.networks[:min(len(c.networks), len(most))] {
			waiting := q.counts[before+networkKey(i, n)]
			if c.address != "" {
				waiting += q.counts[before+addressKey(c.address)]
			}
			if waiting >= most[i] {
				return true
			}
		}
		return false
	}
	most := reviewPerNetwork[:]
	if c.program {
		most = []int{reviewPerProgram}
	}
	if over("", most) || c.stranger && over("stranger ", strangersHeld[:]) {
		return errQueueFull
	}
	q.put(id, c)
	q.coming[id] = true
	return nil
}

// release frees the reserved place of a comment that was not held after all.
func (q *queue) release(id comment.ID) {
	if q.coming[id] {
		q.yield(id)
	}
}

// heldByFilter reports whether a rule belongs to the filter, and not to a room that holds
// every comment, or a wall that holds every photo.
func heldByFilter(rule string) bool { return rule != RuleReview && rule != RulePhoto }
