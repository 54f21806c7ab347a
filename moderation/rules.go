package moderation

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
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
//	word # a note
//
// A line that begins with # is a note; a backslash before the first character
// takes its special meaning away.
type List struct {
	Room string // empty: for every room
	Name string
	Text string
	On   bool
}

// Bounds of a rule set.
const (
	MaxExpressions = 100  // regular expressions that apply to one room
	maxEntryRunes  = 60   // of one folded entry
	maxExpression  = 1000 // bytes
)

type entryHow uint8

const (
	forbid entryHow = iota
	exception
)

// entry is one rule that names a word.
type entry struct {
	text      string // as written, without stars and options
	list      uint16
	line      uint32
	until     int64 // Unix seconds; 0 for ever
	gaps      uint64
	action    comment.Action
	letters   uint8
	class     entryClass
	how       entryHow
	stated    bool // the rule names its action itself
	exact     bool // only as written, no guesses
	openStart bool
	openEnd   bool
	kanaOnly  bool
	again     bool // has the same folded form as the entry before it
}

// gapAt tells whether the entry itself has a space before its ith character.
func (e *entry) gapAt(i int) bool { return i < 64 && e.gaps>>i&1 == 1 }

// expression is one rule that is a regular expression.
type expression struct {
	re     *regexp.Regexp
	text   string
	list   uint16
	line   uint32
	until  int64
	action comment.Action
}

// Rules is a compiled set of lists. It does not change any more, so any number
// of goroutines may use it.
type Rules struct {
	lists   []string // names
	entries []entry
	trie    *trie
	sonic   *sonic // the same entries by their sound, where they have one; nil when none has
	exprs   []expression
}

// Len counts the entries, regular expressions included.
func (r *Rules) Len() int { return len(r.entries) + len(r.exprs) }

