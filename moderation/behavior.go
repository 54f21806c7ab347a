package moderation

import (
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"danmaku/cache"
	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/room"
)

// Rules of the checks on behaviour, as in Verdict.Rule, besides comment.RuleSlow and
// comment.RuleDuplicate.
const (
	RuleNewcomer = "newcomer" // the author is new, and the room holds newcomers' comments
	RuleRaid     = "raid"     // many authors send the same text with a URL
)

// Bounds of the checks on behaviour.
const (
	duplicateFor = 30 * time.Second
	raidFor      = 10 * time.Second
	raidVoices   = 5
	newcomerFor  = time.Minute
	knownFor     = 12 * time.Hour
)

// DefaultKeys is the default number of keys in one generation of a check's memory. All
// memories together then stay below 64 MB (see TestMillionAuthors).
const DefaultKeys = 200_000

// behavior remembers the authors' comments. Every memory is bounded, see [memory].
type behavior struct {
	started time.Time
	clock   func() time.Time
	seed    maphash.Seed

	mu     sync.Mutex
	zero   time.Time                         // when Draft.Elapsed was zero; see moment
	byText cache.Cache[uint64, lastMessage]  // author and text
	last   cache.Cache[uint64, lastMessage]  // author
	linked cache.Cache[uint64, voices]       // text
	known  cache.Cache[uint64, bool]         // authors with a comment that passed; true: a moderator let it through
	tails  cache.Cache[uint64, fragmentTail] // author, see fragments.go

	together cache.Cache[uint64, []sharedFragment] // room, see fragments.go

	waves waves
}

// lastMessage is small, because there may be some hundred thousands.
type lastMessage struct {
	at  int64  // Unix milliseconds
	ref uint64 // of the sending, so that a retry does not count as a second comment
}

// voices are the last authors of one text.
type voices struct {
	who [raidVoices]uint64
	at  [raidVoices]int64 // Unix milliseconds
}

func (b *behavior) init(keys int, clock func() time.Time) {
	now := clock()
	b.started, b.clock, b.seed = now, clock, maphash.MakeSeed()
	if keys <= 0 {
		keys = DefaultKeys
	}
	b.byText = cache.New[uint64, lastMessage](keys, duplicateFor, now)
	b.last = cache.New[uint64, lastMessage](keys, room.MaxSlow, now)
	b.linked = cache.New[uint64, voices](max(1, keys/8), raidFor, now) // only texts with a URL are stored here
	b.known = cache.New[uint64, bool](keys, knownFor, now)
	b.tails = cache.New[uint64, fragmentTail](max(1, keys/8), fragmentsFor, now) // only authors of short comments are stored here
	b.together = cache.New[uint64, []sharedFragment](raidRooms, togetherFor, now)
	b.waves.init(now)
}

func (b *behavior) hash(parts ...string) uint64 {
	var m maphash.Hash
	m.SetSeed(b.seed)
	for _, p := range parts {
		m.WriteString(p)
		m.WriteByte(0)
	}
	return m.Sum64()
}

// attempt is one draft during the checks on behavior.
type attempt struct {
	draft  comment.Draft
	room   room.Room
	now    time.Time // see moment
	gist   string
	author uint64 // keys of the memories
	words  uint64
	ref    uint64
	link   string // the URL in it, in a room that allows URLs
}

// behaviorCheck is one check of an author's behavior. It runs with the behavior locked.
type behaviorCheck struct {
	Name string // the rule of its verdicts
	Func func(*behavior, *attempt) comment.Verdict
}

// The checks on behavior, in order. Limits come first: a text that they refuse counts as said
// by nobody.
var (
	limitChecks = []behaviorCheck{
		{comment.RuleSlow, slow},
		{comment.RuleDuplicate, duplicate},
	}
	behaviorChecks = []behaviorCheck{
		{RuleRaid, raid},
		{RuleNewcomer, newcomer},
	}
)

