package store

import (
	"errors"

	"danmaku/comment"
)

// statusAfter is what an event makes of the comment it is about.
func statusAfter(k comment.Kind) comment.Status {
	switch k {
	case comment.KindComment:
		return comment.Shown
	case comment.KindHeld:
		return comment.Held
	}
	return comment.Refused
}

const insertComment = `INSERT INTO comments (id, room, seq, user, at, status, text, original, name,
	mode, color, size, badge, source, rule, word, detail, spans, address, ref)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

// add writes a new comment. Where its ref, or its ID, is there already, the
// receipt says what stands.
func (t *txn) add(room *roomState, ev comment.Event) (comment.Receipt, error) {
	c, e := ev.Comment, ev.Entry
	if c.ID <= 0 {
		return comment.Receipt{}, malformed("the comment has no ID")
	}
	user, err := t.user(room.id, c.User)
	if err != nil {
		return comment.Receipt{}, err
	}
	var ref any
	if e.Ref != "" {
		ref = e.Ref
	}
	n, err := t.exec(insertComment, int64(c.ID), room.id, room.head+1, user, toMS(c.At),
		code(statuses, statusAfter(ev.Kind)), c.Text, e.Original, c.Name,
		string(unlessDefault(c.Mode, comment.Scroll)), unlessDefault(c.Color, comment.White),
		string(unlessDefault(c.Size, comment.Medium)), string(c.Badge),
		string(unlessDefault(c.Source, comment.FromAudience)),
		e.Rule, e.Word, e.Detail, encodeSpans(e.Spans), e.Address, ref)
	if err != nil {
		return comment.Receipt{}, err
	}
	if n == 0 {
		return t.bound(room, user, ev)
	}
	return t.record(room, ev)
}

// bound answers for a comment that could not be inserted: its author has bound
// the ref, or the very same comment came twice.
func (t *txn) bound(room *roomState, user int64, ev comment.Event) (comment.Receipt, error) {
	var s rowScan
	const byRef = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user WHERE c.user = ? AND c.ref = ?`
	err := t.get(byRef, []any{user, ev.Entry.Ref}, s.dest()...)
	if err == nil {
		return standing(ev.Room, s.result()), nil
	}
	if !errors.Is(err, comment.ErrNotFound) {
		return comment.Receipt{}, err
	}
	row, err := t.row(room, ev.Comment.ID)
	if err == nil && row.User == ev.Comment.User {
		return standing(ev.Room, row), nil
	}
	if err == nil || errors.Is(err, comment.ErrNotFound) {
		return comment.Receipt{}, malformed("the ID %v belongs to another comment", ev.Comment.ID)
	}
	return comment.Receipt{}, err
}

// row reads a comment of a room.
func (t *txn) row(room *roomState, id comment.ID) (comment.Row, error) {
	var s rowScan
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user WHERE c.id = ? AND c.room = ?`
	err := t.get(q, []any{int64(id), room.id}, s.dest()...)
	return s.result(), err
}

// standing is the receipt for an event that changed nothing: the last one about
// the comment, rebuilt from its row.
func standing(room string, row comment.Row) comment.Receipt {
	ev := comment.Event{
		Room: room, Seq: row.Seq, At: row.At, By: row.By, Comment: row.Comment, Entry: row.Entry,
	}
	switch row.Status {
	case comment.Shown:
		ev.Kind = comment.KindComment
	case comment.Held:
		ev.Kind = comment.KindHeld
	case comment.Refused:
		ev.Kind = comment.KindRefused
	case comment.Removed:
		ev.Kind, ev.IDs = comment.KindRemove, []comment.ID{row.ID}
	}
	return comment.Receipt{Event: ev, Again: true}
}

// decide writes a moderator's decision, unless another one was faster. Approving
// makes the comment as new as the decision.
func (t *txn) decide(room *roomState, ev comment.Event) (comment.Receipt, error) {
	approve := ev.Kind == comment.KindComment && (ev.From == comment.Held || ev.From == comment.Refused)
	refuse := ev.Kind == comment.KindRefused && ev.From == comment.Held
	if !approve && !refuse {
		return comment.Receipt{}, malformed("no decision leads from %s to %s", ev.From, ev.Kind)
	}
	row, err := t.row(room, ev.Comment.ID)
	if err != nil {
		return comment.Receipt{}, err
	}
	if row.Status != ev.From {
		return standing(ev.Room, row), nil
	}
	if approve {
		row.At = ev.At
	}
	const q = `UPDATE comments SET status = ?, seq = ?, at = ?, actor = ? WHERE id = ?`
	if _, err := t.exec(q, code(statuses, statusAfter(ev.Kind)), room.head+1, toMS(row.At), ev.By, int64(row.ID)); err != nil {
		return comment.Receipt{}, err
	}
	ev.Comment, ev.Entry = row.Comment, row.Entry
	return t.record(room, ev)
}

// remove takes comments down. Each gets a number of its own below the event's,
// so that the numbers of rows stay unique and history can page by them.
func (t *txn) remove(room *roomState, ev comment.Event) (comment.Receipt, error) {
	ids := ev.IDs
	if ev.User != "" {
		var err error
		if ids, err = t.standingBy(room, ev.User); err != nil {
			return comment.Receipt{}, err
		}
	}
	var taken []comment.ID
	for _, id := range ids {
		const q = `UPDATE comments SET status = 4, seq = ?, actor = ? WHERE id = ? AND room = ? AND status IN (1, 2)`
		n, err := t.exec(q, room.head+1, ev.By, int64(id), room.id)
		if err != nil {
			return comment.Receipt{}, err
		}
		if n > 0 {
			room.head++
			taken = append(taken, id)
			if _, err := t.exec("UPDATE rooms SET pinned = 0 WHERE id = ? AND pinned = ?", room.id, int64(id)); err != nil {
				return comment.Receipt{}, err
			}
		}
	}
	if len(taken) == 0 {
		return comment.Receipt{Event: ev, Again: true}, nil
	}
	room.head-- // the event has the number of the last row
	ev.IDs = taken
	return t.record(room, ev)
}

// standingBy lists the comments of an author that are on the screens, or wait to
// be.
func (t *txn) standingBy(room *roomState, user string) ([]comment.ID, error) {
	s, err := t.prepared(`SELECT id FROM comments WHERE status IN (1, 2) AND user =
		(SELECT id FROM users WHERE room = ? AND name = ?) ORDER BY seq`)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(background, room.id, user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []comment.ID
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, comment.ID(id))
	}
	return ids, rows.Err()
}
