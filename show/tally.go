package show

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Entry is one person's part in an item: a vote, an up-vote, or taking part in a draw.
type Entry struct {
	Item   string `json:"item"`
	Person string `json:"person"` // pseudonym
	Choice string `json:"choice"` // a poll's option from "0", a question's id, or empty
	Via    string `json:"via,omitempty"`
	// Withdraw withdraws the choice.
	Withdraw bool `json:"withdraw,omitempty"`
	// Replaces is the choice that is replaced, once decided.
	Replaces *string `json:"replaces,omitempty"`
}

// DecideEntry decides about an entry in an item by a person whose earlier choices are mine,
// oldest first. added is false for one that changes nothing. Errors: [ErrState] for an item
// that is not live, [ErrChoice], [ErrVoted].
func DecideEntry(it Item, e Entry, mine []string) (decided Entry, added bool, err error) {
	kind := kinds[it.Kind]
	switch {
	case it.State != Live:
		return e, false, fmt.Errorf("%w: it is over, or has not begun", ErrState)
	case kind.entry == nil:
		return e, false, fmt.Errorf("%w: nobody takes part in it", ErrChoice)
	}
	most, changeable, err := kind.entry(it, e)
	if err != nil {
		return e, false, err
	}
	return choose(e, mine, most, changeable)
}

// choose decides by how many choices a person may have. Beyond that, the oldest is replaced
// when changeable is set.
func choose(e Entry, mine []string, most int, changeable bool) (decided Entry, added bool, err error) {
	e.Replaces = nil
	has := slices.Contains(mine, e.Choice)
	switch {
	case has != e.Withdraw:
		return e, false, nil
	case e.Withdraw && !changeable:
		return e, false, ErrVoted
	case !e.Withdraw && len(mine) >= most && !changeable:
		return e, false, ErrVoted
	case !e.Withdraw && len(mine) >= most:
		oldest := mine[0]
		e.Replaces = &oldest
	}
	return e, true, nil
}

// Errors of entries.
var (
	ErrVoted  = errors.New("this person has voted")
	ErrChoice = errors.New("no such choice")
)

// Tally counts the entries of one item. The zero value is empty. It is not safe for
// concurrent use.
type Tally struct {
	choices map[string][]string // by person, in the order in which they were made
	counts  map[string]int
}

// Add counts an entry. A second one of the same person and choice changes nothing. most is
// how many choices a person may have; beyond that, the oldest is replaced when changeable
// is set. Errors: [ErrVoted].
func (t *Tally) Add(e Entry, most int, changeable bool) (added bool, err error) {
	e, added, err = choose(e, t.choices[e.Person], most, changeable)
	if added {
		t.Apply(e)
	}
	return added, err
}

// Apply counts a decided entry. It is idempotent.
func (t *Tally) Apply(e Entry) {
	if t.choices == nil {
		t.choices, t.counts = map[string][]string{}, map[string]int{}
	}
	if e.Replaces != nil {
		t.drop(e.Person, *e.Replaces)
	}
	switch {
	case e.Withdraw:
		t.drop(e.Person, e.Choice)
	case !slices.Contains(t.choices[e.Person], e.Choice):
		t.choices[e.Person] = append(slices.Clip(t.choices[e.Person]), e.Choice)
		t.counts[e.Choice]++
	}
}

// drop removes one choice of a person.
func (t *Tally) drop(person, choice string) {
	mine := t.choices[person]
	i := slices.Index(mine, choice)
	if i < 0 {
		return
	}
	t.uncount(choice)
	if mine = slices.Delete(slices.Clone(mine), i, i+1); len(mine) == 0 {
		delete(t.choices, person)
		return
	}
	t.choices[person] = mine
}

// Remove removes all entries of a person.
func (t *Tally) Remove(person string) {
	for _, c := range t.choices[person] {
		t.uncount(c)
	}
	delete(t.choices, person)
}

func (t *Tally) uncount(choice string) {
	if t.counts[choice]--; t.counts[choice] <= 0 {
		delete(t.counts, choice)
	}
}

// Count returns how many people chose a choice.
func (t *Tally) Count(choice string) int { return t.counts[choice] }

// Counts returns all choices with their counts.
func (t *Tally) Counts() map[string]int { return maps.Clone(t.counts) }

// People returns how many people have an entry.
func (t *Tally) People() int { return len(t.choices) }

// PeopleBut returns how many people outside two sets have an entry.
func (t *Tally) PeopleBut(one, other map[string]bool) int {
	n := len(t.choices)
	for person := range one {
		if _, in := t.choices[person]; in {
			n--
		}
	}
	for person := range other {
		if _, in := t.choices[person]; in && !one[person] {
			n--
		}
	}
	return n
}

// Persons returns the people with an entry, sorted.
func (t *Tally) Persons() []string { return slices.Sorted(maps.Keys(t.choices)) }

// Of returns a person's choices.
func (t *Tally) Of(person string) []string { return slices.Clone(t.choices[person]) }
