package show

import (
	"fmt"
	"time"
)

// Mark is moderators' marks of a question. The zero value is an unmarked question.
type Mark struct {
	Answered time.Time `json:"answered,omitzero"`
	Hidden   bool      `json:"hidden,omitempty"`
	Into     string    `json:"into,omitempty"` // the question into which it was merged
}

// Same reports whether two marks are equal.
func (m Mark) Same(other Mark) bool {
	return m.Answered.Equal(other.Answered) && m.Hidden == other.Hidden && m.Into == other.Into
}

// MarkChange is a question's mark before and after a command. The opposite change
// undoes it.
type MarkChange struct {
	Item   string `json:"item"`
	ID     string `json:"id"` // of the question
	Before Mark   `json:"before"`
	After  Mark   `json:"after"`
}

// MarkCommand is a change of a question's marks, as data: a nil field stays as it is. With
// Expect the command is an undo, which is refused when the question's marks have changed
// since.
type MarkCommand struct {
	Item     string
	ID       string
	Answered *bool
	Hidden   *bool
	Into     *string // empty: not merged any more
	Expect   *Mark
	To       *Mark // for an undo
	At       time.Time
}

// DecideMark returns the change that a command makes to a question. into returns the
// question into which another of the same list was merged, empty for none, and false for an
// ID that is not a shown question of the list. changed is false for a command that changes
// nothing. Errors wrap [ErrNotFound], [ErrInvalid] or [ErrChanged].
func DecideMark(c MarkCommand, before Mark, into func(id string) (string, bool)) (change MarkChange, changed bool, err error) {
	after := before
	switch {
	case c.Expect != nil && c.To != nil:
		if !before.Same(*c.Expect) {
			return change, false, ErrChanged
		}
		after = *c.To
	default:
		if c.Answered != nil && *c.Answered != !before.Answered.IsZero() {
			if after.Answered = c.At; !*c.Answered {
				after.Answered = time.Time{}
			}
		}
		if c.Hidden != nil {
			after.Hidden = *c.Hidden
		}
		if c.Into != nil {
			after.Into = *c.Into
		}
	}
	if after.Into != "" && after.Into != before.Into {
		root, err := rootOf(after.Into, into)
		switch {
		case c.Expect != nil && (err != nil || root == c.ID):
			return change, false, ErrChanged
		case err != nil:
			return change, false, err
		case root == c.ID:
			return change, false, fmt.Errorf("%w: into: a question cannot be merged into itself", ErrInvalid)
		}
		after.Into = root
	}
	return MarkChange{Item: c.Item, ID: c.ID, Before: before, After: after}, !after.Same(before), nil
}

// rootOf follows merges to the question that represents all of them.
func rootOf(id string, into func(id string) (string, bool)) (string, error) {
	for range MaxQuestions {
		next, known := into(id)
		if !known {
			return "", fmt.Errorf("%w: into: no such question in this list", ErrInvalid)
		}
		if next == "" {
			return id, nil
		}
		id = next
	}
	return "", ErrInvalid // impossible: a merge that closes a circle is refused
}
