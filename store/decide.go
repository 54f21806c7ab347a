package store

import (
	"errors"
	"fmt"
	"strconv"

	"danmaku/comment"
	"danmaku/room"
)

// errMalformed is wrapped by Append's error for a nonsensical event. Only a bug in the
// program causes one.
var errMalformed = errors.New("malformed event")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errMalformed}, args...)...)
}

// decision is the result of a request: the decided event, or a receipt of what holds
// already.
type decision struct {
	ev      room.Event
	more    []room.Event // further events, decided like ev
	receipt *room.Receipt
}

// answered returns a decision that needs no event, because the receipt says what holds.
func answered(r room.Receipt) (decision, error) { return decision{receipt: &r}, nil }

// unchanged returns the answer to an event that changes nothing.
func unchanged(ev room.Event) (decision, error) {
	return answered(room.Receipt{Event: ev, Again: true})
}

// event decides about one event of a room and applies the decision. After room.ErrNotFound
// or errMalformed nothing was written.
func (t *txn) event(ev room.Event) (room.Receipt, error) {
	place, err := t.room(ev.Room)
	if err != nil {
		return room.Receipt{}, err
	}
	ev.Seq = 0
	if ev.Kind == room.KindEntry {
		return t.entry(place, asStored(ev))
	}
	d, err := t.decide(place, asStored(ev))
	if err != nil {
		return room.Receipt{}, err
	}
	if d.receipt != nil {
		return *d.receipt, nil
	}
	if d.ev.Kind == room.KindErase {
		if err := t.secureDelete(func() error { return t.beforeErase(place, d.ev) }); err != nil {
			return room.Receipt{}, err
		}
	}
	picture := d.ev.Picture
	d.ev.Picture = nil // the store has it; it is not part of the log
	c, err := t.numberEvent(place, d.ev)
	if err != nil {
		return room.Receipt{}, err
	}
	err = t.write(c)
	if errors.Is(err, errKnown) {
		t.dropLastChange()
		place.head = c.ev.Seq - 1
		return t.receiptOfExisting(place, c.ev)
	}
	if err != nil {
		return room.Receipt{}, err
	}
	if len(picture) > 0 {
		if err := t.keepPhoto(place, c.ev, picture); err != nil {
			return room.Receipt{}, err
		}
	}
	err = t.writeFollowing(place, c.ev, d.more)
	return room.Receipt{Event: c.ev, Last: place.head}, err
}

// writeFollowing writes the events that follow from an event just written.
func (t *txn) writeFollowing(place *roomState, ev room.Event, more []room.Event) error {
	for _, e := range more {
		c, err := t.numberEvent(place, e)
		if err == nil {
			err = t.write(c)
		}
		if err != nil {
			return err
		}
	}
	switch ev.Kind {
	case room.KindRemove, room.KindClear:
		return t.cardsOf(place, ev)
	case room.KindComment:
		return t.suggestCard(place, ev)
	}
	return nil
}

// numberEvent gives a decided event its number in the log, and its audit entry an ID. A
// removal takes as many numbers as comments.
func (t *txn) numberEvent(place *roomState, ev room.Event) (*eventChange, error) {
	ev.Seq = place.head + 1
	if ev.Kind == room.KindRemove {
		ev.Seq = place.head + int64(len(ev.IDs))
	}
	place.head = ev.Seq // also when the write fails: a skipped number does no harm, one given twice does
	data, err := encodeData(ev)
	if err != nil {
		return nil, malformed("%v", err)
	}
	c := &eventChange{ev: ev, data: data, link: ev.Entry.Link}
	c.ev.Entry.Link = 0 // only for the row of its author
	if ev.Audit == nil {
		return c, nil
	}
	a := *ev.Audit
	a.At = ev.At
	if ev.Ban != nil && a.About == "" { // its ID was given just now
		a.About = strconv.FormatInt(ev.Ban.ID, 10)
	} else if ev.Note != nil && a.About == "" {
		a.About = strconv.FormatInt(ev.Note.ID, 10)
	}
	line, err := encodeAudit(&a)
	if err != nil {
		return nil, malformed("%v", err)
	}
	if c.act, err = t.decideAudit(line); err != nil {
		return nil, err
	}
	a.ID = c.act.ID
	c.ev.Audit = &a
	return c, nil
}

