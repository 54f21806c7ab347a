package journaltest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// command makes an event that commands a change of an item.
func command(c show.Command) room.Event {
	return room.Event{Room: roomID, At: moment.Add(time.Hour), Kind: room.KindItem, By: "mod", Command: &c}
}

// part makes an event with a person's vote.
func part(e show.Entry) room.Event {
	return room.Event{Room: roomID, At: moment.Add(time.Hour), Kind: room.KindEntry, Part: &e}
}

// fails expects that nothing is written, and that the error is want.
func (s *suite) fails(ev room.Event, want error) {
	s.Helper()
	if r, err := s.Journal.Append(s.ctx, ev); !errors.Is(err, want) {
		s.Errorf("append %s: %+v, %v, want %v", ev.Kind, r, err, want)
	}
}

// entries lists each person's choices in an item, as "person choice".
func (s *suite) entries(item string) []string {
	s.Helper()
	list, err := s.Shows.Entries(s.ctx, roomID, item)
	if err != nil {
		s.Fatal(err)
	}
	out := []string{}
	for _, e := range list {
		out = append(out, e.Person+" "+e.Choice)
	}
	return out
}

func (s *suite) item(id string) show.Item {
	s.Helper()
	items, err := s.Shows.Items(s.ctx, roomID)
	if err != nil {
		s.Fatal(err)
	}
	for _, it := range items {
		if it.ID == id {
			return it
		}
	}
	return show.Item{}
}

const pollSpec = `{"question":"?","options":["a","b"],"changeable":true}`

func (s *suite) items() {
	s.put(command(show.Command{Op: show.Create, ID: "poll", Kind: show.Poll, Spec: json.RawMessage(pollSpec)}))
	s.fails(part(show.Entry{Item: "poll", Person: "ann", Choice: "0"}), show.ErrState)
	s.fails(part(show.Entry{Item: "none", Person: "ann", Choice: "0"}), room.ErrNotFound)
	s.fails(command(show.Command{Op: show.Start, ID: "none"}), show.ErrNotFound)
	s.fails(command(show.Command{Op: show.Create, ID: "bad", Kind: show.Poll, Spec: json.RawMessage(`{}`)}), show.ErrInvalid)
	s.put(command(show.Command{Op: show.Start, ID: "poll"}))
	s.put(command(show.Command{Op: show.Create, ID: "next", Kind: show.Poll, Spec: json.RawMessage(pollSpec)}))
	s.put(command(show.Command{Op: show.Start, ID: "next"}))
	s.put(part(show.Entry{Item: "poll", Person: "ann", Choice: "0"}))
	if r := s.try(part(show.Entry{Item: "poll", Person: "ann", Choice: "0"})); !r.Again {
		s.Error("the same vote counts twice")
	}
	moved := s.put(part(show.Entry{Item: "poll", Person: "ann", Choice: "1"}))
	if moved.Seq != 0 || moved.Part.Replaces == nil || *moved.Part.Replaces != "0" {
		s.Errorf("a vote that is moved: %+v, number %d", moved.Part, moved.Seq)
	}
	s.put(part(show.Entry{Item: "poll", Person: "bob", Choice: "1"}))
	s.fails(part(show.Entry{Item: "poll", Person: "bob", Choice: "7"}), show.ErrChoice)
	before := s.entries("poll")
	s.reopen()
	if got := s.entries("poll"); !slices.Equal(got, before) || !slices.Equal(got, []string{"ann 1", "bob 1"}) {
		s.Errorf("after a restart the votes are %q, before it %q", got, before)
	}
	s.put(command(show.Command{Op: show.Stop, ID: "poll"}))
	if it := s.item("poll"); it.State != show.Ended || string(it.Result) != `{"counts":[0,2],"people":2}` {
		s.Errorf("the poll came to %s, %s", it.State, it.Result)
	}
	if it := s.item("next"); it.State != show.Live {
		s.Errorf("the item that waited for the slot is %s", it.State)
	}
	s.log("item", "item", "item", "item", "item", "item")
}

