package rules

import (
	"slices"
	"sync"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
)

// Hit is one match of a rule in a text.
type Hit struct {
	Action  comment.Action
	set     int    // index of the rule set
	Rule    string // the list's name
	list    uint16
	line    uint32
	Word    string
	Span    comment.Span
	Guess   bool
	BySound bool         // found by its sound
	Exact   bool         // the entry counts only as written
	Form    comment.Form // the decoding in which it was found
}

// matcher holds the state for matching one text; it is reused.
type matcher struct {
	fold       fold.Text
	walk       walker
	accept     acceptor
	phonetic   phoneticReader
	hangul     koreanReader
	respell    respeller
	entry      fold.Text // of an entry that sounds like the text
	key        []rune    // its characters
	runes      []rune
	text       []rune // of the clause around a match
	hits       []Hit
	exceptions []comment.Span // spans of the exceptions
	now        int64
	sets       []*Rules
	spelled    bool // the text has words of letters
	rules      *Rules
	set        int // its index
	decoding   *fold.Decoding

	budget *Budget
}

var matchers = sync.Pool{New: func() any {
	m := &matcher{}
	m.walk.found = m.found
	m.phonetic.found = m.foundBySound
	m.hangul.found = m.foundKorean
	m.respell.found = m.foundRespelled
	return m
}}

// maxHits bounds the hits of one text.
const maxHits = 64

// Match matches text against rule sets. It returns the hits outside exceptions, the folded
// text, and whether the decision's budget ran out before everything was read.
func Match(sets []*Rules, text string, now int64, b *Budget) (hits []Hit, folded string, tangled bool) {
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	m.budget, m.walk.budget, m.phonetic.budget, m.hangul.budget, m.respell.budget = b, b, b, b, b
	m.hits, m.exceptions, m.now, m.sets = m.hits[:0], m.exceptions[:0], now, sets
	m.runes = m.runes[:0]
	for _, r := range text {
		m.runes = append(m.runes, r)
	}
	for _, v := range fold.Decodings(m.runes) {
		m.decoding = v
		m.fold.Fold(v.Runes)
		m.fold.AddAlternatives()
		m.accept.runes = m.fold.Runes
		m.walk.runes, m.walk.alternatives = m.fold.Runes, m.fold.Alternatives
		if folded == "" {
			folded = m.fold.String()
		}
		readPhonetic, audible := false, false
		m.spelled = m.respell.read(&m.fold)
		for i, r := range sets {
			if r == nil || len(r.entries) == 0 {
				continue
			}
			m.set, m.rules, m.walk.trie = i, r, r.trie
			m.walk.run()
			if m.spelled && r.respelled != nil {
				m.respell.match(r)
			}
			if m.spelled && r.romaji != nil {
				m.respell.matchRomaji(r)
			}
			if r.korean != nil {
				m.hangul.match(r.korean, m.fold.Runes)
				if m.spelled && r.korean.latin != nil {
					m.respell.matchKorean(r)
				}
			}
			if r.sonic == nil {
				continue
			}
			if !readPhonetic {
				m.phonetic.bopomofo = v.Bopomofo
				readPhonetic, audible = true, m.phonetic.read(m.fold.Runes)
			}
			m.backward()
			if audible {
				m.phonetic.match(r.sonic)
			}
		}
	}
	for i, r := range sets {
		if r != nil {
			m.set = i
			m.expressions(r, text, folded)
		}
	}
	return m.applyExceptions(), folded, b.spent()
}

// found is called for every way in which the readings spell an entry.
func (m *matcher) found(index uint32, path []step) {
	for i := index; int(i) < len(m.rules.entries); i++ {
		e := &m.rules.entries[i]
		if i > index && !e.again || !m.budget.spend(1+len(path)/8) {
			return
		}
		if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits {
			continue
		}
		ok, aggressive := m.accept.acceptMatch(e, path)
		if !ok || (e.how == exception || e.exact) && aggressive || m.off(e.language) {
			continue
		}
		if from, to := path[0].from, path[len(path)-1].to; e.class == wordEntry && e.how == forbid && m.spelled &&
			((e.openStart || e.openEnd) && (m.respell.innocent(from, to) || m.respell.inName(from, to)) || e.letters < leastRespelled && m.respell.abbreviation(from, to) || !aggressive && e.gaps == 0 && e.marks == nil && m.respell.otherLanguage(fold.LanguageOf(e.language), from, to)) {
			continue
		}
		if aggressive && e.class == wordEntry && e.how == forbid && m.spelled && m.respell.ordinary(e, path[0].from, path[len(path)-1].to) || m.innocentRun(e, path[0].from) {
			continue
		}
		aggressive = aggressive || e.reading
		first, last := m.fold.Runes[path[0].from], m.fold.Runes[path[len(path)-1].to-1]
		span := m.decoding.Source(first.From, last.To)
		if e.how == exception {
			m.exceptions = append(m.exceptions, span)
			continue
		}
		clause := meant
		if e.how == forbid {
			if clause = m.weigh(e, path, aggressive); clause == chance {
				continue
			}
		}
		h := Hit{
			Action: e.action, set: m.set, Rule: m.rules.lists[e.list], list: e.list, line: e.line, Word: e.text, Span: span,
			Guess: aggressive, Exact: e.exact, Form: m.decoding.Form,
		}
		if aggressive && !e.stated || clause == unclear && h.Action > comment.Hold {
			h.Action = comment.Hold
		}
		m.hits = append(m.hits, h)
	}
}

