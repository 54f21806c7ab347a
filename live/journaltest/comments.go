package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"danmaku/comment"
	"danmaku/room"
)

func (s *suite) refs() {
	for kind, want := range map[room.Kind]comment.Status{
		room.KindComment: comment.Shown, room.KindHeld: comment.Held, room.KindRefused: comment.Refused,
	} {
		first := s.put(withRef(write(kind, "first"), string(kind)))
		again := withRef(shown("second"), string(kind))
		got := s.stands(again, kind, first.Comment.ID)
		if got.Seq != first.Seq || got.Comment.Text != "first" || got.Entry.Ref != string(kind) {
			s.Errorf("%s: the earlier event is %+v, want the first", kind, got)
		}
		s.reopen()
		s.stands(again, kind, first.Comment.ID)
		if row := s.row(first.Comment.ID); row.Status != want {
			s.Errorf("%s: the row is %s", kind, row.Status)
		}
	}
	if n := len(s.since(0)); n != 3 {
		s.Errorf("the log has %d events, want 3", n)
	}
	// A ref belongs to its author, and without a ref nothing is bound.
	other := withRef(shown("bob's"), "comment")
	other.Comment.User = "bob"
	s.put(other)
	s.put(shown("no ref"))
	s.put(shown("no ref"))
	// The comment's latest state is the answer.
	first := s.put(withRef(shown("soon gone"), "gone"))
	s.put(act(room.KindRemove, first.Comment.ID))
	s.stands(withRef(shown("back"), "gone"), room.KindRemove, first.Comment.ID)
	// The identical event twice, without a ref, is the same comment.
	twice := s.put(shown("twice"))
	s.stands(twice, room.KindComment, twice.Comment.ID)
}

func (s *suite) refRace() {
	const rivals = 50
	receipts := make([]room.Receipt, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() { receipts[i] = s.try(withRef(shown("race"), "c1")) })
		all.Go(func() { s.try(shown("bystander")) })
	}
	all.Wait()
	written := 0
	for _, r := range receipts {
		if !r.Again {
			written++
		}
		if r.Event.Comment.ID != receipts[0].Event.Comment.ID {
			s.Errorf("one ref names %v and %v", r.Event.Comment.ID, receipts[0].Event.Comment.ID)
		}
	}
	if written != 1 {
		s.Errorf("%d comments were written with one ref", written)
	}
	if n := len(s.since(0)); n != rivals+1 {
		s.Errorf("the log has %d events, want %d: the rest of the batch must be written", n, rivals+1)
	}
}

func (s *suite) decisions() {
	held := write(room.KindHeld, "held")
	held.Entry.Rule, held.Entry.Word = "words", "w"
	held = s.put(held)
	s.log("held held")
	approve := decision(room.KindComment, comment.Held, held.Comment.ID, "mod one")
	got := s.put(approve)
	if got.Seq <= held.Seq || got.Comment.Text != "held" || got.Entry.Rule != "words" || !got.Comment.At.Equal(approve.At) {
		s.Errorf("approved is %+v, want the comment as new as the decision", got)
	}
	row := s.row(held.Comment.ID)
	if row.Status != comment.Shown || row.Seq != got.Seq || row.By != "mod one" || !row.At.Equal(approve.At) {
		s.Errorf("the row is %+v", row)
	}
	// The held event is replaced by the decision.
	s.log("comment held")
	late := s.stands(decision(room.KindRefused, comment.Held, held.Comment.ID, "mod two"), room.KindComment, held.Comment.ID)
	if late.Seq != got.Seq || late.By != "mod one" {
		s.Errorf("the earlier event is %+v", late)
	}
	s.reopen()
	s.stands(approve, room.KindComment, held.Comment.ID)

	other := s.put(write(room.KindHeld, "other"))
	no := s.put(decision(room.KindRefused, comment.Held, other.Comment.ID, "mod two"))
	if row := s.row(other.Comment.ID); row.Status != comment.Refused || row.Seq != no.Seq || !row.At.Equal(other.Comment.At) {
		s.Errorf("the refused row is %+v", row)
	}
	s.stands(decision(room.KindComment, comment.Held, other.Comment.ID, "mod one"), room.KindRefused, other.Comment.ID)
	s.log("comment held", "refused other")
}