// check decides about a draft whose text has the verdict v. A refused comment was never said;
// it only counts as part of a raid.
func (b *behavior) check(d comment.Draft, setup room.Room, v comment.Verdict) comment.Verdict {
	if d.User == "" {
		return v
	}
	gist := gist(d.Text)
	a := &attempt{
		draft: d, room: setup, gist: gist,
		author: b.hash(d.Room, d.User), words: b.hash(d.Room, d.User, gist), ref: b.ref(d),
	}
	address, _ := findLink(d.Text, fold.String(d.Text))
	if v.Action != comment.Refuse && setup.URLs == room.URLsAllowed { // in other rooms the rules stop a URL before this
		a.link = address
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a.now = b.moment(d)
	if v.Action == comment.Refuse {
		b.countWave(d, gist, address, a.author, true, a.now)
		return v
	}
	for _, c := range limitChecks {
		if l := c.Func(b, a); l.Action != comment.Pass {
			return named(l, c.Name)
		}
	}
	b.countWave(d, gist, address, a.author, v.Action == comment.Hold, a.now)
	for _, c := range behaviorChecks {
		v = comment.Stricter(v, named(c.Func(b, a), c.Name))
	}
	last := lastMessage{a.now.UnixMilli(), a.ref}
	b.byText.Set(a.words, last, a.now)
	b.last.Set(a.author, last, a.now)
	b.keepFragment(d, a.author, a.ref, a.now)
	b.keepSharedFragment(a)
	return v
}

// slow refuses a comment that comes before the room's slow mode lets its author write again.
func slow(h *behavior, a *attempt) comment.Verdict {
	if a.room.Slow <= 0 {
		return comment.Verdict{}
	}
	s, ok := h.last.Get(a.author, a.now)
	if !ok || s.sameAs(a.ref) || s.age(a.now) >= a.room.Slow.Duration() {
		return comment.Verdict{}
	}
	return comment.Verdict{Action: comment.Refuse, Wait: a.room.Slow.Duration() - s.age(a.now)}.Because(comment.ReasonSlow, comment.FormWritten)
}

// duplicate refuses a text that its author said a moment ago.
func duplicate(h *behavior, a *attempt) comment.Verdict {
	if s, ok := h.byText.Get(a.words, a.now); !ok || s.sameAs(a.ref) || s.age(a.now) >= duplicateFor {
		return comment.Verdict{}
	}
	return comment.Verdict{Action: comment.Refuse}.Because(comment.ReasonDuplicate, comment.FormWritten)
}

// OnCommitted receives the outcome of a draft that got the verdict v. Until then the draft
// counts as said, so that the same text cannot pass twice at once. A draft that was not kept
// was never said: its author may send it again at once, and is as new as before.
func (c *Chain) OnCommitted(d comment.Draft, v comment.Verdict, kept bool) {
	if d.User == "" || d.Source == comment.FromReplay || d.Badge != comment.NoBadge || d.Photo != nil || v.Action == comment.Refuse {
		return
	}
	h := &c.behavior
	author := h.hash(d.Room, d.User)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.moment(d)
	if kept {
		if v.Action <= comment.Mask {
			welcome, _ := h.known.Get(author, now)
			h.known.Set(author, welcome, now)
		}
		return
	}
	this := lastMessage{now.UnixMilli(), h.ref(d)}
	forget(&h.byText, h.hash(d.Room, d.User, gist(d.Text)), this, now)
	forget(&h.last, author, this, now)
	h.dropFragment(d, author, this, now)
	h.dropSharedFragment(d, author, this, now)
}

// forget deletes the entry of one sending, unless another one replaced it.
func forget(m *cache.Cache[uint64, lastMessage], key uint64, this lastMessage, now time.Time) {
	if s, ok := m.Get(key, now); ok && s == this {
		m.Delete(key)
	}
}

// ref returns the hash of a draft's sending; 0 if it has no ref.
func (b *behavior) ref(d comment.Draft) uint64 {
	if d.Ref == "" {
		return 0
	}
	return b.hash(d.Ref)
}

// countWave counts a draft that does not repeat its author's last one; address is the URL in
// its text; stopped is true if the rules refuse or hold it.
func (b *behavior) countWave(d comment.Draft, gist, address string, author uint64, stopped bool, now time.Time) {
	var key uint64
	if address != "" { // whatever counter or word is beside it
		key = b.hash(d.Room, "site", site(address))
	} else if isWaveText(gist) {
		key = b.hash(d.Room, "", gist)
	}
	if of := platformOf(d); of != "" { // its authors come and go on the platform, not here
		b.waves.recordPlatform(b.hash(d.Room), b.hash(d.Room, of), key, d.Text, now)
		return
	}
	b.waves.record(b.hash(d.Room), author, key, d.Text, b.isNew(d, author, now), stopped, now)
}

// platformOf returns the platform's chat that a draft comes from; "" for one of our own
// comments. On a platform many new authors write at once, and repeat each other, all the time:
// each chat counts as one voice of a raid, not as its authors.
func platformOf(d comment.Draft) string {
	switch {
	case d.Chat != "":
		return "chat " + d.Chat
	case d.Source.Foreign():
		return "sender " + strconv.FormatInt(d.Link, 10)
	}
	return ""
}

// sameAs reports whether ref is the same sending again, as after an answer of busy.
func (m lastMessage) sameAs(ref uint64) bool { return ref != 0 && m.ref == ref }

func (m lastMessage) age(now time.Time) time.Duration { return since(m.at, now) }

// moment returns when a draft came, by the monotonic clock if there is one, so that memory
// lasts neither longer nor shorter when the wall clock is set. The behavior must be locked.
func (b *behavior) moment(d comment.Draft) time.Time {
	if d.Elapsed <= 0 {
		return b.monotonic(d.At)
	}
	if b.zero.IsZero() {
		b.zero = b.monotonic(b.clock()).Add(-d.Elapsed)
	}
	return b.zero.Add(d.Elapsed)
}

// monotonic returns a moment as if nobody had set the clock since the start. Without a
// monotonic reading it returns t.
func (b *behavior) monotonic(t time.Time) time.Time { return b.started.Add(t.Sub(b.started)) }

// aheadAtMost is how far drafts overtake each other in flight. A time further ahead is from
// before the clock was set back, so its age is unknown.
const aheadAtMost = time.Second

// since returns the time passed since ms, in Unix milliseconds; a very long time when
// the clock was set back since then.
func since(ms int64, now time.Time) time.Duration {
	age := time.Duration(now.UnixMilli()-ms) * time.Millisecond
	if age < -aheadAtMost {
		return math.MaxInt64
	}
	return age
}

// identityAge returns the time since the identity of a draft was created. ok is false for an
// identity from the future, from before the clock was set back: its age is unknown.
func identityAge(d comment.Draft) (age time.Duration, ok bool) {
	age = d.At.Sub(d.Identity)
	return age, !d.Identity.IsZero() && age >= -aheadAtMost
}

// raid holds a text with a URL that several authors send at the same time. Without a URL it is
// a wave of cheers, and welcome. The URL counts by itself, too: a counter or another word
// beside it does not make another raid.
func raid(h *behavior, a *attempt) comment.Verdict {
	if a.link == "" {
		return comment.Verdict{}
	}
	text := h.voices(h.hash(a.draft.Room, "", a.gist), a)
	if site := h.voices(h.hash(a.draft.Room, "site", site(a.link)), a); max(text, site) < raidVoices {
		return comment.Verdict{}
	}
	return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonRaid, comment.FormWritten)
}

