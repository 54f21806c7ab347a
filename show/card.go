package show

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"danmaku/comment"
)

func cardKind() kindSpec {
	return kindSpec{
		slot: LowerThird, offered: true, again: true, check: checked(CardSpec.check),
		duration: seconds(func(s CardSpec) int { return s.Seconds }),
	}
}

// CardSpec is a comment in front of the others.
type CardSpec struct {
	Comment string `json:"comment,omitempty"` // its ID; empty for a card with its own text
	Text    string `json:"text"`
	Name    string `json:"name,omitempty"`
	Source  string `json:"source,omitempty"`
	At      int64  `json:"at,omitempty"` // when it was written, in ms since 1970
	Amount  string `json:"amount,omitempty"`
	Seconds int    `json:"seconds"` // 0: until it is taken down
	// Suggested marks the draft of a card that nobody requested: the comment was paid for.
	Suggested bool `json:"suggested,omitempty"`
}

// MaxSuggested is how many suggested cards wait in a room; the oldest is dropped.
const MaxSuggested = 30

// SuggestedSeconds is how long a suggested card is shown, unless moderators change it.
const SuggestedSeconds = 12

// maxCardText and maxCardName bound the text and the name of a card, in graphemes.
const maxCardText, maxCardName = 500, 40

// CardOf returns the spec of a card that shows only what a comment's author wrote, clipped
// to a card's bounds.
func CardOf(c comment.Comment, seconds int) json.RawMessage {
	return Item{}.with(cardOf(c, seconds)).Result
}

// SuggestionOf returns the command that suggests a card for a comment.
func SuggestionOf(c comment.Comment) Command {
	s := cardOf(c, SuggestedSeconds)
	s.Suggested = true
	return Command{Op: Suggest, ID: s.Comment, Kind: Card, Spec: Item{}.with(s).Result}
}

func cardOf(c comment.Comment, seconds int) CardSpec {
	s := CardSpec{
		Comment: c.ID.String(), Text: comment.Clip(comment.OneLine(c.Text), maxCardText, 8*maxCardText),
		Name: comment.Clip(comment.OneLine(c.Name), maxCardName, 8*maxCardName), Source: string(c.Source), At: c.At.UnixMilli(), Seconds: seconds,
	}
	if c.Paid != nil {
		s.Amount = strconv.FormatFloat(float64(c.Paid.Micros)/1e6, 'f', -1, 64) + " " + c.Paid.Currency
	}
	return s
}

// suggest makes a draft of a card, unless the comment has a card already or the room has
// too many.
func suggest(items []Item, c Command) ([]Change, error) {
	var changes []Change
	var waiting []Item
	for _, it := range items {
		if it.ID == c.ID || it.Comment() == c.ID {
			return nil, nil
		}
		if it.Suggested() {
			waiting = append(waiting, it)
		}
	}
	Sort(waiting)
	for i := range len(waiting) - (MaxSuggested - 1) {
		items = without(items, waiting[i].ID)
		changes = append(changes, Change{Before: &waiting[i]})
	}
	made, err := create(items, c, false)
	if errors.Is(err, ErrFull) {
		return nil, nil
	}
	return append(made, changes...), err
}

// Suggested reports whether an item is the draft of a card that nobody requested.
func (it Item) Suggested() bool {
	var s CardSpec
	return it.Kind == Card && it.State == Draft && json.Unmarshal(it.Spec, &s) == nil && s.Suggested
}

func (s CardSpec) check() (out CardSpec, err error) {
	if s.Text, err = line("text", s.Text, maxCardText, false); err != nil {
		return s, err
	}
	if s.Name, err = line("name", s.Name, maxCardName, true); err != nil {
		return s, err
	}
	if len(s.Comment) > 13 || len(s.Source) > 16 || len(s.Amount) > 32 {
		return s, fmt.Errorf("%w: comment, source or amount is too long", ErrInvalid)
	}
	return s, lasts("seconds", s.Seconds, 3, 600)
}

// Comment returns the ID of the comment that a card shows, or an empty string.
func (it Item) Comment() string {
	var s CardSpec
	if it.Kind != Card || json.Unmarshal(it.Spec, &s) != nil {
		return ""
	}
	return s.Comment
}