// A deleted poll comes back with its votes, whether it was live or over, also across a
// restart.
func (s *suite) itemBack() {
	for _, stop := range []bool{false, true} {
		id := map[bool]string{false: "live", true: "over"}[stop]
		s.put(command(show.Command{Op: show.Create, ID: id, Kind: show.Poll, Spec: json.RawMessage(pollSpec)}))
		s.put(command(show.Command{Op: show.Start, ID: id}))
		s.put(part(show.Entry{Item: id, Person: "ann", Choice: "0"}))
		s.put(part(show.Entry{Item: id, Person: "bob", Choice: "1"}))
		if stop {
			s.put(command(show.Command{Op: show.Stop, ID: id}))
		}
		was := s.item(id)
		gone := s.put(command(show.Command{Op: show.Delete, ID: id}))
		s.reopen()
		if it := s.item(id); it.ID != "" {
			s.Errorf("%s: it was deleted, and is %s", id, it.State)
		}
		s.put(command(show.Command{Op: show.Revert, ID: id, Changes: []show.Change{*gone.Item}}))
		if it := s.item(id); it.State != was.State || string(it.Result) != string(was.Result) || !it.Started.Equal(was.Started) {
			s.Errorf("%s: back is %+v, want %+v", id, it, was)
		}
		if got := s.entries(id); !slices.Equal(got, []string{"ann 0", "bob 1"}) {
			s.Errorf("%s: it comes back with %q", id, got)
		}
		if !stop {
			s.put(part(show.Entry{Item: id, Person: "cat", Choice: "1"}))
			s.put(command(show.Command{Op: show.Stop, ID: id}))
			if it := s.item(id); string(it.Result) != `{"counts":[1,2],"people":3}` {
				s.Errorf("%s: it came to %s", id, it.Result)
			}
		}
		s.fails(command(show.Command{Op: show.Revert, ID: id, Changes: []show.Change{*gone.Item}}), show.ErrChanged)
	}
}

// ask writes a question of a list.
func (s *suite) ask(list, text string) string {
	s.Helper()
	ev := shown(text)
	ev.Comment.Item = list
	return s.put(ev).Comment.ID.String()
}

// mark makes an event that commands a change of a question.
func mark(c show.MarkCommand) room.Event {
	return room.Event{Room: roomID, At: moment.Add(time.Hour), Kind: room.KindQuestion, By: "mod", Ask: &c}
}

// asked lists the questions of a list as "text answered hidden into".
func (s *suite) asked(list string) []string {
	s.Helper()
	questions, err := s.Shows.Questions(s.ctx, roomID, list)
	if err != nil {
		s.Fatal(err)
	}
	texts := map[string]string{}
	for _, q := range questions {
		texts[q.Comment.ID.String()] = q.Comment.Text
	}
	out := []string{}
	for _, q := range questions {
		line := q.Comment.Text
		if !q.Mark.Answered.IsZero() {
			line += " answered"
		}
		if q.Mark.Hidden {
			line += " hidden"
		}
		if q.Mark.Into != "" {
			line += " into " + texts[q.Mark.Into]
		}
		out = append(out, line)
	}
	return out
}

