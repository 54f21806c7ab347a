package show

import (
	"encoding/json"
	"fmt"

	"danmaku/comment"
)

// Bounds of a list of questions.
const (
	MaxQuestions = 1000 // visible at once
	topQuestions = 5    // the most on a second screen
)

func questionsKind() kindSpec {
	return kindSpec{
		slot: NoSlot, offered: true, again: true, check: checked(QuestionsSpec.check), duration: forever,
		entry: questionEntry, phone: questionsPhone,
	}
}

// QuestionsSpec lets the audience ask. A question is a comment that names the item.
type QuestionsSpec struct {
	Title     string `json:"title"`
	Anonymous bool   `json:"anonymous,omitempty"` // people may ask without their name
	Closed    bool   `json:"closed,omitempty"`    // no new ones; voting continues
}

func (s QuestionsSpec) check() (out QuestionsSpec, err error) {
	s.Title, err = line("title", s.Title, 60, false)
	return s, err
}

// QuestionsResult is the result of a list of questions.
type QuestionsResult struct {
	Questions int            `json:"questions"` // visible to everybody
	Open      int            `json:"open"`      // … and that are not answered
	People    int            `json:"people"`    // voters
	Top       []TopQuestion  `json:"top,omitempty"`
	Votes     map[string]int `json:"votes,omitempty"` // in a tally: the votes that have changed, by question
}

// TopQuestion is one of the unanswered questions with the most votes.
type TopQuestion struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Name  string `json:"name,omitempty"`
	Votes int    `json:"votes"`
}

// Question is a comment that asks, with its marks.
type Question struct {
	Comment comment.Comment
	Seq     int64 // in the log; 0 if unknown
	Mark    Mark
	Votes   int
}

// QuestionList is an item with its questions.
type QuestionList struct {
	Item      Item
	Questions []Question
}

// Open reports whether everybody sees the question: it is neither hidden nor merged.
func (q Question) Open() bool { return !q.Mark.Hidden && q.Mark.Into == "" }

// Ask returns the spec of a list of questions that accepts new ones. Errors: [ErrState] for
// an item that accepts none now, [ErrChoice] for one that is not a list of questions.
func (it Item) Ask() (s QuestionsSpec, err error) {
	switch {
	case it.Kind != Questions:
		return s, fmt.Errorf("%w: nobody asks there", ErrChoice)
	case it.State != Live:
		return s, fmt.Errorf("%w: the questions are over, or have not begun", ErrState)
	case json.Unmarshal(it.Spec, &s) != nil:
		return s, ErrInvalid
	case s.Closed:
		return s, fmt.Errorf("%w: no new questions are taken", ErrState)
	}
	return s, nil
}

// questionEntry lets a person vote for any number of questions, and withdraw votes. The
// journal checks which question a choice names.
func questionEntry(_ Item, e Entry) (most int, changeable bool, err error) {
	if _, err := comment.ParseID(e.Choice); err != nil {
		return 0, false, ErrChoice
	}
	return MaxQuestions, true, nil
}

// questionsPhone omits what only the second screen draws: phones have the list.
func questionsPhone(it Item) Item {
	var r QuestionsResult
	if len(it.Result) == 0 || json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.Top = nil
	return it.with(r)
}
