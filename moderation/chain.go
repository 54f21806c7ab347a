// Package moderation decides which comments are shown. It folds text so that
// other alphabets, widths, signs and gaps do not hide a word, matches it with
// the rules of a room, and looks at its layout, at addresses and numbers in it,
// and at how its author behaves. Every verdict says why.
package moderation

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"danmaku/comment"

	"github.com/rivo/uniseg"
)

// Options configure a [Chain].
type Options struct {
	Clock func() time.Time // nil means time.Now; used where a draft has no time
	Keys  int              // most keys in one generation of a check's memory; 0 means [DefaultKeys]
}

// Chain is the whole filter: the compiled rules of all rooms and the memory of
// the checks on behaviour. It is safe for concurrent use.
type Chain struct {
	clock func() time.Time
	rules atomic.Pointer[ruleSets]
	swap  sync.Mutex // one swap of rules at a time
	habit habits
}

// ruleSets are the compiled lists by room; "" holds those for every room.
type ruleSets struct {
	lists  map[string][]List
	rules  map[string]*Rules
	faults map[string]Faults
}

// New makes a chain with the shipped list.
func New(o Options) *Chain {
	c := &Chain{clock: o.Clock}
	if c.clock == nil {
		c.clock = time.Now
	}
	c.habit.init(o.Keys, c.clock())
	c.rules.Store(&ruleSets{})
	if err := c.SetLists(nil); err != nil {
		panic("moderation: the shipped list: " + err.Error()) // a test reads it
	}
	return c
}