func (s *suite) decisionRace() {
	const rivals = 20
	held := s.put(write(room.KindHeld, "held"))
	receipts := make([]room.Receipt, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		kind := room.KindComment
		if i%2 == 0 {
			kind = room.KindRefused
		}
		all.Go(func() {
			receipts[i] = s.try(decision(kind, comment.Held, held.Comment.ID, fmt.Sprint("mod ", i)))
		})
	}
	all.Wait()
	var first room.Event
	written := 0
	for _, r := range receipts {
		if !r.Again {
			first = r.Event
			written++
		}
	}
	if written != 1 {
		s.Fatalf("%d decisions were written", written)
	}
	for _, r := range receipts {
		if r.Event.Kind != first.Kind || r.Event.Seq != first.Seq || r.Event.By != first.By {
			s.Errorf("answered with %s %d by %q, want %s %d by %q",
				r.Event.Kind, r.Event.Seq, r.Event.By, first.Kind, first.Seq, first.By)
		}
	}
}

func (s *suite) undo() {
	no := s.put(write(room.KindRefused, "no"))
	s.stands(decision(room.KindComment, comment.Held, no.Comment.ID, "mod"), room.KindRefused, no.Comment.ID)
	yes := s.put(decision(room.KindComment, comment.Refused, no.Comment.ID, "mod"))
	if row := s.row(no.Comment.ID); row.Status != comment.Shown || row.Seq != yes.Seq {
		s.Errorf("the row is %+v", row)
	}
	s.log("comment no")
	s.stands(decision(room.KindComment, comment.Refused, no.Comment.ID, "mod"), room.KindComment, no.Comment.ID)
	// A comment that was taken down does not come back.
	gone := s.put(act(room.KindRemove, no.Comment.ID))
	if row := s.row(no.Comment.ID); row.Seq != gone.Seq {
		s.Errorf("the row has number %d, the event that took it down %d", row.Seq, gone.Seq)
	}
	s.stands(decision(room.KindComment, comment.Refused, no.Comment.ID, "mod"), room.KindRemove, no.Comment.ID)
	s.log("remove 1")
}

func (s *suite) remove() {
	a, b := s.put(shown("a")), s.put(shown("b"))
	held, no := s.put(write(room.KindHeld, "held")), s.put(write(room.KindRefused, "no"))
	unknown := comment.NewID(moment, 1)
	ev := s.put(act(room.KindRemove, a.Comment.ID, unknown, held.Comment.ID, a.Comment.ID, no.Comment.ID))
	if len(ev.IDs) != 2 || ev.IDs[0] != a.Comment.ID || ev.IDs[1] != held.Comment.ID {
		s.Errorf("taken down were %v, want the shown and the held one", ev.IDs)
	}
	s.log("comment b", "refused no", "remove 2")
	row := s.row(a.Comment.ID)
	if row.Status != comment.Removed || row.By != "mod" || row.Seq > ev.Seq || row.Seq <= no.Seq {
		s.Errorf("the row is %+v", row)
	}
	if r := s.try(act(room.KindRemove, a.Comment.ID, unknown)); !r.Again || r.Event.Kind != room.KindRemove {
		s.Errorf("taking down a removed comment: %+v", r)
	}
	// A client that was away since before the removal receives it.
	if got := brief(s.since(b.Seq)); len(got) != 2 || got[1] != "remove 2" {
		s.Errorf("after the second comment come %q", got)
	}
	s.reopen()
	s.log("comment b", "refused no", "remove 2")
	s.stands(decision(room.KindComment, comment.Held, held.Comment.ID, "mod"), room.KindRemove, held.Comment.ID)
}

func (s *suite) removeUser() {
	a, b := s.put(shown("a")), s.put(shown("b"))
	held, no := s.put(write(room.KindHeld, "held")), s.put(write(room.KindRefused, "no"))
	other := shown("bob's")
	other.Comment.User = "bob"
	s.put(other)
	all := act(room.KindRemove)
	all.User = "ann"
	ev := s.put(all)
	if want := []comment.ID{a.Comment.ID, b.Comment.ID, held.Comment.ID}; !slices.Equal(ev.IDs, want) || ev.User != "ann" {
		s.Errorf("taken down were %v of %q, want %v", ev.IDs, ev.User, want)
	}
	if row := s.row(held.Comment.ID); row.Status != comment.Removed || row.By != "mod" {
		s.Errorf("the held one is %s by %q: the removal must include held comments", row.Status, row.By)
	}
	if row := s.row(no.Comment.ID); row.Status != comment.Refused {
		s.Errorf("the refused one is %s", row.Status)
	}
	s.log("refused no", "comment bob's", "remove 3")
	if r := s.try(all); !r.Again {
		s.Error("nothing was left to take down")
	}
	all.User = "nobody"
	if r := s.try(all); !r.Again {
		s.Error("a stranger has nothing to take down")
	}
}