// decide turns a requested event into a decided one.
func (t *txn) decide(place *roomState, ev room.Event) (decision, error) {
	switch ev.Kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		if ev.From != "" {
			return t.decideReview(place, ev)
		}
		return t.decideComment(place, ev)
	case room.KindRemove:
		return t.decideRemove(place, ev)
	case room.KindErase:
		return t.decideErase(place, ev)
	case room.KindClear:
		return decision{ev: ev}, nil
	case room.KindRoom:
		if ev.Setup == nil || ev.Setup.ID != ev.Room {
			return decision{}, malformed("the settings are not those of room %q", ev.Room)
		}
		setup := *ev.Setup
		ev.Setup = &setup
		return decision{ev: ev}, nil
	case room.KindPin:
		return t.decidePin(place, ev)
	case room.KindBan:
		return t.decideBan(ev)
	case room.KindUnban:
		return t.decideUnban(place, ev)
	case room.KindNote:
		return t.decideNote(place, ev)
	case room.KindNoteGone, room.KindNoteRead:
		return t.decideNoteEnd(place, ev)
	case room.KindItem:
		return t.decideItem(place, ev)
	case room.KindQuestion:
		return t.decideMark(place, ev)
	}
	return decision{}, malformed("kind %q is unknown", ev.Kind)
}

// decideComment accepts a new comment. The unique indexes detect an existing ID or ref when
// the change is applied: a look-up before each one would double what a comment costs. It
// looks up only when comments were erased recently, since no index knows about those.
func (t *txn) decideComment(place *roomState, ev room.Event) (decision, error) {
	if ev.Comment.ID <= 0 {
		return decision{}, malformed("the comment has no ID")
	}
	if ev.Comment.Photo != nil {
		if err := t.decidePhoto(place, ev); err != nil {
			return decision{}, err
		}
	}
	id, err := t.erasedBefore(place, ev)
	if err != nil {
		return decision{}, err
	}
	if id == 0 {
		return decision{ev: ev}, nil
	}
	gone := ev
	gone.Kind, gone.Comment.ID, gone.IDs = room.KindRemove, id, []comment.ID{id}
	return unchanged(gone)
}

// errKnown reports that a new comment's ID or ref exists already, and that nothing was
// written.
var errKnown = errors.New("the comment is there already")

