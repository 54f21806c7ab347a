package moderation

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/moderation/rules"
	"danmaku/room"

	"github.com/rivo/uniseg"
)

// Check is one check of a text. It returns the zero verdict for a text without objection.
type Check struct {
	Name string // the rule of its verdicts; those of "words" carry the name of a list
	// Below bounds when the check runs: only while the verdict of the checks before it is
	// milder. So a check that could not make it stricter is skipped.
	Below comment.Action
	Func  func(*Text) comment.Verdict
}

// Checks are all checks of a text in the order in which they run: those that refuse before
// those that hold, and cheap ones first.
var Checks = []Check{
	{"layout", comment.Refuse, layout},    // one pass over the characters
	{"words", comment.Refuse, matchWords}, // bounded by the budget of the decision
	{"links", comment.Refuse, links},      // expressions, if the text has a dot or a similar sign
	{"contact", comment.Hold, contact},    // expressions, if the text has enough digits
	{"private", comment.Hold, private},    // expressions, if the text has a digit
	{"repeats", comment.Mask, repeats},    // one pass over the graphemes
	{"capitals", comment.Hold, capitals},  // one pass over the characters
}

// Text is one text as the checks read it. It computes each shared property once, when the
// first check needs it.
type Text struct {
	Written string // normalised, as it would be shown
	Room    room.Room
	IsName  bool // it is an author's name

	sets   []*rules.Rules
	now    int64 // Unix seconds
	budget *rules.Budget

	matched bool
	hits    []rules.Hit
	folded  string
	tangled bool
}

// Folded returns the text without case, widths, accents and look-alikes.
func (t *Text) Folded() string {
	t.match()
	return t.folded
}

// match runs the rules over the text, once.
func (t *Text) match() {
	if !t.matched {
		t.matched = true
		t.hits, t.folded, t.tangled = rules.Match(t.sets, t.Written, t.now, t.budget)
		if t.IsName {
			t.hits = slices.DeleteFunc(t.hits, t.isOneCharacter)
		}
	}
}

// isOneCharacter reports whether a match is a single Chinese, Japanese or Korean character. In
// a name that is part of the name (草, 裸, 傻) and not a word that its owner says.
func (t *Text) isOneCharacter(h rules.Hit) bool {
	return h.Span.To-h.Span.From == 1 && fold.ScriptOf([]rune(t.Written)[h.Span.From]).CJK()
}

// check runs all checks and returns the strictest verdict, the first of equals.
func (t *Text) check() comment.Verdict {
	var v comment.Verdict
	for _, c := range Checks {
		if v.Action >= c.Below {
			continue
		}
		v = comment.Stricter(v, named(c.Func(t), c.Name))
	}
	if v.Action != comment.Pass && t.matched && t.folded != t.Written {
		v.Folded = t.folded
	}
	return v
}

// named sets the rule of a verdict to that of its check, unless it already has one.
func named(v comment.Verdict, rule string) comment.Verdict {
	if v.Action != comment.Pass && v.Rule == "" {
		v.Rule = rule
	}
	return v
}

// checkDraft runs every check on text: of the comment, of the name, and of both
// together.
func checkDraft(sets []*rules.Rules, d comment.Draft, setup room.Room, b *rules.Budget) comment.Verdict {
	text := Text{Written: d.Text, Room: setup, sets: sets, now: d.At.Unix(), budget: b}
	v := text.check()
	if d.Name == "" || v.Action == comment.Refuse {
		return v
	}
	name := Text{Written: d.Name, IsName: true, Room: setup, sets: sets, now: d.At.Unix(), budget: b}
	n := name.check()
	if n.Action == comment.Mask {
		n.Name, n.Text = n.Text, ""
	}
	n.InName = true
	switch {
	case n.Action == comment.Mask && v.Action != comment.Pass:
		v.Text, v.Name = cmp.Or(v.Text, d.Text), n.Name // also when it is held and then approved
		return v
	case n.Action == comment.Mask:
		n.Text = d.Text
	case n.Action == comment.Pass:
		n = checkJoined(sets, d, setup, b)
	}
	return stopped(v, n)
}