// pages walks history while many rows were changed by one event.
func (s *suite) pages() {
	const n = 30
	ids := map[comment.ID]bool{}
	for i := range n {
		ids[s.put(shown(fmt.Sprint(i))).Comment.ID] = true
	}
	all := act(room.KindRemove)
	all.User = "ann"
	s.put(all)
	ids[s.put(shown("last")).Comment.ID] = true
	var before int64
	seen := 0
	for {
		rows, more, err := s.History.Comments(s.ctx, roomID, room.HistoryQuery{Before: before, Limit: 7})
		if err != nil {
			s.Fatal(err)
		}
		for _, row := range rows {
			if before != 0 && row.Seq >= before || !ids[row.ID] {
				s.Fatalf("row %d %v comes twice or out of order", row.Seq, row.ID)
			}
			delete(ids, row.ID)
			before = row.Seq
			seen++
		}
		if !more {
			break
		}
	}
	if seen != n+1 {
		s.Errorf("the pages show %d rows, want %d", seen, n+1)
	}
}

func (s *suite) clear() {
	before := s.put(shown("before"))
	held := s.put(write(room.KindHeld, "waits"))
	at := s.put(act(room.KindClear))
	after := s.put(shown("after"))
	s.log("held waits", "clear", "comment after")
	if row := s.row(before.Comment.ID); row.Status != comment.Shown || !row.Cleared {
		s.Errorf("the row of before is %s, cleared %v", row.Status, row.Cleared)
	}
	if row := s.row(after.Comment.ID); row.Status != comment.Shown || row.Cleared {
		s.Errorf("the row of after is %s, cleared %v", row.Status, row.Cleared)
	}
	if got := brief(s.since(at.Seq)); len(got) != 1 {
		s.Errorf("after the clear come %q", got)
	}
	s.put(decision(room.KindComment, comment.Held, held.Comment.ID, "mod"))
	s.log("clear", "comment after", "comment waits")
	if row := s.row(held.Comment.ID); row.Cleared {
		s.Error("a comment approved since the clear counts as cleared")
	}
	s.reopen()
	s.log("clear", "comment after", "comment waits")
	s.put(act(room.KindClear))
	s.log("clear", "clear")
}

func (s *suite) together() {
	kept := s.put(shown("kept"))
	clear, pin := act(room.KindClear), act(room.KindPin, comment.NewID(moment, 1)) // of an unknown comment
	late := shown("late")
	if _, err := s.Journal.AppendAll(s.ctx, []room.Event{late, clear, pin}); !errors.Is(err, room.ErrNotFound) {
		s.Errorf("append with one that cannot be: %v, want ErrNotFound", err)
	}
	s.log("comment kept")
	var all sync.WaitGroup
	for i := range 40 { // among other events, which succeed or fail independently
		all.Go(func() { s.put(shown(fmt.Sprint(i))) })
		all.Go(func() {
			if _, err := s.Journal.AppendAll(s.ctx, []room.Event{shown("lost"), pin}); !errors.Is(err, room.ErrNotFound) {
				s.Errorf("append with one that cannot be: %v, want ErrNotFound", err)
			}
		})
	}
	all.Wait()
	if n := len(s.since(0)); n != 41 {
		s.Errorf("%d events, want 41: %q", n, brief(s.since(0)))
	}
	receipts, err := s.Journal.AppendAll(s.ctx, []room.Event{act(room.KindPin, kept.Comment.ID), clear, late})
	if err != nil || len(receipts) != 3 {
		s.Fatalf("append three: %+v, %v", receipts, err)
	}
	for i, r := range receipts {
		if r.Again || r.Event.Seq != receipts[0].Event.Seq+int64(i) {
			s.Errorf("event %d: again %v, number %d", i, r.Again, r.Event.Seq)
		}
	}
	// An event that cannot happen any more prevents those with it.
	receipts, err = s.Journal.AppendAll(s.ctx, []room.Event{act(room.KindPin), shown("lost")})
	if err != nil || len(receipts) != 1 || !receipts[0].Again {
		s.Errorf("append to a pin that is off: %+v, %v", receipts, err)
	}
	s.log("pin", "clear", "comment late")
	seen := s.followed(44)
	if got := brief(seen[41:]); !slices.Equal(got, []string{"pin", "clear", "comment late"}) {
		s.Errorf("the follower saw %q", got)
	}
}
