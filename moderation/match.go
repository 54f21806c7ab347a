package moderation

import (
	"sync"
	"unicode/utf8"

	"danmaku/comment"
)

// hit is one match of a rule in a text.
type hit struct {
	action     comment.Action
	rule       string // the list's name
	list       uint16
	line       uint32
	word       string
	span       comment.Span
	aggressive bool
	sound      bool   // found by its sound
	exact      bool   // the entry counts only as written
	view       string // how the text was turned to find it
}

// matcher holds what matching one text needs; it is reused.
type matcher struct {
	fold  folding
	walk  walker
	judge judge
	ear   ear
	entry folding // of an entry that sounds like the text
	key   []rune  // its characters
	runes []rune
	hits  []hit
	void  []comment.Span // what exceptions cover
	now   int64
	rules *Rules
	view  *view
}

var matchers = sync.Pool{New: func() any {
	m := &matcher{}
	m.walk.found = m.found
	m.ear.found = m.sounded
	return m
}}

// maxHits bounds what one text can report.
const maxHits = 64

// words matches text against rule sets and gives the hits that no exception
// covers, the folded text, and whether the text was too tangled to be read.
func words(sets []*Rules, text string, now int64) (hits []hit, folded string, tangled bool) {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	m.hits, m.void, m.now = m.hits[:0], m.void[:0], now
	m.runes = m.runes[:0]
	for _, r := range text {
		m.runes = append(m.runes, r)
	}
	for _, v := range views(m.runes) {
		m.view = v
		m.fold.fold(v.runes)
		m.fold.read()
		m.judge.cells = m.fold.cells
		m.walk.cells, m.walk.arcs = m.fold.cells, m.fold.arcs
		if folded == "" {
			folded = m.fold.String()
		}
		heard, audible := false, false
		for _, r := range sets {
			if r == nil || len(r.entries) == 0 {
				continue
			}
			m.rules, m.walk.trie = r, r.trie
			tangled = !m.walk.run() || tangled
			if r.sonic == nil {
				continue
			}
			if !heard {
				heard, audible = true, m.ear.hear(m.fold.cells)
			}
			if audible {
				tangled = !m.ear.listen(r.sonic) || tangled
			}
		}
	}
	for _, r := range sets {
		if r != nil {
			m.expressions(r, text, folded)
		}
	}
	return m.standing(), folded, tangled
}

// String gives the folded text.
func (f *folding) String() string {
	b := make([]byte, 0, 4*len(f.cells))
	for _, c := range f.cells {
		b = utf8.AppendRune(b, c.r)
	}
	return string(b)
}

// found is called for every way in which the readings spell an entry.
func (m *matcher) found(index uint32, path []step) {
	for i := index; int(i) < len(m.rules.entries); i++ {
		e := &m.rules.entries[i]
		if i > index && !e.again {
			return
		}
		if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits {
			continue
		}
		ok, aggressive := m.judge.match(e, path)
		if !ok || (e.how == exception || e.exact) && aggressive {
			continue
		}
		first, last := m.fold.cells[path[0].cell], m.fold.cells[path[len(path)-1].end-1]
		span := m.view.source(first.from, last.to)
		if e.how == exception {
			m.void = append(m.void, span)
			continue
		}
		h := hit{
			action: e.action, rule: m.rules.lists[e.list], list: e.list, line: e.line, word: e.text, span: span,
			aggressive: aggressive, exact: e.exact, view: m.view.name,
		}
		if aggressive && !e.stated {
			h.action = comment.Hold
		}
		m.hits = append(m.hits, h)
	}
}

// expressions matches the regular expressions, over the text as written and as
// folded; a match in the folded text alone has no place in the written one.
func (m *matcher) expressions(r *Rules, text, folded string) {
	for i := range r.exprs {
		x := &r.exprs[i]
		if x.until != 0 && m.now >= x.until {
			continue
		}
		h := hit{action: x.action, rule: r.lists[x.list], list: x.list, line: x.line, word: x.text}
		if at := x.re.FindStringIndex(text); at != nil {
			from := utf8.RuneCountInString(text[:at[0]])
			h.span = comment.Span{From: from, To: from + utf8.RuneCountInString(text[at[0]:at[1]])}
		} else if x.re.MatchString(folded) {
			h.span = comment.Span{From: 0, To: len(m.runes)}
		} else {
			continue
		}
		m.hits = append(m.hits, h)
	}
}

// standing gives the hits that lie in no exception.
func (m *matcher) standing() []hit {
	var out []hit
	for _, h := range m.hits {
		covered := false
		for _, v := range m.void {
			covered = covered || v.From <= h.span.From && h.span.To <= v.To
		}
		if !covered {
			out = append(out, h)
		}
	}
	return out
}

type span = comment.Span
