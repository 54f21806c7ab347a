package store

import (
	"errors"
	"fmt"
	"strconv"

	"danmaku/comment"
)

// errMalformed is wrapped by what Append says of an event that makes no sense.
// Only a fault of the program can bring one here.
var errMalformed = errors.New("malformed event")

// txn is the transaction under way and what it knows of the rooms.
type txn struct {
	*writer
	rooms  map[string]*roomState
	events []comment.Event // new in the log, in order
	bump   bool            // the change counter goes up
}

// roomState is a room within one transaction.
type roomState struct {
	id      int64
	head    int64 // highest number given
	written int64 // … according to the database
}

// room reads a room's place in the log once for each transaction, so that
// nothing in memory has to be taken back when a transaction fails.
func (t *txn) room(name string) (*roomState, error) {
	if r, ok := t.rooms[name]; ok {
		return r, nil
	}
	var r roomState
	if err := t.get("SELECT id, seq FROM rooms WHERE name = ?", []any{name}, &r.id, &r.head); err != nil {
		return nil, err
	}
	r.written = r.head
	t.rooms[name] = &r
	return &r, nil
}

// flush writes what the transaction gathered in memory.
func (t *txn) flush() error {
	for _, r := range t.rooms {
		if r.head == r.written {
			continue
		}
		if _, err := t.exec("UPDATE rooms SET seq = ? WHERE id = ?", r.head, r.id); err != nil {
			return err
		}
	}
	if !t.bump {
		return nil
	}
	_, err := t.exec("UPDATE meta SET value = value + 1 WHERE key = 'changes'")
	return err
}

// user gives the row of an author, and makes it the first time.
func (t *txn) user(room int64, name string) (int64, error) {
	key := userKey{room, name}
	if id, ok := t.users[key]; ok {
		return id, nil
	}
	var id int64
	err := t.get("SELECT id FROM users WHERE room = ? AND name = ?", []any{room, name}, &id)
	if errors.Is(err, comment.ErrNotFound) {
		id, err = t.insert("INSERT INTO users (room, name) VALUES (?, ?)", room, name)
	}
	if err != nil {
		return 0, err
	}
	if len(t.users) >= usersLen {
		clear(t.users)
	}
	t.users[key] = id
	return id, nil
}

// apply writes one event and what it changes. With comment.ErrNotFound or
// errMalformed nothing was written.
func (t *txn) apply(ev comment.Event) (comment.Receipt, error) {
	room, err := t.room(ev.Room)
	if err != nil {
		return comment.Receipt{}, err
	}
	ev.Seq = 0
	ev = tidy(ev)
	switch ev.Kind {
	case comment.KindComment, comment.KindHeld, comment.KindRefused:
		if ev.From != "" {
			return t.decide(room, ev)
		}
		return t.add(room, ev)
	case comment.KindRemove:
		return t.remove(room, ev)
	case comment.KindClear:
		return t.clear(room, ev)
	case comment.KindRoom:
		return t.setup(room, ev)
	case comment.KindPin:
		return t.pin(room, ev)
	case comment.KindBan:
		return t.ban(room, ev)
	case comment.KindUnban:
		return t.unban(room, ev)
	}
	return comment.Receipt{}, malformed("kind %q is unknown", ev.Kind)
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errMalformed}, args...)...)
}

// record gives the event the next number and writes it down.
func (t *txn) record(room *roomState, ev comment.Event) (comment.Receipt, error) {
	room.head++
	ev.Seq = room.head
	data, err := encodeData(ev)
	if err != nil {
		return comment.Receipt{}, malformed("%v", err)
	}
	var about any
	switch ev.Kind {
	case comment.KindComment, comment.KindHeld, comment.KindRefused:
		about = int64(ev.Comment.ID)
	}
	const q = `INSERT INTO events (room, seq, at, kind, comment, actor, data) VALUES (?, ?, ?, ?, ?, ?, ?)`
	if _, err := t.exec(q, room.id, ev.Seq, toMS(ev.At), code(kinds, ev.Kind), about, ev.By, data); err != nil {
		return comment.Receipt{}, err
	}
	if ev.Act != nil {
		a := *ev.Act
		a.At = ev.At
		if ev.Ban != nil && a.About == "" { // it has its number since a moment ago
			a.About = strconv.FormatInt(ev.Ban.ID, 10)
		}
		if _, err := t.act(room.id, a); err != nil {
			return comment.Receipt{}, err
		}
	}
	t.events = append(t.events, ev)
	return comment.Receipt{Event: ev}, nil
}

// clear empties the screens, of the pinned comment, too.
func (t *txn) clear(room *roomState, ev comment.Event) (comment.Receipt, error) {
	if _, err := t.exec("UPDATE rooms SET cleared = ?, pinned = 0 WHERE id = ?", room.head+1, room.id); err != nil {
		return comment.Receipt{}, err
	}
	return t.record(room, ev)
}

func (t *txn) setup(room *roomState, ev comment.Event) (comment.Receipt, error) {
	if ev.Setup == nil || ev.Setup.ID != ev.Room {
		return comment.Receipt{}, malformed("the settings are not those of room %q", ev.Room)
	}
	setup := *ev.Setup
	ev.Setup = &setup
	text, err := encodeRoom(setup)
	if err != nil {
		return comment.Receipt{}, malformed("%v", err)
	}
	if _, err := t.exec("UPDATE rooms SET settings = ? WHERE id = ?", text, room.id); err != nil {
		return comment.Receipt{}, err
	}
	t.bump = true
	return t.record(room, ev)
}

// pin writes which comment stays on the overlay. One that was taken down in the
// meantime cannot.
func (t *txn) pin(room *roomState, ev comment.Event) (comment.Receipt, error) {
	if len(ev.IDs) > 1 {
		return comment.Receipt{}, malformed("%d comments to pin", len(ev.IDs))
	}
	if len(ev.IDs) == 1 {
		row, err := t.row(room, ev.IDs[0])
		if err != nil {
			return comment.Receipt{}, err
		}
		if row.Status != comment.Shown {
			return standing(ev.Room, row), nil
		}
	}
	var pinned int64
	if len(ev.IDs) == 1 {
		pinned = int64(ev.IDs[0])
	}
	n, err := t.exec("UPDATE rooms SET pinned = ?1 WHERE id = ?2 AND pinned <> ?1", pinned, room.id)
	if err != nil {
		return comment.Receipt{}, err
	}
	if n == 0 {
		return comment.Receipt{Event: ev, Again: true}, nil
	}
	return t.record(room, ev)
}