// innocentRun reports whether an entry of a script without spaces is at the beginning of a
// longer word that contains it by chance.
func (m *matcher) innocentRun(e *entry, from int32) bool {
	if e.class != freeEntry || e.how != forbid || m.fold.Runes[from].Script != fold.Living {
		return false
	}
	m.text = m.text[:0]
	for i := from; int(i) < len(m.fold.Runes) && len(m.text) < fold.LongestInnocent && m.fold.Runes[i].Kind == fold.Letter; i++ {
		m.text = append(m.text, m.fold.Runes[i].R)
	}
	m.budget.spend(1)
	return fold.Innocent(m.text, 0)
}

// weigh judges an entry by the words around it, if the text contains it as written.
func (m *matcher) weigh(e *entry, path []step, aggressive bool) writing {
	if fold.IsSyllable(path[0].label) {
		return m.weighKorean(e, path)
	}
	if e.kanaOnly {
		return m.weighKana(e, path)
	}
	if aggressive {
		return meant
	}
	return m.weighHan(e, path)
}

// weighHan judges an entry of ideographs.
func (m *matcher) weighHan(e *entry, path []step) writing {
	if e.class != freeEntry || e.openStart || e.openEnd || len(path) < 2 {
		return meant
	}
	isHan := func(i int32) bool {
		c := m.accept.at(i)
		return c != nil && c.Script == fold.Han
	}
	from, to := path[0].from, path[len(path)-1].to
	if int(to-from) != len(path) || !isHan(from-1) && !isHan(to) {
		return meant
	}
	for i := from; i < to; i++ {
		if !isHan(i) {
			return meant
		}
	}
	c := m.clauseAround(from, to)
	return c.explains()
}

// off reports whether a room excludes the entries of a language.
func (m *matcher) off(language string) bool {
	if language == "" {
		return false
	}
	for _, r := range m.sets {
		if r != nil && slices.Contains(r.off, language) {
			return true
		}
	}
	return false
}

// expressions matches the regular expressions against the text as written and as folded; a
// match only in the folded text has no position in the written one.
func (m *matcher) expressions(r *Rules, text, folded string) {
	if r.machine == nil {
		return
	}
	d := r.machine.dfas.Get().(*dfa)
	defer r.machine.dfas.Put(d)
	for _, k := range d.match(m.runes, m.budget) {
		m.matched(r, k, m.place(&r.exprs[k], text))
	}
	if folded == text {
		return
	}
	written := len(m.hits)
	for _, k := range d.match([]rune(folded), m.budget) {
		x := &r.exprs[k]
		if !slices.ContainsFunc(m.hits[:written], func(h Hit) bool { return h.list == x.list && h.line == x.line }) {
			m.matched(r, k, comment.Span{From: 0, To: len(m.runes)})
		}
	}
}

func (m *matcher) matched(r *Rules, k int32, at comment.Span) {
	x := &r.exprs[k]
	if (x.until == 0 || m.now < x.until) && len(m.hits) < maxHits && !m.off(x.language) {
		m.hits = append(m.hits, Hit{Action: x.action, set: m.set, Rule: r.lists[x.list], list: x.list, line: x.line, Word: x.text, Span: at})
	}
}

// place finds where an expression matches, within the budget: beyond it the whole text counts
// as the match.
func (m *matcher) place(x *expression, text string) comment.Span {
	whole := comment.Span{From: 0, To: len(m.runes)}
	cost := x.size * len(m.runes)
	if m.budget.work+cost >= maxWork {
		return whole
	}
	m.budget.work += cost
	at := x.re.FindStringIndex(text)
	if at == nil {
		return whole
	}
	from := utf8.RuneCountInString(text[:at[0]])
	return comment.Span{From: from, To: from + utf8.RuneCountInString(text[at[0]:at[1]])}
}

// applyExceptions returns the hits outside all exceptions.
func (m *matcher) applyExceptions() []Hit {
	var out []Hit
	for _, h := range m.hits {
		covered := false
		for _, v := range m.exceptions {
			covered = covered || v.From <= h.Span.From && h.Span.To <= v.To
		}
		if !covered {
			out = append(out, h)
		}
	}
	return out
}
