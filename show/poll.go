package show

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

func pollKind() kindSpec {
	return kindSpec{
		slot: LowerThird, offered: true, check: checked(PollSpec.check), fixed: pollFixed,
		duration: seconds(func(s PollSpec) int { return s.Seconds }), end: pollEnd, finish: pollFinish,
		entry: pollEntry, count: pollCount, public: pollPublic,
	}
}

// PollSpec is a question with options.
type PollSpec struct {
	Question   string   `json:"question"`
	Options    []string `json:"options"`
	Votes      int      `json:"votes"` // how many options a person may choose; 0 means one
	Changeable bool     `json:"changeable,omitempty"`
	Seconds    int      `json:"seconds,omitempty"`    // 0: until it is stopped
	Hidden     bool     `json:"hidden,omitempty"`     // results are shown only at the end
	ByMessage  bool     `json:"by_message,omitempty"` // a message that is an option's key counts as a vote
	Show       bool     `json:"show,omitempty"`       // such messages are shown, too
}

func (s PollSpec) check() (PollSpec, error) {
	var err error
	if s.Question, err = line("question", s.Question, 120, false); err != nil {
		return s, err
	}
	if err := within("options", len(s.Options), 2, 10); err != nil {
		return s, err
	}
	seen := map[string]bool{}
	s.Options = slices.Clone(s.Options)
	for i, o := range s.Options {
		if s.Options[i], err = line(fmt.Sprintf("option %d", i+1), o, 40, false); err != nil {
			return s, err
		}
		key := strings.ToLower(s.Options[i])
		if seen[key] {
			return s, fmt.Errorf("%w: option %d stands there twice", ErrInvalid, i+1)
		}
		seen[key] = true
	}
	if s.Votes == 0 {
		s.Votes = 1
	}
	if err := within("votes", s.Votes, 1, len(s.Options)); err != nil {
		return s, err
	}
	return s, lasts("seconds", s.Seconds, 5, 24*3600)
}

// pollFixed keeps a running poll the one that people voted in. Only its time and what is
// shown may change.
func pollFixed(before, after json.RawMessage) error {
	var a, b PollSpec
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil {
		return ErrInvalid
	}
	if a.Question != b.Question || !slices.Equal(a.Options, b.Options) || a.Votes != b.Votes || a.Changeable != b.Changeable {
		return fmt.Errorf("%w: the question, the options and the votes of a live poll stay as they are", ErrState)
	}
	return nil
}

// PollResult is the result of a poll.
type PollResult struct {
	Counts []int `json:"counts"`
	People int   `json:"people"`
}

// Poll returns the question of a started poll, and its counts so far. ok is false for any
// other item.
func (it Item) Poll() (s PollSpec, r PollResult, ok bool) {
	if it.Kind != Poll || it.Started.IsZero() || json.Unmarshal(it.Spec, &s) != nil {
		return s, r, false
	}
	return s, r, len(it.Result) == 0 || json.Unmarshal(it.Result, &r) == nil
}

// pollFinish counts a poll that stops.
func pollFinish(it Item, t *Tally) any {
	var s PollSpec
	if json.Unmarshal(it.Spec, &s) != nil {
		return nil
	}
	return t.Result(len(s.Options))
}

// pollEnd stores the result that the caller counted.
func pollEnd(it *Item, c Command) error {
	var s PollSpec
	var r PollResult
	if json.Unmarshal(it.Spec, &s) != nil || json.Unmarshal(c.Result, &r) != nil || len(r.Counts) != len(s.Options) {
		return fmt.Errorf("%w: a poll ends with a count for each option", ErrInvalid)
	}
	it.Result = c.Result
	return nil
}

// pollEntry lets a person choose one of the options.
func pollEntry(it Item, e Entry) (most int, changeable bool, err error) {
	var s PollSpec
	if err := json.Unmarshal(it.Spec, &s); err != nil {
		return 0, false, err
	}
	if n, err := strconv.Atoi(e.Choice); err != nil || n < 0 || n >= len(s.Options) || strconv.Itoa(n) != e.Choice {
		return 0, false, ErrChoice
	}
	return s.Votes, s.Changeable, nil
}

// pollCount adds the counts to a live poll. An ended one has them.
func pollCount(it Item, t *Tally) Item {
	var s PollSpec
	if it.State != Live || json.Unmarshal(it.Spec, &s) != nil {
		return it
	}
	return it.with(t.Result(len(s.Options)))
}

// pollPublic omits counts that are hidden until the end.
func pollPublic(it Item) Item {
	var s PollSpec
	var r PollResult
	if it.State != Live || len(it.Result) == 0 || json.Unmarshal(it.Spec, &s) != nil || !s.Hidden || json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.Counts = nil
	return it.with(r)
}

// EntryOf returns a vote for an option of a poll, counted from 0; the caller sets the
// voter.
func EntryOf(item string, option int) Entry { return Entry{Item: item, Choice: strconv.Itoa(option)} }

// Result returns the counts of a poll with n options.
func (t *Tally) Result(n int) PollResult {
	r := PollResult{Counts: make([]int, n), People: len(t.choices)}
	for i := range n {
		r.Counts[i] = t.counts[strconv.Itoa(i)]
	}
	return r
}

// Vote returns the option that a message names: its number from 1, its letter from A, in
// any width and with a sign around it as people write it ("2", "２", "b.", "(B)", "#2",
// "②"), or the option's own text. ok is false for any other message.
func Vote(text string, options []string) (option int, ok bool) {
	key := strings.ToLower(strings.TrimSpace(width.Fold.String(text)))
	for i, o := range options {
		if key == strings.ToLower(width.Fold.String(o)) {
			return i, true
		}
	}
	key = strings.Trim(key, " .)(#!:、。]【】[")
	r := []rune(key)
	switch {
	case len(r) == 1 && '①' <= r[0] && r[0] <= '⑩':
		option = int(r[0] - '①')
	case len(r) == 1 && 'a' <= r[0] && r[0] <= 'j':
		option = int(r[0] - 'a')
	case len(r) == 1 || key == "10":
		n, err := strconv.Atoi(key)
		if err != nil {
			return 0, false
		}
		option = n - 1
	default:
		return 0, false
	}
	return option, option >= 0 && option < len(options)
}