func (s *suite) questions() {
	yes, no, none := true, false, ""
	list := func(id string) {
		s.put(command(show.Command{Op: show.Create, ID: id, Kind: show.Questions, Spec: json.RawMessage(`{"title":"Q"}`)}))
		s.put(command(show.Command{Op: show.Start, ID: id}))
	}
	list("q")
	list("r")
	first, second, third, other := s.ask("q", "first"), s.ask("q", "second"), s.ask("q", "third"), s.ask("r", "other")
	flies := s.put(shown("flies")).Comment.ID.String()
	for _, choice := range []string{other, flies, "0", ""} { // none of them is a question of the list
		s.fails(part(show.Entry{Item: "q", Person: "ann", Choice: choice}), show.ErrChoice)
	}
	s.put(part(show.Entry{Item: "q", Person: "ann", Choice: first}))
	s.put(part(show.Entry{Item: "q", Person: "ann", Choice: second}))
	if r := s.try(part(show.Entry{Item: "q", Person: "ann", Choice: first})); !r.Again {
		s.Error("the same vote counts twice")
	}
	// Merges: the question that represents others is found from any of them, and no merge
	// closes a circle.
	s.fails(mark(show.MarkCommand{Item: "q", ID: first, Into: &other}), show.ErrInvalid)
	s.fails(mark(show.MarkCommand{Item: "q", ID: first, Into: &first}), show.ErrInvalid)
	s.fails(mark(show.MarkCommand{Item: "r", ID: first, Answered: &yes}), room.ErrNotFound)
	merged := s.put(mark(show.MarkCommand{Item: "q", ID: first, Into: &second}))
	s.fails(mark(show.MarkCommand{Item: "q", ID: second, Into: &first}), show.ErrInvalid)
	s.put(mark(show.MarkCommand{Item: "q", ID: third, Into: &first}))
	answered := s.put(mark(show.MarkCommand{Item: "q", ID: second, Answered: &yes}))
	if r := s.try(mark(show.MarkCommand{Item: "q", ID: second, Answered: &yes})); !r.Again {
		s.Error("it is answered twice")
	}
	want := []string{"first into second", "second answered", "third into second"}
	if got := s.asked("q"); !slices.Equal(got, want) {
		s.Errorf("the list is %q, want %q", got, want)
	}
	if voted := s.put(part(show.Entry{Item: "q", Person: "bob", Choice: third})); voted.Part.Choice != second {
		s.Errorf("a vote for a merged question goes to %s, want %s", voted.Part.Choice, second)
	}
	if r := s.try(part(show.Entry{Item: "q", Person: "ann", Choice: third})); !r.Again {
		s.Error("ann votes twice for merged questions")
	}
	s.reopen()
	if got := s.asked("q"); !slices.Equal(got, want) {
		s.Errorf("after a restart the list is %q, want %q", got, want)
	}
	s.put(part(show.Entry{Item: "q", Person: "ann", Choice: third, Withdraw: true}))
	if got := strings.Join(s.entries("q"), ", "); got != "bob "+second {
		s.Errorf("after withdrawing from merged questions, %s is left", got)
	}
	// An undo is refused once the question has changed.
	undo := func(ev room.Event) room.Event {
		return mark(show.MarkCommand{Item: "q", ID: ev.Mark.ID, Expect: &ev.Mark.After, To: &ev.Mark.Before})
	}
	s.put(undo(merged))
	s.put(mark(show.MarkCommand{Item: "q", ID: second, Hidden: &yes}))
	s.fails(part(show.Entry{Item: "q", Person: "cat", Choice: second}), show.ErrChoice)
	s.fails(part(show.Entry{Item: "q", Person: "cat", Choice: third}), show.ErrChoice)
	s.fails(undo(answered), show.ErrChanged)
	s.put(mark(show.MarkCommand{Item: "q", ID: second, Hidden: &no}))
	s.put(mark(show.MarkCommand{Item: "q", ID: third, Into: &none}))
	s.put(undo(answered))
	if got, want := s.asked("q"), []string{"first", "second", "third"}; !slices.Equal(got, want) {
		s.Errorf("all taken back, the list is %q", got)
	}
	// A comment that was taken down is no longer a question.
	id, err := comment.ParseID(third)
	if err != nil {
		s.Fatal(err)
	}
	s.put(act(room.KindRemove, id))
	s.fails(part(show.Entry{Item: "q", Person: "cat", Choice: third}), show.ErrChoice)
	s.fails(mark(show.MarkCommand{Item: "q", ID: third, Answered: &yes}), room.ErrNotFound)
	// A list of questions outlives a clear.
	s.put(act(room.KindClear))
	if got, want := s.asked("q"), []string{"first", "second"}; !slices.Equal(got, want) {
		s.Errorf("after a clear the list is %q, want %q", got, want)
	}
}
