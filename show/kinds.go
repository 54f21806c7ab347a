package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
)

// Kind is the kind of an item.
type Kind string

// The kinds.
const (
	Poll         Kind = "poll"
	Questions    Kind = "questions"
	Draw         Kind = "draw"
	Card         Kind = "card"
	Countdown    Kind = "countdown"
	Announcement Kind = "announcement"
	Ticker       Kind = "ticker"
	Photos       Kind = "photos"
)

// kindSpec defines the differences between kinds. All functions but check and duration may
// be nil.
type kindSpec struct {
	slot     Slot
	place    func(spec json.RawMessage) Slot // the slot if it depends on the spec; nil: slot
	offered  bool                            // it can be made; everything beyond the model exists
	again    bool                            // it can be restarted after it ended
	check    func(spec json.RawMessage) (json.RawMessage, error)
	fixed    func(before, after json.RawMessage) error // refuses forbidden changes of a live item
	duration func(spec json.RawMessage) time.Duration  // 0: until it is stopped
	until    func(spec json.RawMessage) time.Time      // when it is over regardless of its start; nil or the zero time: duration decides
	begin    func(it *Item, seed []byte) error
	end      func(it *Item, c Command) error
	redraw   func(it *Item, c Command) error                               // replaces somebody in the result
	entry    func(it Item, e Entry) (most int, changeable bool, err error) // what a person may choose
	count    func(it Item, t *Tally) Item                                  // adds the tally's counts
	seal     func(it Item) Item                                            // omits what is secret until the end
	public   func(it Item) Item                                            // omits what only moderators may see
	phone    func(it Item) Item                                            // omits what phones do not draw
	brief    func(it Item) Item                                            // omits what is only needed when the item is requested alone
	finish   func(it Item, t *Tally) any                                   // the tally's result when the item stops; nil: none
}

// order lists the kinds as pages offer them; those without offered in their row cannot be
// made yet.
var order = []Kind{Poll, Questions, Draw, Card, Countdown, Announcement, Ticker, Photos}

// kinds has a row for each kind, defined in the kind's own file. init sets it, since some
// of its functions refer to kinds.
var kinds map[Kind]kindSpec

func init() {
	kinds = map[Kind]kindSpec{
		Poll:         pollKind(),
		Questions:    questionsKind(),
		Draw:         drawKind(),
		Card:         cardKind(),
		Countdown:    countdownKind(),
		Announcement: announcementKind(),
		Ticker:       tickerKind(),
		Photos:       photosKind(),
	}
}

func forever(json.RawMessage) time.Duration { return 0 }

func seconds[T any](of func(T) int) func(json.RawMessage) time.Duration {
	return func(spec json.RawMessage) time.Duration {
		var s T
		if json.Unmarshal(spec, &s) != nil {
			return 0 // impossible: specs are checked when they are made
		}
		return time.Duration(of(s)) * time.Second
	}
}

// checked decodes a spec, refuses unknown fields, checks it, and returns it in its
// canonical form.
func checked[T any](check func(T) (T, error)) func(json.RawMessage) (json.RawMessage, error) {
	return func(spec json.RawMessage) (json.RawMessage, error) {
		var s T
		dec := json.NewDecoder(bytes.NewReader(spec))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&s); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		s, err := check(s)
		if err != nil {
			return nil, err
		}
		out, err := json.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		return out, nil
	}
}

// line checks a text of one line: 1 (or 0 with empty) to most characters.
func line(field, s string, most int, empty bool) (string, error) {
	s = comment.OneLine(s)
	n := comment.Graphemes(s)
	if n > most || n == 0 && !empty || n > 0 && !comment.Visible(s) {
		least := 1
		if empty {
			least = 0
		}
		return s, fmt.Errorf("%w: %s: %d to %d characters", ErrInvalid, field, least, most)
	}
	return s, nil
}

func within(field string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%w: %s: %d to %d", ErrInvalid, field, least, most)
	}
	return nil
}

// lasts checks a duration: 0, until it is stopped, or a number of seconds.
func lasts(field string, n, least, most int) error {
	if n == 0 {
		return nil
	}
	if n < least || n > most {
		return fmt.Errorf("%w: %s: 0 or %d to %d", ErrInvalid, field, least, most)
	}
	return nil
}

// with returns the item with a result.
func (it Item) with(result any) Item {
	text, err := json.Marshal(result)
	if err != nil {
		text = nil // results are numbers and texts, which always encode
	}
	it.Result = text
	return it
}

// Slot returns the slot of an item.
func (it Item) Slot() Slot {
	kind := kinds[it.Kind]
	if kind.place != nil {
		return kind.place(it.Spec)
	}
	return kind.slot
}

// Kinds returns the kinds that can be made, in the order in which pages offer them.
func Kinds() []Kind {
	return slices.DeleteFunc(slices.Clone(order), func(k Kind) bool { return !kinds[k].offered })
}