// Compile makes one rule set of the lists that are on. Lines that cannot be
// used are left out and told about.
func Compile(lists []List) (*Rules, Faults) {
	c := compiler{rules: &Rules{}}
	lines, size := 0, 0
	for _, l := range lists {
		if l.On {
			lines, size = lines+strings.Count(l.Text, "\n")+1, size+len(l.Text)
		}
	}
	c.rules.entries, c.keys = make([]entry, 0, lines), make([]keyed, 0, lines)
	c.arena = make([]rune, 0, size/2) // rarely more: most lists are not ASCII, or have notes
	for _, l := range lists {
		if !l.On {
			continue
		}
		c.list = l
		c.rules.lists = append(c.rules.lists, l.Name)
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
	return c.rules, c.faults
}

type compiler struct {
	rules  *Rules
	faults Faults
	list   List
	fold   folding
	runes  []rune
	arena  []rune
	keys   []keyed
}

func (c *compiler) key(i int) []rune { return c.arena[c.keys[i].from:c.keys[i].to] }

func (c *compiler) fault(f Fault) {
	f.Room, f.List = c.list.Room, c.list.Name
	c.faults = append(c.faults, f)
}

// line compiles one line.
func (c *compiler) line(n int, line string) {
	if line == "" || line[0] == '#' {
		return
	}
	head, opts := splitOptions(line)
	e := entry{list: uint16(len(c.rules.lists) - 1), line: uint32(n), action: comment.Refuse}
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

// splitOptions parts a line into the entry and what follows it. Options begin
// at the first " => ", " @until ", " @exact" or " # ".
func splitOptions(line string) (head, opts string) {
	from := 0
	if line[0] == '/' {
		if i := closingSlash(line); i > 0 {
			from = i + 1
		}
	}
	end := len(line)
	for _, mark := range []string{" =>", " @until ", " @exact", " #", "\t=>", "\t@until", "\t@exact", "\t#"} {
		if i := strings.Index(line[from:], mark); i >= 0 && from+i < end {
			end = from + i
		}
	}
	return strings.TrimSpace(line[:end]), strings.TrimSpace(line[end:])
}

// closingSlash finds the end of an expression: the last slash that is followed
// by a space or nothing.
func closingSlash(line string) int {
	for i := 1; i < len(line); i++ {
		if line[i] == '/' && line[i-1] != '\\' && (i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t') {
			return i
		}
	}
	return 0
}

// options reads what follows an entry; it says what it cannot read.
func (e *entry) options(opts string) (fault FaultCode, word string) {
	for opts != "" {
		if opts[0] == '#' {
			return "", ""
		}
		if rest, ok := strings.CutPrefix(opts, "=>"); ok {
			word, opts, _ = strings.Cut(strings.TrimSpace(rest), " ")
			a, ok := comment.ParseAction(word)
			if !ok || a == comment.Pass {
				return NoAction, word
			}
			e.action, e.stated = a, true
		} else if rest, ok := strings.CutPrefix(opts, "@until"); ok {
			word, opts, _ = strings.Cut(strings.TrimSpace(rest), " ")
			at, ok := parseUntil(word)
			if !ok {
				return NoDate, word
			}
			e.until = at.Unix()
		} else if rest, ok := strings.CutPrefix(opts, "@exact"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			e.exact, opts = true, rest
		} else {
			return NoOption, opts
		}
		opts = strings.TrimSpace(opts)
	}
	return "", ""
}

// parseUntil reads a day, which is meant to its end in the server's time zone,
// or a moment as in RFC 3339.
func parseUntil(s string) (time.Time, bool) {
	if t, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
		return t.AddDate(0, 0, 1), true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

func (c *compiler) expression(n int, head string, e *entry) {
	src := head[1 : len(head)-1]
	switch {
	case len(c.rules.exprs) >= MaxExpressions:
		c.fault(Fault{Line: n, Entry: head, Code: TooManyExpressions, N: MaxExpressions})
		return
	case src == "" || len(src) > maxExpression:
		c.fault(Fault{Line: n, Entry: head, Code: ExpressionLength, N: maxExpression})
		return
	}
	re, err := regexp.Compile("(?i:" + src + ")")
	if err != nil {
		c.fault(Fault{Line: n, Entry: head, Code: NoExpression, Word: strings.TrimPrefix(err.Error(), "error parsing regexp: ")})
		return
	}
	if re.MatchString("") {
		c.fault(Fault{Line: n, Entry: head, Code: MatchesAll})
		return
	}
	c.rules.exprs = append(c.rules.exprs, expression{re: re, text: head, list: e.list, line: e.line, until: e.until, action: e.action})
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
	c.runes = c.runes[:0]
	for _, r := range e.text {
		c.runes = append(c.runes, r)
	}
	c.fold.fold(c.runes)
	from := len(c.arena)
	hits := e.describe(c.fold.cells, &c.arena)
	size := len(c.arena) - from
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

// describe puts the folded entry into the arena and works out its class. It
// gives the number of characters that can be matched.
func (e *entry) describe(cells []cell, arena *[]rune) int {
	var letters, digits, emoji, cjk, others, kanas int
	from := len(*arena)
	for i, c := range cells {
		switch c.kind {
		case space:
			if n := len(*arena) - from; n > 0 && n < 64 && i < len(cells)-1 {
				e.gaps |= 1 << n
			}
			continue
		case digit:
			digits++
		case symbol:
			if c.r >= 0x2000 {
				emoji++
			}
		case letter:
			letters++
			switch {
			case c.script.cjk():
				cjk++
				if c.script == kana {
					kanas++
				}
			case !c.script.spaced():
				others++
			}
		}
		*arena = append(*arena, c.r)
	}
	e.letters = uint8(min(letters, 255))
	e.kanaOnly = kanas > 0 && kanas == letters
	switch {
	case letters == 0 && digits > 0:
		e.class = numberEntry
		if e.openStart || e.openEnd {
			e.class = freeEntry
		}
	case letters == 0:
		e.class = signEntry
	case cjk == 1 && letters == 1 && digits == 0 && !e.openStart && !e.openEnd && e.how == forbid:
		e.class = aloneEntry
	case cjk+others > 0:
		e.class = freeEntry
	default:
		e.class = wordEntry
	}
	return letters + digits + emoji
}
