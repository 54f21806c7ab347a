package moderation

import (
	"hash/maphash"
	"sync"
	"time"

	"danmaku/comment"
)

// Rules of the checks on behaviour, as they stand in Verdict.Rule, besides
// comment.RuleSlow and comment.RuleDuplicate.
const (
	RuleNewcomer = "newcomer" // new here, and the room has newcomers' comments held
	RuleRaid     = "raid"     // many say the same, and it carries an address
)

// Bounds of the checks on behaviour.
const (
	duplicateFor = 30 * time.Second
	raidFor      = 10 * time.Second
	raidVoices   = 5
	newcomerFor  = time.Minute
	knownFor     = 12 * time.Hour
)

// habits remembers what authors did. Every memory is bounded, see [memory].
type habits struct {
	started time.Time
	seed    maphash.Seed

	mu    sync.Mutex
	said  memory[saying]   // author and text
	last  memory[saying]   // author
	raids memory[voices]   // text
	known memory[struct{}] // authors who had a comment pass
	tails memory[tail]     // author, see spelled.go

	crowds raids
}

// saying is kept small: there may be some hundred thousands of it.
type saying struct {
	at  int64  // Unix milliseconds
	ref uint64 // of the sending, so that a repetition of it is not a second comment
}

// voices are the last authors of one text.
type voices struct {
	who [raidVoices]uint64
	at  [raidVoices]int64 // Unix milliseconds
}

func (h *habits) init(keys int, now time.Time) {
	h.started, h.seed = now, maphash.MakeSeed()
	if keys <= 0 {
		keys = DefaultKeys
	}
	h.said.init(keys, duplicateFor, now)
	h.last.init(keys, comment.MaxSlow, now)
	h.raids.init(max(1, keys/8), raidFor, now) // only texts with an address come here
	h.known.init(keys, knownFor, now)
	h.tails.init(max(1, keys/8), spelledFor, now) // only who wrote short comments
	h.crowds.init(now)
}

func (h *habits) hash(parts ...string) uint64 {
	var m maphash.Hash
	m.SetSeed(h.seed)
	for _, p := range parts {
		m.WriteString(p)
		m.WriteByte(0)
	}
	return m.Sum64()
}

// check decides about a draft whose text has the verdict v. What is refused was
// never said; it counts as part of a raid alone.
func (h *habits) check(d comment.Draft, room comment.Room, v comment.Verdict) comment.Verdict {
	if d.User == "" {
		return v
	}
	gist := gist(d.Text)
	author, now := h.hash(d.Room, d.User), d.At
	if v.Action == comment.Refuse {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.crowd(d, gist, author, true, now)
		return v
	}
	linked := false
	if room.Links == comment.GateAllowed { // elsewhere no address comes so far
		_, folded, _ := words(nil, d.Text, 0)
		linked = findLink(folded) != ""
	}
	words := h.hash(d.Room, d.User, gist)
	ref := h.ref(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	if room.Slow > 0 {
		if s, ok := h.last.get(author, now); ok && !s.same(ref) {
			if wait := room.Slow - s.age(now); wait > 0 {
				return comment.Verdict{Action: comment.Refuse, Rule: comment.RuleSlow, Detail: "slow mode", Wait: wait}
			}
		}
	}
	if s, ok := h.said.get(words, now); ok && !s.same(ref) && s.age(now) < duplicateFor {
		return comment.Verdict{Action: comment.Refuse, Rule: comment.RuleDuplicate, Detail: "said by the same author a moment ago"}
	}
	h.crowd(d, gist, author, v.Action == comment.Hold, now)
	if linked {
		v = comment.Stricter(v, h.raid(h.hash(d.Room, "", gist), author, now))
	}
	v = comment.Stricter(v, h.newcomer(d, room, author, now))
	h.said.set(words, saying{now.UnixMilli(), ref}, now)
	h.last.set(author, saying{now.UnixMilli(), ref}, now)
	h.keep(d, author, ref)
	if v.Action <= comment.Mask {
		h.known.set(author, struct{}{}, now)
	}
	return v
}

// ref names the sending of a draft; 0 where it has no name.
func (h *habits) ref(d comment.Draft) uint64 {
	if d.Ref == "" {
		return 0
	}
	return h.hash(d.Ref)
}

// crowd counts a draft that is no repetition of the same author; stopped, when
// the rules refuse or hold its text.
func (h *habits) crowd(d comment.Draft, gist string, author uint64, stopped bool, now time.Time) {
	var key uint64
	if choral(gist) {
		key = h.hash(d.Room, "", gist)
	}
	h.crowds.hear(h.hash(d.Room), author, key, d.Text, h.stranger(d, author, now), stopped, now)
}

// same tells a repetition of the same sending, as after an answer of busy.
func (s saying) same(ref uint64) bool { return ref != 0 && s.ref == ref }

func (s saying) age(now time.Time) time.Duration {
	return time.Duration(now.UnixMilli()-s.at) * time.Millisecond
}

// raid holds a text with an address that several authors send at the same time.
// Without an address it is a choir, and welcome. The key is that of the text.
func (h *habits) raid(key, author uint64, now time.Time) comment.Verdict {
	r, _ := h.raids.get(key, now)
	oldest, others := 0, 1
	for i := range r.who {
		if r.who[i] == author {
			oldest = i
			break
		}
		if r.at[i] < r.at[oldest] {
			oldest = i
		}
	}
	ms := now.UnixMilli()
	r.who[oldest], r.at[oldest] = author, ms
	for i := range r.who {
		if i != oldest && r.who[i] != 0 && ms-r.at[i] < raidFor.Milliseconds() {
			others++
		}
	}
	h.raids.set(key, r, now)
	if others < raidVoices {
		return comment.Verdict{}
	}
	return comment.Verdict{Action: comment.Hold, Rule: RuleRaid, Detail: "many send this address at once"}
}

// newcomer holds what somebody writes in the first minute, and the first
// comment. Who was here before the program started is not new.
func (h *habits) newcomer(d comment.Draft, room comment.Room, author uint64, now time.Time) comment.Verdict {
	if room.Newcomers != comment.GateHeld {
		return comment.Verdict{}
	}
	v := comment.Verdict{Action: comment.Hold, Rule: RuleNewcomer, Detail: "in the author's first minute here"}
	if !d.Identity.IsZero() {
		if now.Sub(d.Identity) < newcomerFor {
			return v
		}
		if d.Identity.Before(h.started) {
			return comment.Verdict{}
		}
	}
	if _, ok := h.known.get(author, now); ok {
		return comment.Verdict{}
	}
	v.Detail = "the author's first comment here"
	return v
}

// Welcome tells the chain that a moderator let a comment of this author
// through, who is then no newcomer any more.
func (c *Chain) Welcome(room, user string) {
	h := &c.habit
	h.mu.Lock()
	defer h.mu.Unlock()
	now := c.clock()
	h.known.set(h.hash(room, user), struct{}{}, now)
}

// gist is a text without case, width and spaces: what makes two texts the same
// for the eye. Digits and signs stay, since they carry the meaning of cheers.
func gist(text string) string {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	m.runes = m.runes[:0]
	for _, r := range text {
		m.runes = append(m.runes, r)
	}
	m.fold.fold(m.runes)
	keep := m.fold.cells[:0]
	for _, c := range m.fold.cells {
		if c.kind != space {
			keep = append(keep, c)
		}
	}
	m.fold.cells = keep
	return m.fold.String()
}
