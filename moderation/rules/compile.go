// Package rules implements the language of keyword lists: it compiles lists within the bounds
// of a room, and matches texts within a budget of work.
package rules

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"danmaku/comment"
	"danmaku/moderation/fold"

	"golang.org/x/text/unicode/norm"
)

// List is a named list of keyword rules, one a line:
//
//	word              as a whole word; in scripts without spaces anywhere
//	*part*            anywhere in a word; also pre* and *end
//	/regular expr/    RE2, in any case, over the text as written and as folded
//	!some phrase      an exception: what matches inside it does not count
//	word => hold      what to do: hold, mask or refuse (the default)
//	word @until 2026-12-31
//	word @exact       only as it is written, without guesses
//	死ね=しね          with its reading, which is held if it stands alone
//	word @lang fr     a word of French; in a text of another language that has the same word it does not count
//	@lang fr          the same for all lines up to the next such line; @lang alone ends it
//	!@lang fr         excludes all entries of French, also those of other lists
//	word # a note
//
// A line that begins with # is a note; a backslash before the first character removes its
// special meaning.
type List struct {
	Room string // empty: for every room
	Name string
	Text string
	On   bool
}

// Bounds of a rule set.
const (
	MaxExpressions  = 100     // regular expressions of the lists of a room
	MaxInstructions = 10_000  // that these compile to
	MaxRuleBytes    = 2 << 20 // of a room's active lists
	MaxStoredBytes  = 8 << 20 // of all lists of a room, including those that are off
	MaxFaults       = 100     // faults kept for a list: lines left out, and as many warnings
	maxEntryRunes   = 60      // of one folded entry
	maxExpression   = 1000    // bytes
)

// The highest cost of the expressions of a rule set on the worst comment of 1 KiB, in
// instructions visited. One takes about 20 ns, so that this is 2 ms.
const (
	maxCost        = 100_000
	instructionsUS = 50 // instructions in a microsecond
)

// expression is one rule that is a regular expression.
type expression struct {
	re     *regexp.Regexp
	size   int // instructions
	text   string
	list   uint16
	line   uint32
	until  int64
	action comment.Action

	language string
}

// Rules is a compiled set of lists. It is immutable, so any number of goroutines may use it.
type Rules struct {
	lists     []string // names
	entries   []entry
	trie      *trie
	sonic     *sonic     // the same entries by their sound; nil if none has one
	korean    *korean    // the Korean ones by the classes of their letters; nil if there are none
	romaji    romajiIn   // those of kana by their Latin letters; nil if there are none
	respelled *respelled // the entries of scripts with spaces by their sounds; nil if there are none
	off       []string   // the excluded languages
	exprs     []expression
	machine   *machine // of all exprs; nil if there are none
	counts    map[listKey]counts
}

// listKey names a list.
type listKey struct{ room, name string }

// counts counts all faults of a list, including those that are not kept.
type counts struct {
	leftOut, warnings int
	over              bool // a kept one exceeds a bound of the room
}

// LeftOut counts the lines that were left out, including those beyond the [MaxFaults] that
// [Compile] reports.
func (r *Rules) LeftOut() (n int) {
	for _, c := range r.counts {
		n += c.leftOut
	}
	return n
}

// Warnings counts the lines that may not work as meant, as LeftOut does.
func (r *Rules) Warnings() (n int) {
	for _, c := range r.counts {
		n += c.warnings
	}
	return n
}

// Len counts the entries, regular expressions included.
func (r *Rules) Len() int { return len(r.entries) + len(r.exprs) }

