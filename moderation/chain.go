// Package moderation decides which comments are shown. It folds text so that other alphabets,
// widths, signs and gaps do not hide a word, matches it with the rules of a room, and checks
// its layout, its URLs and numbers, and its author's behavior. Every verdict has a reason.
package moderation

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/moderation/rules"
	"danmaku/room"
)

// Options configure a [Chain].
type Options struct {
	Clock func() time.Time // nil means time.Now; used where a draft has no time
	Keys  int              // most keys in one generation of a check's memory; 0 means [DefaultKeys]
	// Elapsed returns the time since some moment, and times decisions. Nil means the system's
	// monotonic clock, and for the second reading of a slow text the processor time of its
	// thread, if the system counts that.
	Elapsed func() time.Duration
}

// Chain is the whole filter: the compiled rules of all rooms and the memory of
// the checks on behaviour. It is safe for concurrent use.
type Chain struct {
	clock    func() time.Time
	elapsed  func() time.Duration
	spent    func() time.Duration // processor time of this goroutine, which is locked to its thread
	rules    atomic.Pointer[ruleSets]
	swap     sync.Mutex // one swap of rules at a time
	behavior behavior
}

// ruleSets are the compiled lists by room; "" holds those for every room.
type ruleSets struct {
	sums   map[string][][sha256.Size]byte // of each list, to see which rooms change
	rules  map[string]*rules.Rules
	faults map[string]rules.Faults
}

// New returns a chain with the shipped list.
func New(o Options) *Chain {
	c := &Chain{clock: o.Clock}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.elapsed = o.Elapsed; c.elapsed == nil {
		began := time.Now()
		c.elapsed = func() time.Duration { return time.Since(began) }
	}
	c.spent = c.elapsed
	if _, known := spent(); known && o.Elapsed == nil {
		c.spent = func() time.Duration { used, _ := spent(); return used }
	}
	c.behavior.init(o.Keys, c.clock)
	c.rules.Store(&ruleSets{})
	if err := c.SetLists(nil); err != nil {
		panic("moderation: the shipped list: " + err.Error()) // a test compiles it
	}
	return c
}

// SetLists replaces all lists. They are compiled first and then swapped in one step, so that
// every comment is checked with either the old rules or the new ones. Rooms with unchanged
// lists are not compiled again. The shipped list applies to every room until there is one
// named [StarterName] for all rooms: that can switch it off or replace it.
//
// Lines that cannot be compiled are left out and named in the error, a [rules.LeftOutError];
// the other lines are in force. The error contains no mere warnings, see [Compile].
func (c *Chain) SetLists(lists []rules.List) error {
	c.swap.Lock()
	defer c.swap.Unlock()
	old := c.rules.Load()
	next := &ruleSets{sums: map[string][][sha256.Size]byte{}, rules: map[string]*rules.Rules{}, faults: map[string]rules.Faults{}}
	var rooms []string
	byRoom := map[string][]rules.List{}
	for _, l := range rules.WithStarter(lists) {
		if _, seen := byRoom[l.Room]; !seen {
			rooms = append(rooms, l.Room)
		}
		byRoom[l.Room] = append(byRoom[l.Room], l)
		next.sums[l.Room] = append(next.sums[l.Room], sumOf(l))
	}
	var faults rules.Faults
	total := 0
	for _, room := range rooms {
		if slices.Equal(old.sums[room], next.sums[room]) {
			next.rules[room], next.faults[room] = old.rules[room], old.faults[room]
		} else {
			next.rules[room], next.faults[room] = rules.Compile(byRoom[room])
		}
		faults = append(faults, next.faults[room]...)
		total += next.rules[room].LeftOut()
	}
	c.rules.Store(next)
	faults = slices.DeleteFunc(faults, func(f rules.Fault) bool { return f.Warning() })
	if len(faults) == 0 {
		return nil
	}
	return &rules.LeftOutError{First: faults, Total: total}
}