// SetLists replaces all lists. They are compiled first and then swapped in one
// step, so that every comment meets either the old rules or the new ones; rooms
// whose lists did not change are not compiled again. The shipped list applies to
// every room until there is one named [StarterName] for all rooms: that can
// switch it off, or say something else.
//
// Lines that cannot be understood are left out and named in the error, which is
// a [Faults]; the rest is in force. What is only worth a warning is not in it,
// see [Compile].
func (c *Chain) SetLists(lists []List) error {
	c.swap.Lock()
	defer c.swap.Unlock()
	old := c.rules.Load()
	next := &ruleSets{lists: map[string][]List{}, rules: map[string]*Rules{}, faults: map[string]Faults{}}
	var rooms []string
	for _, l := range withStarter(lists) {
		if _, seen := next.lists[l.Room]; !seen {
			rooms = append(rooms, l.Room)
		}
		next.lists[l.Room] = append(next.lists[l.Room], l)
	}
	var faults Faults
	for _, room := range rooms {
		if slices.Equal(old.lists[room], next.lists[room]) {
			next.rules[room], next.faults[room] = old.rules[room], old.faults[room]
		} else {
			next.rules[room], next.faults[room] = Compile(next.lists[room])
		}
		faults = append(faults, next.faults[room]...)
	}
	c.rules.Store(next)
	faults = slices.DeleteFunc(faults, func(f Fault) bool { return f.Warning() })
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// sets gives the rules that apply to a room.
func (c *Chain) sets(room string) []*Rules {
	s := c.rules.Load()
	if room == "" {
		return []*Rules{s.rules[""]}
	}
	return []*Rules{s.rules[""], s.rules[room]}
}

// Check decides about a normalised draft: behaviour before text, hard before
// soft. Drafts of a replay, and of those who run the room, are not checked for
// behaviour.
//
// Verdicts with the rules [comment.RuleSlow] and [comment.RuleDuplicate] are
// limits: the text was not at fault. Verdict.Wait is set for the former.
func (c *Chain) Check(d comment.Draft, room comment.Room) comment.Verdict {
	if d.At.IsZero() {
		d.At = c.clock()
	}
	sets := c.sets(room.ID)
	v := checkText(sets, d, room)
	if v.Action == comment.Mask {
		v.Text, v.Name = cmp.Or(v.Text, d.Text), cmp.Or(v.Name, d.Name)
	}
	if d.Source == comment.FromReplay || d.Badge != comment.NoBadge {
		return v
	}
	if v.Action < comment.Hold && d.User != "" && isPiece(d.Text) {
		if pieces := c.habit.pieces(d); len(pieces) > 0 {
			v = comment.Stricter(v, spelled(sets, pieces, d.Text, d.At.Unix()))
		}
	}
	return c.habit.check(d, room, v)
}

// CheckText decides about text alone, as the rules of a room would: nothing is
// remembered and behaviour plays no part.
func (c *Chain) CheckText(text string, room comment.Room) comment.Verdict {
	return decide(c.sets(room.ID), text, room, c.clock())
}

// CheckText decides about raw text with one set of rules: as `danmaku check`
// does, with the defaults of a new room.
func CheckText(rules *Rules, text string, at time.Time) comment.Verdict {
	return decide([]*Rules{rules}, text, comment.NewRoom("check"), at)
}

// decide cleans raw text in the way of a comment and checks it. What a room
// would not even take is refused by the rule "layout" or "length". The verdict
// has the text as it would be shown.
func decide(sets []*Rules, text string, room comment.Room, at time.Time) comment.Verdict {
	v := comment.Verdict{Action: comment.Refuse, Rule: "layout", Text: strings.ToValidUTF8(text, "\uFFFD")}
	if !utf8.ValidString(text) {
		v.Detail = "not UTF-8"
		return v
	}
	d, err := comment.Draft{Room: room.ID, Text: text, At: at}.Normalize(room)
	if err != nil {
		if comment.Visible(text) {
			v.Rule = "length"
		}
		v.Detail = err.Error()
		return v
	}
	v = checkText(sets, d, room)
	if v.Action != comment.Mask {
		v.Text = d.Text
	}
	if v.Folded == "" {
		_, v.Folded, _ = words(nil, d.Text, 0)
	}
	return v
}

// checkText runs every check on text: of the comment, of the name, and of both
// together.
func checkText(sets []*Rules, d comment.Draft, room comment.Room) comment.Verdict {
	now := d.At.Unix()
	v := checkOne(sets, d.Text, room, now)
	if d.Name == "" || v.Action == comment.Refuse {
		return v
	}
	n := checkOne(sets, d.Name, room, now)
	if n.Action == comment.Mask {
		n.Name, n.Text = n.Text, ""
	}
	n.InName = true
	switch {
	case n.Action == comment.Mask && v.Action == comment.Mask:
		v.Name = n.Name
		return v
	case n.Action == comment.Mask:
		n.Text = d.Text
	case n.Action == comment.Pass:
		n = checkJoined(sets, d, now)
	}
	return comment.Stricter(v, n)
}

// checkOne runs the checks on one text, the hard ones first.
func checkOne(sets []*Rules, text string, room comment.Room, now int64) comment.Verdict {
	v := layout(text)
	if v.Action == comment.Refuse {
		return v
	}
	found, folded, tangled := words(sets, text, now)
	v = comment.Stricter(v, wordVerdict(found, text))
	if tangled {
		v = comment.Stricter(v, comment.Verdict{Action: comment.Hold, Rule: "words", Detail: "written so that it can be read in too many ways"})
	}
	v = comment.Stricter(v, links(folded, room))
	if v.Action < comment.Hold {
		v = comment.Stricter(v, contactOf(text, folded))
	}
	if v.Action < comment.Hold {
		v = comment.Stricter(v, repeats(text))
		v = comment.Stricter(v, capitals(text))
	}
	if v.Action != comment.Pass && folded != text {
		v.Folded = folded
	}
	return v
}

// contactOf looks for numbers; most texts have too few digits to fold again.
func contactOf(text, folded string) comment.Verdict {
	n := 0
	for _, r := range folded {
		if '0' <= r && r <= '9' || strings.ContainsRune(hanDigits, r) {
			n++
		}
	}
	if n < minContact-2 && len(text) < 20 {
		return comment.Verdict{}
	}
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	m.runes = append(m.runes[:0], []rune(text)...)
	m.fold.fold(m.runes)
	return contact(m.fold.cells, folded)
}

// checkJoined looks for words that begin in the name and end in the text. That
// may be chance, so it is never more than held, and what only sounds like a
// word does not count: a name stands before everything that its owner says.
func checkJoined(sets []*Rules, d comment.Draft, now int64) comment.Verdict {
	border := utf8.RuneCountInString(d.Name)
	found, folded, _ := words(sets, d.Name+d.Text, now)
	for _, h := range found {
		if h.span.From < border && border < h.span.To && h.action >= comment.Hold && !h.exact && !h.sound {
			return comment.Verdict{
				Action: comment.Hold, Rule: h.rule, Word: h.word, Folded: folded,
				Detail: "the name and the text together", Spans: []span{{From: 0, To: h.span.To - border}},
			}
		}
	}
	return comment.Verdict{}
}

// wordVerdict makes one verdict of all hits: the strictest counts, and where
// that is to mask, every hit is covered.
func wordVerdict(found []hit, text string) comment.Verdict {
	if len(found) == 0 {
		return comment.Verdict{}
	}
	top := found[0]
	for _, h := range found[1:] {
		if h.action > top.action || h.action == top.action && top.aggressive && !h.aggressive {
			top = h
		}
	}
	v := comment.Verdict{Action: top.action, Rule: top.rule, Word: top.word, Detail: "the word as written"}
	switch {
	case top.sound:
		v.Detail = "sounds like the word"
	case top.aggressive:
		v.Detail = "the word, taken apart or with other signs"
	}
	if top.view != "" {
		v.Detail += ", " + top.view
	}
	for _, h := range found {
		if h.action == top.action && !slices.Contains(v.Spans, h.span) {
			v.Spans = append(v.Spans, h.span)
		}
	}
	slices.SortFunc(v.Spans, func(a, b span) int { return a.From - b.From })
	if top.action == comment.Mask {
		v.Text = mask(text, v.Spans)
	}
	return v
}

// mask covers parts of a text with as many asterisks as people see characters.
func mask(text string, spans []span) string {
	var b strings.Builder
	at := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		from, to := at, at+len(g.Runes())
		at = to
		covered := slices.ContainsFunc(spans, func(s span) bool { return s.From < to && from < s.To })
		if covered && g.Str() != " " {
			b.WriteByte('*')
		} else {
			b.WriteString(g.Str())
		}
	}
	return b.String()
}
