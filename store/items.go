package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"danmaku/room"
	"danmaku/show"
)

// decideItem carries out a command: each changed item is a separate event. It counts ended
// items here, where no entry can come in between.
func (t *txn) decideItem(place *roomState, ev room.Event) (decision, error) {
	if ev.Command == nil {
		return decision{}, malformed("no command")
	}
	c := *ev.Command
	c.At = ev.At
	items, err := t.itemsFor(place, c)
	if err != nil {
		return decision{}, err
	}
	if i := slices.IndexFunc(items, func(it show.Item) bool { return it.ID == c.ID }); i >= 0 && (c.Op == show.Stop || c.Op == show.Expire) {
		tally, err := t.tally(place, c.ID)
		if err != nil {
			return decision{}, err
		}
		c = show.Finish(items[i], c, tally)
		if items[i].Kind == show.Draw {
			if c, err = t.completeDraw(place, items[i], c, tally); err != nil {
				return decision{}, err
			}
		}
	} else if i >= 0 && c.Op == show.Redraw {
		if c, err = t.completeDraw(place, items[i], c, nil); err != nil {
			return decision{}, err
		}
	}
	changes, err := show.Decide(items, c)
	if err != nil {
		return decision{}, err
	}
	if len(changes) == 0 {
		return unchanged(ev)
	}
	forgotten, err := t.surplusItems(place, changes)
	if err != nil {
		return decision{}, err
	}
	var d decision
	for i, change := range append(slices.Clip(changes), forgotten...) {
		e := room.Event{Room: ev.Room, At: ev.At, Kind: room.KindItem, By: ev.By, Item: &change}
		if i == 0 {
			if e.Audit = ev.Audit; e.Audit != nil {
				act := *e.Audit
				act.Items = changes
				e.Audit = &act
			}
			d.ev = e
			continue
		}
		d.more = append(d.more, e)
	}
	return d, nil
}

// surplusItems returns the deletions that keep the number of a room's ended items bounded.
func (t *txn) surplusItems(place *roomState, changes []show.Change) ([]show.Change, error) {
	ended := 0
	for _, c := range changes {
		if c.After != nil && c.After.State == show.Ended {
			ended++
		}
	}
	if ended == 0 {
		return nil, nil
	}
	var there int
	if err := t.get("SELECT count(*) FROM items WHERE room = ? AND state = 'ended'", []any{place.id}, &there); err != nil {
		return nil, err
	}
	var out []show.Change
	for n := there + ended - show.MaxEnded; n > 0; n-- {
		var id string
		const q = "SELECT id FROM items WHERE room = ? AND state = 'ended' ORDER BY stopped, id LIMIT 1 OFFSET ?"
		if err := t.get(q, []any{place.id, len(out)}, &id); err != nil {
			return nil, err
		}
		it, err := t.item(place, id)
		if err != nil {
			return nil, err
		}
		out = append(out, show.Change{Before: &it})
	}
	return out, nil
}

// cardsOf takes down the cards of comments that ev takes down.
func (t *txn) cardsOf(place *roomState, ev room.Event) error {
	var there int
	if err := t.get("SELECT count(*) FROM items WHERE room = ? AND kind = 'card'", []any{place.id}, &there); err != nil || there == 0 {
		return err
	}
	c := &show.Command{Op: show.TakeDown}
	if ev.Kind == room.KindRemove || ev.Kind == room.KindErase {
		for _, id := range ev.IDs {
			c.Comments = append(c.Comments, id.String())
		}
	}
	_, err := t.event(room.Event{Room: ev.Room, At: ev.At, Kind: room.KindItem, By: ev.By, Command: c})
	return err
}

// keepItem writes an item's new state.
func (t *txn) keepItem(place *roomState, c *show.Change) error {
	if c == nil {
		return malformed("no item")
	}
	if c.After == nil {
		_, err := t.exec("DELETE FROM items WHERE room = ? AND id = ?", place.id, c.ID())
		return err
	}
	it := c.After
	_, err := t.exec(`INSERT OR REPLACE INTO items (room, `+itemColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		place.id, it.ID, string(it.Kind), string(it.State), it.Rank, string(it.Spec), string(it.Result),
		toMS(it.Created), toMS(it.Started), toMS(it.Ends), toMS(it.Stopped), toMS(it.Starts))
	return err
}

