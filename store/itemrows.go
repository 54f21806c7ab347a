package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"danmaku/room"
	"danmaku/show"
)

const itemColumns = `id, kind, state, rank, spec, result, created, started, ends, stopped, starts`

func scanItem(scan func(...any) error) (show.Item, error) {
	var it show.Item
	var spec, result string
	var created, started, ends, stopped, starts int64
	err := scan(&it.ID, &it.Kind, &it.State, &it.Rank, &spec, &result, &created, &started, &ends, &stopped, &starts)
	it.Spec = json.RawMessage(spec)
	if result != "" {
		it.Result = json.RawMessage(result)
	}
	it.Created, it.Started, it.Ends, it.Stopped = fromMS(created), fromMS(started), fromMS(ends), fromMS(stopped)
	it.Starts = fromMS(starts)
	return it, err
}

func scanItemRow(rows *sql.Rows) (show.Item, error) { return scanItem(rows.Scan) }

func scanEntry(rows *sql.Rows) (e show.Entry, err error) {
	return e, rows.Scan(&e.Item, &e.Person, &e.Choice, &e.Via)
}

// Items implements live.Shows. It returns the items of a room, sorted by ID.
func (s *Store) Items(ctx context.Context, roomID string) ([]show.Item, error) {
	items, err := list(ctx, s.read, scanItemRow, `SELECT `+itemColumns+` FROM items
		WHERE room = (SELECT id FROM rooms WHERE name = ?) ORDER BY id`, roomID)
	if err != nil {
		return nil, fmt.Errorf("read items of room %s: %w", roomID, err)
	}
	return items, nil
}

// Entries implements live.Shows. It returns the entries of an item, sorted by person, the
// oldest of a person first. In a live draw among authors, the authors are the entries.
func (s *Store) Entries(ctx context.Context, roomID, item string) ([]show.Entry, error) {
	it, err := scanItem(s.read.QueryRowContext(ctx, `SELECT `+itemColumns+` FROM items
		WHERE room = (SELECT id FROM rooms WHERE name = ?) AND id = ?`, roomID, item).Scan)
	if err == nil && it.State == show.Live && show.AmongAuthors(it) {
		return s.drawParticipants(ctx, roomID, it)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read item %s: %w", item, err)
	}
	entries, err := list(ctx, s.read, scanEntry, `SELECT item, person, choice, via FROM entries
		WHERE room = (SELECT id FROM rooms WHERE name = ?) AND item = ? ORDER BY person, n`, roomID, item)
	if err != nil {
		return nil, fmt.Errorf("read entries of item %s: %w", item, err)
	}
	return entries, nil
}

// EntriesOf implements live.Shows. It returns the entries of a person, sorted by item, the
// oldest of an item first.
func (s *Store) EntriesOf(ctx context.Context, roomID, person string) ([]show.Entry, error) {
	entries, err := list(ctx, s.read, scanEntry, `SELECT item, person, choice, via FROM entries
		WHERE room = (SELECT id FROM rooms WHERE name = ?) AND person = ? ORDER BY item, n`, roomID, person)
	if err != nil {
		return nil, fmt.Errorf("read the entries of a person: %w", err)
	}
	return entries, nil
}

// item reads one item of a room.
func (t *txn) item(place *roomState, id string) (show.Item, error) {
	s, err := t.prepared(`SELECT ` + itemColumns + ` FROM items WHERE room = ? AND id = ?`)
	if err != nil {
		return show.Item{}, err
	}
	it, err := scanItem(s.QueryRowContext(background, place.id, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return it, room.ErrNotFound
	}
	return it, err
}

// itemsFor reads the items that a command may change: all that have not ended, and those
// that it names.
func (t *txn) itemsFor(place *roomState, c show.Command) ([]show.Item, error) {
	query := `SELECT ` + itemColumns + ` FROM items WHERE room = ?1 AND (state <> 'ended' OR id = ?2) ORDER BY id`
	if c.Op == show.TakeDown { // including ended cards
		query = `SELECT ` + itemColumns + ` FROM items WHERE room = ?1 AND (state <> 'ended' OR kind = 'card') AND ?2 = '' ORDER BY id`
	}
	items, err := listIn(t, scanItemRow, query, place.id, c.ID)
	if err != nil {
		return nil, err
	}
	for _, change := range c.Changes {
		if id := change.ID(); !slices.ContainsFunc(items, func(it show.Item) bool { return it.ID == id }) {
			it, err := t.item(place, id)
			if errors.Is(err, room.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			items = append(items, it)
		}
	}
	return items, nil
}

// choicesOf reads a person's choices in an item, oldest first, and the last number given.
func (t *txn) choicesOf(place *roomState, item, person string) (choices []string, last int64, err error) {
	choices, err = listIn(t, func(rows *sql.Rows) (choice string, err error) { return choice, rows.Scan(&choice, &last) },
		`SELECT choice, n FROM entries WHERE room = ? AND item = ? AND person = ? ORDER BY n`, place.id, item, person)
	return choices, last, err
}

// tally counts the entries of an item.
func (t *txn) tally(place *roomState, item string) (*show.Tally, error) {
	entries, err := listIn(t, func(rows *sql.Rows) (e show.Entry, err error) { return e, rows.Scan(&e.Person, &e.Choice) },
		`SELECT person, choice FROM entries WHERE room = ? AND item = ? ORDER BY person, n`, place.id, item)
	var tally show.Tally
	for _, e := range entries {
		tally.Apply(e)
	}
	return &tally, err
}