// checkJoined looks for words that begin in the name and end in the text. That may be chance,
// so it holds at most, and ignores words that only sound alike: a name precedes all its
// owner's comments.
func checkJoined(sets []*rules.Rules, d comment.Draft, setup room.Room, b *rules.Budget) comment.Verdict {
	if v := checkParts([]string{d.Name}, d.Text, setup); v.Action != comment.Pass {
		return v.Because(comment.ReasonNameAndText, comment.FormWritten)
	}
	border := utf8.RuneCountInString(d.Name)
	found, folded, tangled := rules.Match(sets, d.Name+d.Text, d.At.Unix(), b)
	for _, h := range found {
		if h.Span.From < border && border < h.Span.To && h.Action >= comment.Hold && !h.Exact && !h.BySound && !chanceMeeting(d, h.Span, border) {
			return comment.Verdict{
				Action: comment.Hold, Rule: h.Rule, Word: h.Word, Folded: folded, Spans: []comment.Span{{From: 0, To: h.Span.To - border}},
			}.Because(comment.ReasonNameAndText, comment.FormWritten)
		}
	}
	if tangled {
		return tangledVerdict()
	}
	return comment.Verdict{}
}

// chanceMeeting reports whether a match of two characters, one from the end of the name, only
// arises where the name meets the text: when 小草 greets with 你好, 草你 is not meant.
func chanceMeeting(d comment.Draft, s comment.Span, border int) bool {
	if s.To-s.From != 2 {
		return false
	}
	rest := []rune(d.Text)[s.To-border:]
	return fold.ScriptOf([]rune(d.Text)[0]).CJK() && len(rest) > 0 && fold.KindOf(rest[0]) == fold.Letter
}

// tangledVerdict holds a text that could not be read within the budget.
func tangledVerdict() comment.Verdict {
	return comment.Verdict{Action: comment.Hold, Rule: "words"}.Because(comment.ReasonTangled, comment.FormWritten)
}

// matchWords combines all hits of the rules into one verdict: the strictest counts, and if
// that is to mask, every hit is covered.
func matchWords(t *Text) comment.Verdict {
	t.match()
	v := wordVerdict(t.hits, t.Written)
	if t.tangled {
		v = comment.Stricter(v, tangledVerdict())
	}
	return v
}

func wordVerdict(found []rules.Hit, text string) comment.Verdict {
	if len(found) == 0 {
		return comment.Verdict{}
	}
	top := found[0]
	for _, h := range found[1:] {
		if h.Action > top.Action || h.Action == top.Action && top.Guess && !h.Guess {
			top = h
		}
	}
	v := comment.Verdict{Action: top.Action, Rule: top.Rule, Word: top.Word}
	reason := comment.ReasonWritten
	switch {
	case top.BySound:
		reason = comment.ReasonSound
	case top.Guess:
		reason = comment.ReasonTakenApart
	}
	for _, h := range found {
		if h.Action == top.Action && !slices.Contains(v.Spans, h.Span) {
			v.Spans = append(v.Spans, h.Span)
		}
	}
	slices.SortFunc(v.Spans, func(a, b comment.Span) int { return a.From - b.From })
	if top.Action == comment.Mask {
		v.Text, v.Shown = mask(text, v.Spans)
	}
	return v.Because(reason, top.Form)
}

// mask covers parts of a text with as many asterisks as it has visible characters. It returns
// their positions.
func mask(text string, spans []comment.Span) (string, []comment.Span) {
	var b strings.Builder
	var shown []comment.Span
	at, out := 0, 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		from, to := at, at+len(g.Runes())
		at = to
		covered := slices.ContainsFunc(spans, func(s comment.Span) bool { return s.From < to && from < s.To })
		n := to - from
		if covered && g.Str() != " " {
			b.WriteByte('*')
			n = 1
		} else {
			b.WriteString(g.Str())
		}
		if last := len(shown) - 1; covered && last >= 0 && shown[last].To == out {
			shown[last].To += n
		} else if covered {
			shown = append(shown, comment.Span{From: out, To: out + n})
		}
		out += n
	}
	return b.String(), shown
}