// entry decides about a person's part in an item. Errors: room.ErrNotFound,
// show.ErrState, show.ErrChoice, show.ErrVoted.
func (t *txn) entry(place *roomState, ev room.Event) (room.Receipt, error) {
	if ev.Part == nil || ev.Part.Person == "" {
		return room.Receipt{}, malformed("an entry without a person")
	}
	it, err := t.item(place, ev.Part.Item)
	if err != nil {
		return room.Receipt{}, err
	}
	mine, last, err := t.choicesOf(place, ev.Part.Item, ev.Part.Person)
	if err != nil {
		return room.Receipt{}, err
	}
	if it.Kind == show.Questions {
		return t.voteFor(place, it, ev, mine, last)
	}
	decided, added, err := show.DecideEntry(it, *ev.Part, mine)
	if err != nil {
		return room.Receipt{}, err
	}
	ev.Part = &decided
	if !added {
		return room.Receipt{Event: ev, Again: true}, nil
	}
	return room.Receipt{Event: ev}, t.write(&entryMade{Room: ev.Room, At: toMS(ev.At), N: last + 1, Entry: decided})
}

// entryMade is the change for a person's part in an item.
type entryMade struct {
	Room string `json:"room"`
	At   int64  `json:"at"` // ms
	N    int64  `json:"n"`
	show.Entry
}

func (*entryMade) kind() string { return "entry" }

func (c *entryMade) apply(t *txn) error {
	place, err := t.room(c.Room)
	if err != nil {
		return err
	}
	gone := []string{}
	if c.Replaces != nil {
		gone = append(gone, *c.Replaces)
	}
	if c.Withdraw {
		gone = append(gone, c.Choice)
	}
	for _, choice := range gone {
		const q = "DELETE FROM entries WHERE room = ? AND item = ? AND person = ? AND choice = ?"
		if _, err := t.exec(q, place.id, c.Item, c.Person, choice); err != nil {
			return err
		}
	}
	if !c.Withdraw {
		const q = "INSERT OR REPLACE INTO entries (room, item, person, choice, n, via, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
		if _, err := t.exec(q, place.id, c.Item, c.Person, c.Choice, c.N, c.Via, c.At); err != nil {
			return err
		}
	}
	part := c.Entry
	t.events = append(t.events, room.Event{Room: c.Room, At: fromMS(c.At), Kind: room.KindEntry, Part: &part})
	return nil
}

// ItemChanges implements live.Audit. Errors: room.ErrNotFound for an action that changed no
// item, and for one whose changes are no longer stored.
func (s *Store) ItemChanges(ctx context.Context, act int64) ([]show.Change, error) {
	var kept keptItems
	err := s.keptOf(ctx, act, &kept)
	return kept.Items, err
}

// keptOf decodes what an action stores for its undo, or returns room.ErrNotFound.
func (s *Store) keptOf(ctx context.Context, act int64, kept any) error {
	var text string
	err := s.read.QueryRowContext(ctx, "SELECT kept FROM acts WHERE id = ? AND kept <> ''", act).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return room.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), kept)
	}
	if err != nil {
		return fmt.Errorf("read what act %d did: %w", act, err)
	}
	return nil
}

// keptItems is an action on items in the database.
type keptItems struct {
	Items []show.Change `json:"items"`
}

// forgetItems deletes items that ended before a moment, cards of comments that have waited
// since before it, and the entries of both and of items deleted earlier.
func (t *txn) forgetItems(before time.Time) (int64, error) {
	ms := toMS(before)
	rows, err := t.exec(`DELETE FROM items WHERE (room, id) IN (SELECT room, id FROM items WHERE state = 'ended' AND stopped < ?1
		OR kind = 'card' AND state IN ('draft', 'queued') AND created < ?1 AND json_extract(spec, '$.comment') <> '' LIMIT `+strconv.Itoa(forgetLen)+`)`, ms)
	if err != nil || rows > 0 {
		return rows, err
	}
	return t.exec(`DELETE FROM entries WHERE (room, item, person, choice) IN (SELECT e.room, e.item, e.person, e.choice FROM entries e
		LEFT JOIN items i ON i.room = e.room AND i.id = e.item WHERE e.at < ? AND (i.id IS NULL OR i.state = 'ended') LIMIT `+strconv.Itoa(forgetLen)+`)`, ms)
}
