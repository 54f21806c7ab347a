package live

import (
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// queueBound is how many held comments of a room may wait: one more is not taken.
// What waits is never dropped for what comes later.
const queueBound = 5000

// What may wait for a moderator of one address, and of the wider network around it,
// which IPv6 has. Behind one address may be a venue: where the room holds every
// comment, 500 people have one each. Of what the filter holds much less may wait
// from people without a shown comment, since an address has as many of them as
// it makes.
var (
	reviewPerNetwork = [...]int{500, 2000}
	strangersHeld    = [...]int{50, 200}
)

// reviewPerProgram is how many comments of one sender link may wait. It is more than a
// person's, since an owner gave out the link.
const reviewPerProgram = 2000

// reviewPerPerson is how many comments of one person may wait.
const reviewPerPerson = 30

// reviewWait is after what time a person with too many waiting comments may try again.
const reviewWait = 10 * time.Second

// claim is a place in the queue and the author and address it counts for.
type claim struct {
	user     string   // whose own number is bounded; empty for a program's
	networks []string // see [comment.Draft.Networks]; none where they are not known
	address  string   // the masked address, where networks are not known
	program  bool     // of a sender link
	stranger bool     // held by the filter, of an author without a shown comment
}

// keys names what a claim counts to.
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

// errQueueFull and errOwnWait are what the author is told whose comment cannot wait
// for a moderator, too.
var (
	errQueueFull = reviewError("review_full", "Too many comments wait for a moderator. Send it again in a moment.")
	errOwnWait   = reviewError("review_yours", "Your comments wait for a moderator. Send more once they are decided.")
)

func reviewError(code, message string) error {
	return &room.WaitError{Err: room.ExplainFault(room.ErrSlowDown, &room.Fault{Code: code, Message: message}), Wait: reviewWait}
}

// reserve counts in a comment that is about to be held. Errors: errOwnWait and
// errQueueFull, when too many of its author, of its networks, or of the room wait.
// What came before the server started is counted by the masked address, which for
// IPv6 is narrower than the narrowest network.
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

// release takes a reserved place back, of a comment that did not come to be held.
func (q *queue) release(id comment.ID) {
	if q.coming[id] {
		q.yield(id)
	}
}

// heldByFilter reports whether a rule is the filter's, as opposed to a room that holds every
// comment, or a wall that holds every photo.
func heldByFilter(rule string) bool { return rule != RuleReview && rule != RulePhoto }