// Compile builds one rule set of the lists that are on. It leaves out unusable lines and
// reports the first [MaxFaults] of each list, with as many warnings. A line that exceeds a
// bound of the room is always among them.
func Compile(lists []List) (*Rules, Faults) {
	c := compiler{rules: &Rules{counts: map[listKey]counts{}}, gauge: gauge{most: maxCost, machine: newMachine()}}
	lines, size := 0, 0
	lists = slices.DeleteFunc(slices.Clone(lists), func(l List) bool {
		if !l.On {
			return true
		}
		if size+len(l.Text) > MaxRuleBytes {
			c.list = l
			c.fault(Fault{Line: 1, Entry: l.Name, Code: ListsTooLarge, N: MaxRuleBytes, Of: size + len(l.Text)})
			return true
		}
		lines, size = lines+strings.Count(l.Text, "\n")+1, size+len(l.Text)
		return false
	})
	c.rules.entries, c.keys = make([]entry, 0, lines), make([]keyed, 0, lines)
	c.arena = make([]rune, 0, size/2) // rarely more: most lists are not ASCII, or have notes
	for _, l := range lists {
		c.list, c.language = l, ""
		c.rules.lists, c.rooms = append(c.rules.lists, l.Name), append(c.rooms, l.Room)
		n := 0
		for line := range strings.Lines(strings.TrimPrefix(l.Text, "\ufeff")) {
			n++
			c.line(n, strings.TrimSpace(line))
		}
	}
	sortKeys(c.keys, c.arena)
	sorted := make([]entry, len(c.keys))
	for i, k := range c.keys {
		sorted[i] = c.rules.entries[k.index]
		sorted[i].again = i > 0 && slices.Equal(c.key(i-1), c.key(i))
	}
	c.rules.entries = sorted
	c.rules.trie = buildTrie(c.keys, c.arena)
	c.rules.sonic = sonicOf(sorted, c.key)
	c.rules.korean = koreanOf(sorted, c.key)
	c.rules.romaji = romajiInOf(sorted, c.key)
	c.rules.respelled = respelledOf(sorted, c.key)
	c.join()
	return c.rules, c.faults
}

type compiler struct {
	rules    *Rules
	faults   Faults
	list     List
	language string // of the lines that follow
	fold     fold.Text
	runes    []rune
	arena    []rune
	keys     []keyed
	rooms    []string // of the lists
	size     int      // instructions of the expressions
	gauge    gauge
	tried    int // expressions, those that are left out included
}

func (c *compiler) key(i int) []rune { return c.arena[c.keys[i].from:c.keys[i].to] }

func (c *compiler) fault(f Fault) {
	f.Room, f.List = c.list.Room, c.list.Name
	c.keep(f)
}

// keep counts a fault, and stores it within MaxFaults.
func (c *compiler) keep(f Fault) {
	key := listKey{f.Room, f.List}
	n := c.rules.counts[key]
	nth := &n.leftOut
	if f.Warning() {
		nth = &n.warnings
	}
	*nth++
	if *nth <= MaxFaults || f.OverBound() && !n.over {
		c.faults = append(c.faults, f)
		n.over = n.over || f.OverBound()
	}
	c.rules.counts[key] = n
}

// line compiles one line.
func (c *compiler) line(n int, line string) {
	if line == "" || line[0] == '#' {
		return
	}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(line, "!"), "@lang"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
		c.section(n, line, rest)
		return
	}
	head, opts := splitOptions(line)
	e := entry{list: uint16(len(c.rules.lists) - 1), line: uint32(n), action: comment.Refuse, language: c.language}
	if code, word := e.options(opts); code != "" {
		c.fault(Fault{Line: n, Entry: line, Code: code, Word: word})
		return
	}
	switch {
	case head == "":
		c.fault(Fault{Line: n, Entry: line, Code: NoEntry})
	case len(head) > 1 && head[0] == '/' && head[len(head)-1] == '/':
		c.expression(n, head, &e)
	default:
		c.word(n, head, &e)
	}
}

