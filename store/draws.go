package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// drawAuthors lists the authors of comments that count in a live draw: shown ones that are
// not replays. Names may repeat.
func drawAuthors(ctx context.Context, q queries, row int64, it show.Item) (persons []string, err error) {
	var s show.DrawSpec
	if err := json.Unmarshal(it.Spec, &s); err != nil {
		return nil, fmt.Errorf("read a draw: %w", err)
	}
	since := int64(comment.NewID(show.WroteSince(it, s), 0))
	const from = ` FROM comments c JOIN users u ON u.id = c.user WHERE c.id >= ? AND c.room = ? AND c.status = 1 AND c.badge = '' AND c.source <> 'replay' AND c.item = ''`
	if s.Word == "" {
		return texts(ctx, q, "SELECT DISTINCT u.name"+from, since, row)
	}
	rows, err := q.QueryContext(ctx, "SELECT u.name, c.text"+from, since, row)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var person, text string
		if err := rows.Scan(&person, &text); err != nil {
			return nil, err
		}
		if s.Wrote(text) {
			persons = append(persons, person)
		}
	}
	return persons, rows.Err()
}

// completeDraw completes the command that ends a draw, or replaces a winner: it adds the
// participants and the names of the winners.
func (t *txn) completeDraw(place *roomState, it show.Item, c show.Command, tally *show.Tally) (show.Command, error) {
	if c.Op != show.Redraw {
		var s show.DrawSpec
		if err := json.Unmarshal(it.Spec, &s); err != nil {
			return c, fmt.Errorf("read a draw: %w", err)
		}
		entries := tally.Persons()
		if !s.Button {
			var err error
			if entries, err = drawAuthors(background, t.conn, place.id, it); err != nil {
				return c, err
			}
		}
		out, err := t.excludedFromDraw(place, it, s, c.At)
		if err != nil {
			return c, err
		}
		c = c.DrawAmong(slices.DeleteFunc(entries, func(person string) bool { return out[person] }))
	}
	names := map[string]string{}
	for _, person := range show.Drawn(it, c) {
		var name string
		err := t.get(`SELECT c.name FROM comments c JOIN users u ON u.id = c.user WHERE u.room = ? AND u.name = ? AND c.status = 1 AND c.name <> ''
			ORDER BY c.seq DESC LIMIT 1`, []any{place.id, person}, &name)
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return c, err
		}
		names[person] = name
	}
	return c.WithNames(names), nil
}

// excludedFromDraw lists the people who take no part in a draw, whatever they did: those
// who run the room, those who are currently muted or banned, and, if the draw excludes
// them, earlier winners.
func (t *txn) excludedFromDraw(place *roomState, it show.Item, s show.DrawSpec, at time.Time) (map[string]bool, error) {
	since := int64(comment.NewID(it.Started.Add(-show.DrawWindow), 0))
	const bans = ` FROM bans b WHERE b.room = ? AND b.lifted = 0 AND (b.until = 0 OR b.until > ?)`
	out := map[string]bool{}
	for _, q := range []struct {
		query string
		args  []any
	}{
		{`SELECT DISTINCT u.name FROM comments c JOIN users u ON u.id = c.user WHERE c.id >= ? AND c.room = ? AND c.badge <> ''`, []any{since, place.id}},
		{`SELECT b.user` + bans + ` AND b.user <> ''`, []any{place.id, toMS(at)}},
		{`SELECT DISTINCT u.name FROM comments c JOIN users u ON u.id = c.user WHERE c.id >= ? AND c.room = ? AND c.address <> '' AND c.address IN (SELECT b.address` + bans + `)`,
			[]any{since, place.id, place.id, toMS(at)}},
	} {
		list, err := texts(background, t.conn, q.query, q.args...)
		if err != nil {
			return nil, err
		}
		for _, person := range list {
			out[person] = true
		}
	}
	if s.Repeat {
		return out, nil
	}
	results, err := texts(background, t.conn, `SELECT result FROM items WHERE room = ? AND kind = 'draw' AND state = 'ended' AND id <> ?`, place.id, it.ID)
	if err != nil {
		return nil, err
	}
	for _, text := range results {
		var r show.DrawResult
		if err := json.Unmarshal([]byte(cmp.Or(text, "{}")), &r); err != nil {
			return nil, fmt.Errorf("read an earlier draw: %w", err)
		}
		for _, person := range r.Winners {
			out[person] = true
		}
	}
	return out, nil
}

// drawParticipants lists the current participants of a live draw among authors.
func (s *Store) drawParticipants(ctx context.Context, roomID string, it show.Item) ([]show.Entry, error) {
	var row int64
	if err := s.read.QueryRowContext(ctx, "SELECT id FROM rooms WHERE name = ?", roomID).Scan(&row); err != nil {
		return nil, err
	}
	persons, err := drawAuthors(ctx, s.read, row, it)
	list := make([]show.Entry, len(persons))
	for i, person := range persons {
		list[i] = show.Entry{Item: it.ID, Person: person}
	}
	return list, err
}
