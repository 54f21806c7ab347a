package report

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

const (
	// leastPeople is how many people must have written a word: what only one person writes
	// is not a topic, and may be private.
	leastPeople = 2
	// maxTexts bounds the texts of a tally; those of one person are dropped first.
	maxTexts = 200_000
)

// tally counts the people who wrote each text.
type tally struct{ writers map[string]*writers }

// writers are people by their numbers. Most texts have one, and need no set.
type writers struct {
	first int32
	more  map[int32]struct{}
}

func newTally() *tally { return &tally{map[string]*writers{}} }

func (t *tally) add(text string, who int32) {
	w := t.writers[text]
	switch {
	case w == nil:
		if len(t.writers) >= maxTexts {
			t.trim()
		}
		t.writers[text] = &writers{first: who}
	case w.first == who:
	case w.more == nil:
		w.more = map[int32]struct{}{who: {}}
	default:
		w.more[who] = struct{}{}
	}
}

// trim drops what only one person wrote.
func (t *tally) trim() {
	for text, w := range t.writers {
		if w.more == nil {
			delete(t.writers, text)
		}
	}
}

// top returns the texts that most people wrote, except names and parts of a text that
// nearly as many wrote.
func (t *tally) top(most int, names map[string]bool) []Count {
	all := []Count{}
	for text, w := range t.writers {
		if n := 1 + len(w.more); n >= leastPeople && !names[text] {
			all = append(all, Count{text, n})
		}
	}
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(len(b.Text), len(a.Text)), cmp.Compare(a.Text, b.Text))
	})
	// Texts far below the first ones reach no list, so they are not compared with all
	// others.
	all = all[:min(len(all), 20*most)]
	out := []Count{}
	for _, c := range all {
		if len(out) == most {
			break
		}
		part := func(o Count) bool { return len(o.Text) > len(c.Text) && 5*o.N >= 4*c.N && holds(o.Text, c.Text) }
		if !slices.ContainsFunc(all, part) {
			out = append(out, c)
		}
	}
	return out
}

// writersByUser holds the authors: a number for each person, how much they wrote, and the
// last shown name.
type writersByUser struct {
	numbers map[string]int32
	wrote   []int
	called  []string
}

func newWriters() *writersByUser { return &writersByUser{numbers: map[string]int32{}} }

// met counts a comment for its author, and returns the author's number.
func (w *writersByUser) met(row room.Row) int32 {
	n, known := w.numbers[row.User]
	if !known {
		n = int32(len(w.wrote))
		w.numbers[row.User] = n
		w.wrote, w.called = append(w.wrote, 0), append(w.called, "")
	}
	w.wrote[n]++
	if comment.Visible(row.Name) {
		w.called[n] = row.Name
	}
	return n
}

func (w *writersByUser) count() int { return len(w.wrote) }

// names returns people's names in the form of words, since no name counts as a word.
func (w *writersByUser) names() map[string]bool {
	out := map[string]bool{}
	for _, name := range w.called {
		out[strings.ToLower(norm.NFKC.String(name))] = true
	}
	return out
}

// named returns the most active authors who showed a name.
func (w *writersByUser) named(most int) []Count {
	out := []Count{}
	for i, name := range w.called {
		if name != "" {
			out = append(out, Count{name, w.wrote[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Text, b.Text)) })
	return out[:min(len(out), most)]
}

// pollsOf returns the polls among items.
func pollsOf(items []show.Item) []Poll {
	out := []Poll{}
	for _, it := range items {
		spec, result, ok := it.Poll()
		if !ok {
			continue
		}
		p := Poll{Question: spec.Question, People: result.People, Options: []Count{}}
		for i, option := range spec.Options {
			n := 0
			if i < len(result.Counts) {
				n = result.Counts[i]
			}
			p.Options = append(p.Options, Count{option, n})
		}
		out = append(out, p)
	}
	return out
}

// askedIn returns the questions that everybody can see.
func askedIn(lists []show.QuestionList) []AskedQuestion {
	out := []AskedQuestion{}
	for _, list := range lists {
		for _, q := range list.Questions {
			if q.Open() {
				out = append(out, AskedQuestion{list.Item.Title(), q.Comment.Text, q.Comment.Name, q.Votes, !q.Mark.Answered.IsZero()})
			}
		}
	}
	return out
}

// staffOf groups actions by actor, the most active first.
func staffOf(acts []room.ActionCount) []Moderator {
	out := []Moderator{}
	for _, a := range acts {
		i := slices.IndexFunc(out, func(m Moderator) bool { return m.By == a.By && m.Role == a.Role })
		if i < 0 {
			i = len(out)
			out = append(out, Moderator{By: a.By, Role: a.Role})
		}
		*out[i].field(a.Kind) += a.N
	}
	all := func(m Moderator) int { return m.Decided + m.Taken + m.Barred + m.Shown + m.Other }
	slices.SortStableFunc(out, func(a, b Moderator) int { return cmp.Or(cmp.Compare(all(b), all(a)), cmp.Compare(a.By, b.By)) })
	return out
}

// field returns the count to which an action belongs.
func (m *Moderator) field(kind room.Action) *int {
	switch kind {
	case room.ActionApprove, room.ActionRefuse:
		return &m.Decided
	case room.ActionRemove, room.ActionRemoveUser, room.ActionClear:
		return &m.Taken
	case room.ActionMute, room.ActionBan:
		return &m.Barred
	case room.ActionPin, room.ActionItemStart, room.ActionAnswered:
		return &m.Shown
	}
	return &m.Other
}
