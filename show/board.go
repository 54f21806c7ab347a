package show

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

// Board is a list of questions with their votes, or the photos of a wall. Votes for a
// merged question count for the one it was merged into, once for each person. Several
// goroutines may read it, or one may change it.
type Board struct {
	kind      Kind
	tally     *Tally
	questions map[string]comment.Comment
	seqs      map[string]int64 // their numbers in the log
	screens   int64            // log number up to which screens have received events
	marks     map[string]Mark
	news      map[string]bool

	counting sync.Mutex
	votes    map[string]int // by question that is not merged; nil: must be counted again
}

// NewBoard returns an empty list of a kind that collects comments; its votes are those of a
// tally.
func NewBoard(k Kind, t *Tally) *Board {
	return &Board{kind: k, tally: t, questions: map[string]comment.Comment{}, seqs: map[string]int64{}, marks: map[string]Mark{}, news: map[string]bool{}}
}

// Put adds or replaces a question or a photo with its log number.
func (b *Board) Put(c comment.Comment, seq int64) {
	b.questions[c.ID.String()], b.seqs[c.ID.String()] = c, seq
}

// Drop removes questions for which gone is true, and reports whether there were any.
func (b *Board) Drop(gone func(comment.Comment) bool) bool {
	before := len(b.questions)
	maps.DeleteFunc(b.questions, func(id string, c comment.Comment) bool {
		if !gone(c) {
			return false
		}
		delete(b.seqs, id)
		return true
	})
	return len(b.questions) != before
}

// Mark applies a decided mark.
func (b *Board) Mark(id string, m Mark) {
	if was := b.marks[id]; was.Into != m.Into { // votes count for another question
		b.votes = nil
		b.news[id], b.news[b.root(was.Into)], b.news[b.root(m.Into)] = true, true, true
	}
	b.marks[id] = m
}

// Enter applies a decided vote.
func (b *Board) Enter(e Entry) {
	root := b.root(e.Choice)
	before := b.tally.Count(e.Choice)
	b.tally.Apply(e)
	b.news[root] = true
	if b.votes == nil {
		return
	}
	if root != e.Choice || b.merged(root) { // others of the group may have the person's vote
		b.votes = nil
		return
	}
	b.votes[root] += b.tally.Count(e.Choice) - before
}

// root follows merges to the question that represents all of them.
func (b *Board) root(id string) string {
	for range len(b.marks) {
		into := b.marks[id].Into
		if into == "" {
			break
		}
		id = into
	}
	return id
}

func (b *Board) merged(root string) bool {
	for id, m := range b.marks {
		if m.Into != "" && b.root(id) == root {
			return true
		}
	}
	return false
}

// count returns the votes of each question that is not merged.
func (b *Board) count() map[string]int {
	b.counting.Lock()
	defer b.counting.Unlock()
	if b.votes != nil {
		return b.votes
	}
	b.votes = map[string]int{}
	for _, choices := range b.tally.choices {
		seen := map[string]bool{}
		for _, c := range choices {
			if root := b.root(c); !seen[root] {
				seen[root] = true
				b.votes[root]++
			}
		}
	}
	return b.votes
}

// Of returns the questions for which a person has voted; a merged one is replaced by the
// question that represents it.
func (b *Board) Of(person string) []string {
	var out []string
	for _, c := range b.tally.choices[person] {
		if root := b.root(c); !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
}

// Sorting is the order of a list of questions.
type Sorting string

// The orders.
const (
	ByVotes Sorting = "votes" // the most votes first, then the oldest
	Newest  Sorting = "new"
	Oldest  Sorting = "old"
)

// Sortings lists the orders as pages offer them.
var Sortings = []Sorting{ByVotes, Newest, Oldest}

// List returns the questions in an order: with all including hidden and merged ones,
// otherwise those that everybody sees. Answered ones come last.
func (b *Board) List(all bool, o Sorting) []Question { return b.list(all, o, math.MaxInt64) }

// list is [Board.List] of the questions up to a log number.
func (b *Board) list(all bool, o Sorting, passed int64) []Question {
	votes := b.count()
	out := make([]Question, 0, len(b.questions))
	for id, c := range b.questions {
		q := Question{Comment: c, Mark: b.marks[id], Votes: votes[id]}
		if (all || q.Open()) && b.seqs[id] <= passed {
			out = append(out, q)
		}
	}
	slices.SortFunc(out, func(x, y Question) int {
		place := func(q Question) int {
			switch {
			case !q.Open():
				return 2
			case !q.Mark.Answered.IsZero():
				return 1
			}
			return 0
		}
		byAge := cmp.Compare(x.Comment.ID, y.Comment.ID)
		switch {
		case place(x) != place(y):
			return cmp.Compare(place(x), place(y))
		case o == Newest:
			return -byAge
		case o == Oldest:
			return byAge
		}
		return cmp.Or(cmp.Compare(y.Votes, x.Votes), byAge)
	})
	return out
}

// Len returns how many questions everybody can see.
func (b *Board) Len() int {
	n := 0
	for id := range b.questions {
		if (Question{Mark: b.marks[id]}).Open() {
			n++
		}
	}
	return n
}

// Counted returns the item with the list's result.
func (b *Board) Counted(it Item) Item { return b.OnScreens(it, math.MaxInt64) }

// OnScreens returns the item with the list's result for screens that have received the log
// up to a number: in a room with a delay they are behind.
func (b *Board) OnScreens(it Item, passed int64) Item {
	if b.kind == Photos {
		return it.with(b.wall(passed))
	}
	return it.with(b.result(passed))
}

// Behind reports whether screens that have received the log up to a number have not yet
// received everything that they may show.
func (b *Board) Behind(passed int64) bool {
	for _, seq := range b.seqs {
		if seq > b.screens && seq <= passed {
			return true
		}
	}
	return false
}

// News returns the item with the list's result and the votes that have changed since
// Delivered.
func (b *Board) News(it Item) Item { return b.NewsOnScreens(it, math.MaxInt64) }

// NewsOnScreens is [Board.News] for screens that have received the log up to a number.
func (b *Board) NewsOnScreens(it Item, passed int64) Item {
	if b.kind == Photos {
		return b.OnScreens(it, passed)
	}
	r, votes := b.result(passed), b.count()
	for id := range b.news {
		if _, known := b.questions[id]; !known || b.marks[id].Into != "" || b.seqs[id] > passed {
			continue
		}
		if r.Votes == nil {
			r.Votes = map[string]int{}
		}
		r.Votes[id] = votes[id]
	}
	return it.with(r)
}

// Delivered records that every view was sent the news; screens up to a log position.
func (b *Board) Delivered(passed int64) {
	clear(b.news)
	b.screens = passed
}

// result returns the result of a list of questions up to a log number.
func (b *Board) result(passed int64) QuestionsResult {
	list := b.list(false, ByVotes, passed)
	r := QuestionsResult{Questions: len(list), People: b.tally.People()}
	for _, q := range list {
		if !q.Mark.Answered.IsZero() {
			break // they are last
		}
		r.Open++
		if c := q.Comment; len(r.Top) < topQuestions {
			r.Top = append(r.Top, TopQuestion{ID: c.ID.String(), Text: c.Text, Name: c.Name, Votes: q.Votes})
		}
	}
	return r
}

// Forget removes questions from before a moment.
func (b *Board) Forget(before time.Time) bool {
	return b.Drop(func(c comment.Comment) bool { return c.At.Before(before) })
}
