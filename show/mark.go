package show

import (
	"fmt"
	"time"
)

// Mark is what moderators have made of a question. The zero value is a question as
// it was asked.
type Mark struct {
	Answered time.Time `json:"answered,omitzero"`
	Hidden   bool      `json:"hidden,omitempty"`
	Into     string    `json:"into,omitempty"` // the question into which it was merged
}

// Same reports whether two marks say the same.
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

// MarkCommand is what somebody wants done to a question, as data: what is nil stays as
// it is. With Expect the command is an undo, which is refused when the question is not
// marked so any more.
type MarkCommand struct {
	Item     string
	ID       string
	Answered *bool
	Hidden   *bool
	Into     *string // empty: it stands for itself again
	Expect   *Mark
	To       *Mark // of an undo
	At       time.Time
}

// DecideMark returns the change that a command makes to a question. into returns the
// question into which another of the same list was merged, empty for none, and false
// for what is not a question of the shown list. changed is false for a command that
// changes nothing. Errors wrap [ErrNotFound], [ErrInvalid] or [ErrChanged].
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

// rootOf follows merges to the question that stands for all of them.
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
	return "", ErrInvalid // cannot be: a merge that closes a circle is refused
}
