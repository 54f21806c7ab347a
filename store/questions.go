package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// Questions implements live.Shows: the shown questions of an item, including hidden and
// merged ones, with their marks; and the shown photos of a wall that were not cleared.
func (s *Store) Questions(ctx context.Context, roomID, item string) (list []show.Question, err error) {
	rows, err := s.rows(ctx, `SELECT `+rowColumns+` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.room = (SELECT id FROM rooms WHERE name = ?) AND c.item = ? AND c.item <> '' AND c.status = 1
		AND (c.photo = '' OR c.seq > (SELECT cleared FROM rooms WHERE id = c.room)) ORDER BY c.id`, []any{roomID, item})
	if err != nil {
		return nil, fmt.Errorf("read questions of room %s: %w", roomID, err)
	}
	marks, err := s.marks(ctx, roomID, item)
	if err != nil {
		return nil, fmt.Errorf("read questions of room %s: %w", roomID, err)
	}
	for _, row := range rows {
		list = append(list, show.Question{Comment: row.Comment, Seq: row.Seq, Mark: marks[row.ID]})
	}
	return list, nil
}

func (s *Store) marks(ctx context.Context, roomID, item string) (map[comment.ID]show.Mark, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, answered, hidden, merged FROM questions
		WHERE room = (SELECT id FROM rooms WHERE name = ?) AND item = ?`, roomID, item)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	marks := map[comment.ID]show.Mark{}
	for rows.Next() {
		var id int64
		var m show.Mark
		if err := scanMark(rows.Scan, &m, &id); err != nil {
			return nil, err
		}
		marks[comment.ID(id)] = m
	}
	return marks, rows.Err()
}

// scanMark reads the columns of dest, and then a mark.
func scanMark(scan func(...any) error, m *show.Mark, dest ...any) error {
	var answered, merged int64
	if err := scan(append(dest, &answered, &m.Hidden, &merged)...); err != nil {
		return err
	}
	m.Answered = fromMS(answered)
	if merged != 0 {
		m.Into = comment.ID(merged).String()
	}
	return nil
}

// question reads the mark of a question. shown is false for a comment that is not on the
// screens or not a question of the item.
func (t *txn) question(place *roomState, item, id string) (m show.Mark, shown bool, err error) {
	c, err := comment.ParseID(id)
	if err != nil {
		return m, false, nil // it cannot be one
	}
	const q = `SELECT c.status = 1, COALESCE(q.answered, 0), COALESCE(q.hidden, 0), COALESCE(q.merged, 0)
		FROM comments c LEFT JOIN questions q ON q.room = c.room AND q.id = c.id WHERE c.id = ? AND c.room = ? AND c.item = ? AND c.item <> ''`
	s, err := t.prepared(q)
	if err != nil {
		return m, false, err
	}
	err = scanMark(s.QueryRowContext(background, int64(c), place.id, item).Scan, &m, &shown)
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	return m, shown, err
}

// votable returns the question that gets a vote: the one into which the question was
// merged, or itself. Errors: show.ErrChoice for one that cannot be seen.
func (t *txn) votable(place *roomState, item, id string) (string, error) {
	for range show.MaxQuestions {
		m, shown, err := t.question(place, item, id)
		switch {
		case err != nil:
			return "", err
		case !shown || m.Hidden:
			return "", show.ErrChoice
		case m.Into == "":
			return id, nil
		}
		id = m.Into
	}
	return "", show.ErrChoice
}

// mergedQuestions lists a question and those that were merged into it.
func (t *txn) mergedQuestions(place *roomState, question string) (ids []string, err error) {
	root, err := comment.ParseID(question)
	if err != nil {
		return nil, show.ErrChoice
	}
	all, err := t.ids(`WITH RECURSIVE alike (id) AS (VALUES (?2) UNION
		SELECT q.id FROM questions q JOIN alike a ON q.merged = a.id WHERE q.room = ?1 AND q.merged <> 0) SELECT id FROM alike`, place.id, int64(root))
	for _, id := range all {
		ids = append(ids, id.String())
	}
	return ids, err
}

// voteFor decides about a vote for a question. A vote for a merged question counts for the
// one it was merged into; a withdrawal removes the votes for all of them.
func (t *txn) voteFor(place *roomState, it show.Item, ev room.Event, mine []string, last int64) (room.Receipt, error) {
	e := *ev.Part
	if _, _, err := show.DecideEntry(it, e, mine); err != nil {
		return room.Receipt{}, err
	}
	root, err := t.votable(place, it.ID, e.Choice)
	if err != nil {
		return room.Receipt{}, err
	}
	group, err := t.mergedQuestions(place, root)
	if err != nil {
		return room.Receipt{}, err
	}
	had := slices.DeleteFunc(slices.Clone(mine), func(c string) bool { return !slices.Contains(group, c) })
	e.Choice = root
	ev.Part = &e
	if (len(had) > 0) != e.Withdraw {
		return room.Receipt{Event: ev, Again: true}, nil
	}
	entries := []show.Entry{e}
	if e.Withdraw {
		entries = entries[:0]
		for _, c := range had {
			entries = append(entries, show.Entry{Item: e.Item, Person: e.Person, Choice: c, Via: e.Via, Withdraw: true})
		}
	}
	for _, entry := range entries {
		if err := t.write(&entryMade{Room: ev.Room, At: toMS(ev.At), N: last + 1, Entry: entry}); err != nil {
			return room.Receipt{}, err
		}
	}
	return room.Receipt{Event: ev}, nil
}

// decideMark decides about a change of a question's marks.
func (t *txn) decideMark(place *roomState, ev room.Event) (decision, error) {
	if ev.Ask == nil {
		return decision{}, malformed("no question")
	}
	c := *ev.Ask
	c.At = ev.At
	it, err := t.item(place, c.Item)
	if err != nil {
		return decision{}, err
	}
	before, shown, err := t.question(place, c.Item, c.ID)
	if err != nil {
		return decision{}, err
	}
	if !shown || it.Kind != show.Questions {
		return decision{}, room.ErrNotFound
	}
	var failed error
	change, changed, err := show.DecideMark(c, before, func(id string) (string, bool) {
		m, shown, err := t.question(place, c.Item, id)
		failed = errors.Join(failed, err)
		return m.Into, shown && !m.Hidden
	})
	if err = errors.Join(failed, err); err != nil {
		return decision{}, err
	}
	ev.Ask = nil
	if !changed {
		return unchanged(ev)
	}
	ev.Mark = &change
	if ev.Audit != nil {
		act := *ev.Audit
		act.Mark = &change
		ev.Audit = &act
	}
	return decision{ev: ev}, nil
}

// keepMark writes a question's new mark.
func (t *txn) keepMark(place *roomState, c *show.MarkChange) error {
	if c == nil {
		return malformed("no mark")
	}
	id, err := comment.ParseID(c.ID)
	if err != nil {
		return malformed("a question %q", c.ID)
	}
	var merged int64
	if c.After.Into != "" {
		into, err := comment.ParseID(c.After.Into)
		if err != nil {
			return malformed("a question %q", c.After.Into)
		}
		merged = int64(into)
	}
	_, err = t.exec("INSERT OR REPLACE INTO questions (room, id, item, answered, hidden, merged) VALUES (?, ?, ?, ?, ?, ?)",
		place.id, int64(id), c.Item, toMS(c.After.Answered), c.After.Hidden, merged)
	return err
}

// keptMark is an action on a question in the database.
type keptMark struct {
	Mark show.MarkChange `json:"mark"`
}

// MarkOf implements live.Audit. Errors: room.ErrNotFound for an action that changed no
// question, and for one whose change is no longer stored.
func (s *Store) MarkOf(ctx context.Context, act int64) (show.MarkChange, error) {
	var kept keptMark
	err := s.keptOf(ctx, act, &kept)
	return kept.Mark, err
}

// suggestCard makes a card of a paid comment, which moderators may show. It ignores
// replays, which repeat earlier payments.
func (t *txn) suggestCard(place *roomState, ev room.Event) error {
	c := ev.Comment
	if c.Paid == nil || c.Source == comment.FromReplay {
		return nil
	}
	cmd := show.SuggestionOf(c)
	_, err := t.event(room.Event{Room: ev.Room, At: ev.At, Kind: room.KindItem, Command: &cmd})
	if errors.Is(err, show.ErrInvalid) { // a comment that fits no card is only shown as a comment
		return nil
	}
	return err
}

// forgetMarks deletes one chunk of the marks of deleted questions.
func (t *txn) forgetMarks(before time.Time) (rows int64, err error) {
	return t.exec(`DELETE FROM questions WHERE (room, id) IN (SELECT q.room, q.id FROM questions q
		LEFT JOIN comments c ON c.id = q.id WHERE q.id < ? AND c.id IS NULL LIMIT ?)`, int64(comment.NewID(before, 0)), forgetLen)
}