func (c *compiler) expression(n int, head string, e *entry) {
	src := head[1 : len(head)-1]
	if c.tried++; c.tried > MaxExpressions {
		c.fault(Fault{Line: n, Entry: head, Code: TooManyExpressions, N: MaxExpressions})
		return
	}
	if src == "" || len(src) > maxExpression {
		c.fault(Fault{Line: n, Entry: head, Code: ExpressionLength, N: maxExpression})
		return
	}
	src = "(?i:" + src + ")"
	parsed, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		c.fault(Fault{Line: n, Entry: head, Code: NoExpression, Word: strings.TrimPrefix(err.Error(), "error parsing regexp: ")})
		return
	}
	size := sizeOf(parsed)
	if c.size+size > MaxInstructions {
		c.fault(Fault{Line: n, Entry: head, Code: ExpressionSize, N: MaxInstructions, Of: c.size + size})
		return
	}
	re, err := regexp.Compile(src)
	var prog *syntax.Prog
	if err == nil {
		prog, err = syntax.Compile(parsed.Simplify())
	}
	if err != nil {
		c.fault(Fault{Line: n, Entry: head, Code: NoExpression, Word: strings.TrimPrefix(err.Error(), "error parsing regexp: ")})
		return
	}
	if re.MatchString("") {
		c.fault(Fault{Line: n, Entry: head, Code: MatchesAll})
		return
	}
	if cost := c.gauge.add(prog); cost > maxCost {
		c.fault(Fault{Line: n, Entry: head, Code: ExpressionCost, N: maxCost / instructionsUS, Of: cost/instructionsUS + 1})
		return
	}
	c.size += size
	c.rules.exprs = append(c.rules.exprs, expression{
		re: re, size: len(prog.Inst), text: head, list: e.list, line: e.line, until: e.until, action: e.action,
		language: e.language,
	})
}

// join builds one machine of all expressions. It leaves out the last ones that are too costly
// together with the others.
func (c *compiler) join() {
	n, cost := c.gauge.excess()
	kept := len(c.rules.exprs) - n
	for _, x := range c.rules.exprs[kept:] {
		c.keep(Fault{
			Room: c.rooms[x.list], List: c.rules.lists[x.list], Line: int(x.line), Entry: x.text,
			Code: ExpressionCost, N: maxCost / instructionsUS, Of: cost/instructionsUS + 1,
		})
	}
	if c.rules.exprs = c.rules.exprs[:kept]; kept > 0 {
		c.rules.machine = c.gauge.machine
	}
}

func (c *compiler) word(n int, head string, e *entry) {
	body := head
	switch {
	case body[0] == '\\' && len(body) > 1:
		body = body[1:]
	case body[0] == '!' && len(body) > 1:
		e.how = exception
		body = strings.TrimSpace(body[1:])
	}
	if rest, ok := strings.CutPrefix(body, "*"); ok && rest != "" && head[0] != '\\' {
		e.openStart, body = true, rest
	}
	if rest, ok := strings.CutSuffix(body, "*"); ok && rest != "" {
		e.openEnd, body = true, rest
	}
	e.text = strings.TrimSpace(body)
	if word, kana, ok := cutReading(e.text); ok && e.how == forbid {
		e.text = word
		spoken := *e
		spoken.reading, spoken.stated, spoken.action = true, true, min(e.action, comment.Hold)
		if !e.exact {
			c.add(n, head, kana, &spoken)
		}
	}
	c.add(n, head, e.text, e)
}

// add compiles an entry that is matched as text.
func (c *compiler) add(n int, head, text string, e *entry) {
	c.runes = c.runes[:0]
	for _, r := range norm.NFC.String(text) {
		c.runes = append(c.runes, r)
	}
	c.fold.Fold(c.runes)
	from := len(c.arena)
	hits := e.describe(c.fold.Runes, &c.arena)
	size := len(c.arena) - from
	if e.class == wordEntry {
		c.runes = c.runes[:0]
		for _, r := range c.fold.Runes {
			if r.Kind != fold.Space {
				c.runes = append(c.runes, r.Written)
			}
		}
		e.marks = fold.LetterMarksOf(c.runes)
	}
	switch {
	case size == 0 || hits == 0:
		c.fault(Fault{Line: n, Entry: head, Code: NoLetters})
		c.arena = c.arena[:from]
		return
	case size > maxEntryRunes:
		c.fault(Fault{Line: n, Entry: head, Code: EntryTooLong, N: maxEntryRunes})
		c.arena = c.arena[:from]
		return
	case e.letters < 2 && e.how == forbid && e.class != signEntry && e.class != numberEntry:
		c.fault(Fault{Line: n, Entry: head, Code: OneLetter})
	}
	c.keys = append(c.keys, keyed{headOf(c.arena[from:]), uint32(from), uint32(len(c.arena)), uint32(len(c.rules.entries))})
	c.rules.entries = append(c.rules.entries, *e)
}
