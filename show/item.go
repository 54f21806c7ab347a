// Package show is the model of what a room can show besides comments: polls, questions,
// draws, cards, countdowns, announcements and tickers. All of them are items with the same
// life cycle; a table of kinds defines the differences. Decide turns a command into changes
// without side effects: the caller chooses every ID, time and random number, so that the
// same changes follow on every machine and after a restart.
package show

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// State is an item's stage of life.
type State string

// The states, in the order of an item's life.
const (
	Draft  State = "draft"  // is being written; only moderators see it
	Queued State = "queued" // waits for its slot
	Live   State = "live"   // is shown
	Ended  State = "ended"
)

// Slot is a place on the overlay. It holds one live item at a time.
type Slot string

// The slots. An item in NoSlot is not drawn on the overlay's front layer.
const (
	NoSlot     Slot = ""
	LowerThird Slot = "lower"
	Corner     Slot = "corner"
	Bar        Slot = "bar"
)

// Bounds of one room.
const (
	MaxItems = 200 // that have not ended
	MaxEnded = 500 // the oldest are dropped; the log keeps them
)

// Errors of commands. Their text names the field and the limit.
var (
	ErrChanged  = errors.New("the item was changed since")
	ErrNotFound = errors.New("no such item")
	ErrState    = errors.New("the item is in another state")
	ErrInvalid  = errors.New("invalid item")
	ErrFull     = fmt.Errorf("a room has at most %d items that have not ended", MaxItems)
)

// Item is one thing to show.
type Item struct {
	ID      string          `json:"id"`
	Kind    Kind            `json:"kind"`
	State   State           `json:"state"`
	Rank    int             `json:"rank"` // order of the queue, smallest first
	Spec    json.RawMessage `json:"spec"` // set by moderators; its form depends on Kind
	Result  json.RawMessage `json:"result,omitempty"`
	Created time.Time       `json:"created"`
	Starts  time.Time       `json:"starts,omitzero"` // for a draft: when it starts by itself
	Started time.Time       `json:"started,omitzero"`
	Ends    time.Time       `json:"ends,omitzero"` // when it stops by itself
	Stopped time.Time       `json:"stopped,omitzero"`
}

// same reports whether two versions of an item are equal.
func (it Item) same(other Item) bool {
	return it.State == other.State && it.Rank == other.Rank && bytes.Equal(it.Spec, other.Spec) && bytes.Equal(it.Result, other.Result) &&
		it.Starts.Equal(other.Starts) && it.Started.Equal(other.Started) && it.Stopped.Equal(other.Stopped) && it.Ends.Equal(other.Ends)
}

// Title returns an item's subject in one line.
func (it Item) Title() string {
	var s struct {
		Question, Title, Text string
		Texts                 []string
	}
	if json.Unmarshal(it.Spec, &s) != nil {
		return ""
	}
	if len(s.Texts) > 0 {
		s.Text = s.Texts[0]
	}
	return cmp.Or(s.Question, s.Title, s.Text)
}

// Sort sorts items in the order of the queue.
func Sort(items []Item) {
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
}

// Due returns the live items whose time is over at a moment.
func Due(items []Item, now time.Time) []string {
	var out []string
	for _, it := range items {
		if it.State == Live && !it.Ends.IsZero() && !now.Before(it.Ends) {
			out = append(out, it.ID)
		}
	}
	return out
}