// voices counts the authors for key, including the one of a. The behavior must be locked.
func (b *behavior) voices(key uint64, a *attempt) int {
	r, _ := b.linked.Get(key, a.now)
	author := a.author
	if of := platformOf(a.draft); of != "" {
		author = b.hash(a.draft.Room, of)
	}
	oldest, n := 0, 1
	for i := range r.who {
		if r.who[i] == author {
			oldest = i
			break
		}
		if r.at[i] < r.at[oldest] {
			oldest = i
		}
	}
	r.who[oldest], r.at[oldest] = author, a.now.UnixMilli()
	for i := range r.who {
		if i != oldest && r.who[i] != 0 && since(r.at[i], a.now) < raidFor {
			n++
		}
	}
	b.linked.Set(key, r, a.now)
	return n
}

// newcomer holds an author's comments of the first minute, and the first comment. An author is
// not new if the identity is older than the program, or if a moderator has approved one of the
// author's comments, however young the identity is.
func newcomer(h *behavior, a *attempt) comment.Verdict {
	if a.room.Newcomers != room.NewcomersHeld {
		return comment.Verdict{}
	}
	welcome, known := h.known.Get(a.author, a.now)
	if welcome {
		return comment.Verdict{}
	}
	v := comment.Verdict{Action: comment.Hold}
	if age, ok := identityAge(a.draft); ok {
		if age < newcomerFor {
			return v.Because(comment.ReasonFirstMinute, comment.FormWritten)
		}
		if a.now.Add(-age).Before(h.started) {
			return comment.Verdict{}
		}
	}
	if known {
		return comment.Verdict{}
	}
	return v.Because(comment.ReasonFirstComment, comment.FormWritten)
}

// Known reports whether a comment of this author passed in a room recently, or a moderator
// approved one.
func (c *Chain) Known(room, user string) bool {
	h := &c.behavior
	h.mu.Lock()
	defer h.mu.Unlock()
	_, known := h.known.Get(h.hash(room, user), h.monotonic(c.clock()))
	return known
}

// Welcome records that a moderator approved a comment of this author, who is then no longer a
// newcomer.
func (c *Chain) Welcome(room, user string) {
	h := &c.behavior
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.monotonic(c.clock())
	h.known.Set(h.hash(room, user), true, now)
}

// gist returns a text without case, width and spaces: texts with the same gist look the same.
// Digits and signs stay, because they carry the meaning of cheers.
func gist(text string) string {
	var f fold.Text
	f.Fold([]rune(text))
	f.Runes = slices.DeleteFunc(f.Runes, func(c fold.Rune) bool { return c.Kind == fold.Space })
	return f.String()
}
