package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"time"

	"danmaku/show"
)

// ItemKind is the kind of a room's items that a file contains.
type ItemKind string

// The kinds of files, and of their rows.
const (
	PollsFile     ItemKind = "polls"     // a row for each option
	QuestionsFile ItemKind = "questions" // a row for each question
	DrawsFile     ItemKind = "draws"     // a row for each finished draw, with everything needed to repeat it
)

// ItemKinds lists the kinds. The first is the default.
var ItemKinds = []ItemKind{PollsFile, QuestionsFile, DrawsFile}

// ItemFormats are the formats of files of items.
var ItemFormats = []Format{JSONLines, CSV}

// lines writes rows as JSON Lines, or as CSV with a head.
type lines struct {
	b     bytes.Buffer
	table *csv.Writer // nil: JSON Lines
	err   error
}

// newLines begins a file. If marked, CSV begins with a byte order mark.
func newLines(f Format, marked bool, head ...string) *lines {
	l := &lines{}
	if f != CSV {
		return l
	}
	if marked {
		l.b.WriteString("\ufeff")
	}
	l.table = csv.NewWriter(&l.b)
	l.table.UseCRLF = true
	l.err = l.table.Write(head)
	return l
}

// add writes a row: as an object, or as cells in the order of the head.
func (l *lines) add(object any, cells ...string) {
	if l.err != nil {
		return
	}
	if l.table != nil {
		l.err = l.table.Write(cells)
		return
	}
	e := json.NewEncoder(&l.b)
	e.SetEscapeHTML(false)
	l.err = e.Encode(object)
}

// file returns the file's content.
func (l *lines) file() ([]byte, error) {
	if l.table != nil {
		l.table.Flush()
		if l.err == nil {
			l.err = l.table.Error()
		}
	}
	return l.b.Bytes(), l.err
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(stampLayout)
}

// pollRow is one option of a poll, as written to a file.
type pollRow struct {
	Item     string `json:"item"`
	Question string `json:"question"`
	State    string `json:"state"`
	Started  string `json:"started,omitempty"`
	Stopped  string `json:"stopped,omitempty"`
	Option   string `json:"option"`
	Votes    int    `json:"votes"`
	People   int    `json:"people"` // who voted in the whole poll
}

// Polls writes all started polls among items to a file: a row for each option, as JSON Lines
// or as CSV. If marked, CSV begins with a byte order mark. The counts are those of the items.
// count is the number of polls in the file.
func Polls(items []show.Item, f Format, marked bool) (file []byte, count int, err error) {
	l := newLines(f, marked, "item", "question", "state", "started", "stopped", "option", "votes", "people")
	for _, it := range items {
		spec, result, ok := it.Poll()
		if !ok {
			continue
		}
		count++
		for i, option := range spec.Options {
			row := pollRow{
				Item: it.ID, Question: spec.Question, State: string(it.State), Started: stampOf(it.Started), Stopped: stampOf(it.Stopped),
				Option: option, People: result.People,
			}
			if i < len(result.Counts) {
				row.Votes = result.Counts[i]
			}
			l.add(row, row.Item, cell(row.Question), row.State, row.Started, row.Stopped, cell(row.Option), strconv.Itoa(row.Votes), strconv.Itoa(row.People))
		}
	}
	file, err = l.file()
	return file, count, err
}

// questionRow is one question, as written to a file.
type questionRow struct {
	Item     string `json:"item"`
	Title    string `json:"title"`
	ID       string `json:"id"`
	Asked    string `json:"asked"`
	Name     string `json:"name,omitempty"`
	Question string `json:"question"`
	Votes    int    `json:"votes"`
	State    string `json:"state"` // open, answered, hidden or merged
	Answered string `json:"answered,omitempty"`
	Into     string `json:"into,omitempty"` // the question that it was merged into
	Source   string `json:"source"`
}

// questionState returns a word for the state of a question.
func questionState(m show.Mark) string {
	switch {
	case m.Into != "":
		return "merged"
	case m.Hidden:
		return "hidden"
	case !m.Answered.IsZero():
		return "answered"
	}
	return "open"
}

// Questions writes lists of questions, each already sorted, to a file: a row for each
// question, as JSON Lines or as CSV. If marked, CSV begins with a byte order mark. Pseudonyms
// are left out, so that an anonymous question stays anonymous. count is the number of
// questions in the file.
func Questions(lists []show.QuestionList, f Format, marked bool) (file []byte, count int, err error) {
	l := newLines(f, marked, "item", "title", "id", "asked", "name", "question", "votes", "state", "answered", "into", "source")
	for _, list := range lists {
		for _, q := range list.Questions {
			c := q.Comment
			row := questionRow{
				Item: list.Item.ID, Title: list.Item.Title(), ID: c.ID.String(), Asked: stampOf(c.ID.Time()), Name: c.Name, Question: c.Text,
				Votes: q.Votes, State: questionState(q.Mark), Answered: stampOf(q.Mark.Answered), Into: q.Mark.Into, Source: string(c.Source),
			}
			count++
			l.add(row, row.Item, cell(row.Title), row.ID, row.Asked, cell(row.Name), cell(row.Question), strconv.Itoa(row.Votes), row.State, row.Answered, row.Into, row.Source)
		}
	}
	file, err = l.file()
	return file, count, err
}