// receiptOfExisting answers for a comment that exists already: its author has bound the
// ref, or the same comment came twice.
func (t *txn) receiptOfExisting(place *roomState, ev room.Event) (room.Receipt, error) {
	user, err := t.knownUser(place.id, ev.Comment.User) // otherwise there is none with its ref
	if err != nil && !errors.Is(err, room.ErrNotFound) {
		return room.Receipt{}, err
	}
	var s rowScan
	const byRef = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user WHERE c.user = ? AND c.ref = ?`
	err = t.get(byRef, []any{user, ev.Entry.Ref}, s.dest()...)
	if err == nil {
		return currentReceipt(ev.Room, s.result()), nil
	}
	if !errors.Is(err, room.ErrNotFound) {
		return room.Receipt{}, err
	}
	if row, err := t.broughtBefore(place, ev.Entry); err == nil {
		return currentReceipt(ev.Room, row), nil
	} else if !errors.Is(err, room.ErrNotFound) {
		return room.Receipt{}, err
	}
	row, err := t.row(place, ev.Comment.ID)
	if err == nil && row.User == ev.Comment.User {
		return currentReceipt(ev.Room, row), nil
	}
	if err == nil || errors.Is(err, room.ErrNotFound) {
		return room.Receipt{}, malformed("the ID %v belongs to another comment", ev.Comment.ID)
	}
	return room.Receipt{}, err
}

// decideReview accepts a moderator's decision, unless another one was faster. Approving
// makes the comment as new as the decision.
func (t *txn) decideReview(place *roomState, ev room.Event) (decision, error) {
	// What a platform took down can be restored: on the screens, or in review.
	restore := ev.From == comment.Removed && (ev.Kind == room.KindComment || ev.Kind == room.KindHeld)
	approve := restore || ev.Kind == room.KindComment && (ev.From == comment.Held || ev.From == comment.Refused)
	refuse := ev.Kind == room.KindRefused && ev.From == comment.Held
	if !approve && !refuse {
		return decision{}, malformed("no decision leads from %s to %s", ev.From, ev.Kind)
	}
	row, err := t.row(place, ev.Comment.ID)
	if err != nil {
		return decision{}, err
	}
	if row.Status != ev.From {
		return answered(currentReceipt(ev.Room, row))
	}
	if approve && !restore {
		row.At = ev.At
	}
	ev.Comment, ev.Entry = row.Comment, row.Entry
	return decision{ev: ev}, nil
}

// decideRemove finds the comments to remove.
func (t *txn) decideRemove(place *roomState, ev room.Event) (decision, error) {
	var err error
	switch {
	case ev.Chat != "":
		ev.IDs, err = t.broughtBy(place, ev)
		ev.Chat, ev.Comment = "", comment.Comment{} // they selected the comments
	case ev.User != "":
		ev.IDs, err = t.removableBy(place, ev.User)
	default:
		var taken []comment.ID
		seen := map[comment.ID]bool{}
		for _, id := range ev.IDs {
			var there int
			err := t.get("SELECT 1 FROM comments WHERE id = ? AND room = ? AND status IN (1, 2)", []any{int64(id), place.id}, &there)
			if err == nil && !seen[id] {
				taken = append(taken, id)
				seen[id] = true
			} else if err != nil && !errors.Is(err, room.ErrNotFound) {
				return decision{}, err
			}
		}
		ev.IDs = taken
	}
	if err != nil {
		return decision{}, err
	}
	if len(ev.IDs) == 0 {
		return unchanged(ev)
	}
	return decision{ev: ev}, nil
}

// decidePin pins a shown comment, or removes the pin.
func (t *txn) decidePin(place *roomState, ev room.Event) (decision, error) {
	if len(ev.IDs) > 1 {
		return decision{}, malformed("%d comments to pin", len(ev.IDs))
	}
	var pinned, wanted int64
	if len(ev.IDs) == 1 {
		row, err := t.row(place, ev.IDs[0])
		if err != nil {
			return decision{}, err
		}
		if row.Status != comment.Shown {
			return answered(currentReceipt(ev.Room, row))
		}
		wanted = int64(ev.IDs[0])
	}
	if err := t.get("SELECT pinned FROM rooms WHERE id = ?", []any{place.id}, &pinned); err != nil {
		return decision{}, err
	}
	if pinned == wanted {
		return unchanged(ev)
	}
	return decision{ev: ev}, nil
}

// row reads a comment of a room.
func (t *txn) row(place *roomState, id comment.ID) (room.Row, error) {
	var s rowScan
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user WHERE c.id = ? AND c.room = ?`
	err := t.get(q, []any{int64(id), place.id}, s.dest()...)
	return s.result(), err
}

// currentReceipt returns the receipt for an event that changed nothing: the last event
// about the comment, rebuilt from its row.
func currentReceipt(roomID string, row room.Row) room.Receipt {
	ev := room.Event{
		Room: roomID, Seq: row.Seq, At: row.At, By: row.By, Comment: row.Comment, Entry: row.Entry,
	}
	switch row.Status {
	case comment.Shown:
		ev.Kind = room.KindComment
	case comment.Held:
		ev.Kind = room.KindHeld
	case comment.Refused:
		ev.Kind = room.KindRefused
	case comment.Removed:
		ev.Kind, ev.IDs = room.KindRemove, []comment.ID{row.ID}
	}
	return room.Receipt{Event: ev, Again: true}
}

// removableBy lists the comments of an author that are on the screens or in review.
func (t *txn) removableBy(place *roomState, user string) ([]comment.ID, error) {
	return t.ids(`SELECT id FROM comments WHERE status IN (1, 2) AND user =
		(SELECT id FROM users WHERE room = ? AND name = ?) ORDER BY seq`, place.id, user)
}