// sumOf returns a digest of a list, so that the chain keeps no text.
func sumOf(l rules.List) (sum [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %t ", l.Name, l.On) // the text is large, so fmt does not copy it
	h.Write([]byte(l.Text))
	h.Sum(sum[:0])
	return sum
}

// sets returns the rules that apply to a room.
func (c *Chain) sets(setup room.Room) []*rules.Rules {
	s := c.rules.Load()
	sets := []*rules.Rules{s.rules[""]}
	if setup.ID != "" {
		sets = append(sets, s.rules[setup.ID])
	}
	if len(setup.LanguagesOff) > 0 {
		sets = append(sets, rules.LeaveOut(setup.LanguagesOff))
	}
	return sets
}

// Check decides about a normalised draft: behaviour before text, hard before soft. The
// behaviour checks skip drafts of a replay, and of people who run the room.
//
// Verdicts with the rules [comment.RuleSlow] and [comment.RuleDuplicate] are
// limits: the text was not at fault. Verdict.Wait is set for the former.
//
// A fault of the filter must neither let a text pass nor end the program, which a hostile
// visitor could cause again and again: then the verdict holds the text and contains the fault.
func (c *Chain) Check(d comment.Draft, setup room.Room) (out comment.Verdict) {
	defer func() {
		if p := recover(); p != nil {
			failed := comment.Verdict{Action: comment.Hold, Rule: RuleSlowDecision, Fault: fmt.Sprintf("%v\n%s", p, debug.Stack())}
			out = failed.Because(comment.ReasonFailed, comment.FormWritten)
		}
	}()
	if d.At.IsZero() {
		d.At = c.clock()
	}
	v := c.timed(func() comment.Verdict { return c.read(d, setup) })
	if d.Source == comment.FromReplay || d.Badge != comment.NoBadge || d.Photo != nil { // moderators review every photo anyway
		return v
	}
	out = c.behavior.check(d, setup, v)
	if out.Action == comment.Hold && v.Action == comment.Mask {
		out.Text, out.Name = v.Text, v.Name // an approved comment is shown masked
	}
	out.Took = v.Took
	return out
}

// Prepare builds the tables that the first text would otherwise wait for, some tenth of a
// second on one core. It may be called from any goroutine, concurrently with checks.
func (c *Chain) Prepare() {
	c.read(comment.Draft{Text: "a word 一个词 ことば 단어"}, room.Room{})
}

// slowDecision bounds the time for reading a draft. The cost of every text is bounded well
// below it, so this is a safety net.
const slowDecision = 50 * time.Millisecond

// RuleSlowDecision is the rule that holds texts which took too long to read.
const RuleSlowDecision = comment.RuleSlowDecision

// timed holds a text that takes too long to read. A busy machine is not the text's fault, so
// timed reads the text again first, and measures that by processor time if that is known.
func (c *Chain) timed(read func() comment.Verdict) comment.Verdict {
	began := c.elapsed()
	v := read()
	took := c.elapsed() - began
	if took <= slowDecision {
		return v
	}
	v, again := c.again(read)
	took = min(took, again)
	if took <= slowDecision {
		return v
	}
	v.Took = took
	if v.Action < comment.Hold {
		slow := comment.Verdict{Action: comment.Hold, Rule: RuleSlowDecision, Text: v.Text, Name: v.Name, Took: took}
		return slow.Because(comment.ReasonLong, comment.FormWritten)
	}
	return v
}

// again reads a text again, and measures the processor time of that.
func (c *Chain) again(read func() comment.Verdict) (v comment.Verdict, took time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := c.spent()
	v = read()
	return v, c.spent() - began
}

// read decides about a draft by its text, and by its author's short comments before it.
func (c *Chain) read(d comment.Draft, setup room.Room) comment.Verdict {
	sets := c.sets(setup)
	b := &rules.Budget{}
	v := checkDraft(sets, d, setup, b)
	if v.Action == comment.Mask {
		v.Text, v.Name = cmp.Or(v.Text, d.Text), cmp.Or(v.Name, d.Name)
	}
	v = stopped(v, pretends(d, setup))
	if d.Source == comment.FromReplay || d.Badge != comment.NoBadge || d.Photo != nil || d.User == "" || !isFragment(d.Text) && !beginsShort(d.Text) {
		return v
	}
	if fragments := c.behavior.fragments(d); v.Action < comment.Hold && len(fragments) > 0 {
		v = stopped(v, checkFragments(sets, fragments, d.Text, setup, d.At.Unix(), b))
	}
	if setup.SpelledTogether == room.SpelledTogetherHeld && v.Action < comment.Hold {
		if fragments := c.behavior.sharedFragments(d); len(fragments) > 0 {
			together := checkFragments(sets, fragments, d.Text, setup, d.At.Unix(), b)
			if together.Reason == comment.ReasonSeveral {
				together = together.Because(comment.ReasonTogether, comment.FormWritten)
			}
			v = stopped(v, together)
		}
	}
	return v
}

// stopped returns the stricter verdict. A masked text stays masked when a moderator approves
// it.
func stopped(v, by comment.Verdict) comment.Verdict {
	if by.Action > v.Action && v.Action == comment.Mask {
		by.Text, by.Name = v.Text, v.Name
	}
	return comment.Stricter(v, by)
}

// CheckText decides about text alone with the rules of a room: it remembers nothing and
// ignores behaviour.
func (c *Chain) CheckText(text string, setup room.Room) comment.Verdict {
	return decide(c.sets(setup), text, setup, c.clock())
}

// CheckText decides about raw text with one set of rules and the defaults of a new room, for
// `danmaku check`.
func CheckText(list *rules.Rules, text string, at time.Time) comment.Verdict {
	return decide([]*rules.Rules{list}, text, room.New("check"), at)
}

// decide cleans raw text like a comment and checks it. The rule "layout" or "length" refuses a
// text that a room would not even accept. The verdict has the text as it would be shown.
func decide(sets []*rules.Rules, text string, setup room.Room, at time.Time) comment.Verdict {
	v := comment.Verdict{Action: comment.Refuse, Rule: "layout", Text: strings.ToValidUTF8(text, "\uFFFD")}
	if !utf8.ValidString(text) {
		return v.Because(comment.ReasonBytes, comment.FormWritten)
	}
	d, err := comment.Draft{Room: setup.ID, Text: text, At: at}.Normalize(setup.Limits())
	if err != nil {
		if comment.Visible(text) {
			v.Rule = "length"
		}
		v.Detail = err.Error()
		return v
	}
	v = checkDraft(sets, d, setup, &rules.Budget{})
	if v.Action != comment.Mask {
		v.Text = d.Text
	}
	if v.Folded == "" {
		v.Folded = fold.String(d.Text)
	}
	return v
}
