package store

import (
	"context"
	"database/sql"
	"fmt"

	"danmaku/room"
)

const noteColumns = `n.id, r.name, n.user, n.text, n.warn, n.ready, n.read, n.actor, n.at`

// noteScan holds the columns of one note.
type noteScan struct {
	note     room.Note
	read, at int64
}

func (s *noteScan) dest() []any {
	n := &s.note
	return []any{&n.ID, &n.Room, &n.User, &n.Text, &n.Warn, &n.Ready, &s.read, &n.By, &s.at}
}

func (s *noteScan) result() room.Note {
	n := s.note
	n.Read, n.At = fromMS(s.read), fromMS(s.at)
	return n
}

// NotesOn implements live.Notes.
func (s *Store) NotesOn(ctx context.Context, roomID, user string) ([]room.Note, error) {
	return s.notes(ctx, `n.user = ? AND n.room = (SELECT id FROM rooms WHERE name = ?) AND n.gone = 0 ORDER BY n.id DESC`, user, roomID)
}

// UnreadWarnings implements live.Notes.
func (s *Store) UnreadWarnings(ctx context.Context) ([]room.Note, error) {
	return s.notes(ctx, `n.warn = 1 AND n.read = 0 AND n.gone = 0 ORDER BY n.id`)
}

func (s *Store) notes(ctx context.Context, which string, args ...any) ([]room.Note, error) {
	notes, err := list(ctx, s.read, func(rows *sql.Rows) (room.Note, error) {
		var scan noteScan
		err := rows.Scan(scan.dest()...)
		return scan.result(), err
	}, `SELECT `+noteColumns+` FROM notes n JOIN rooms r ON r.id = n.room WHERE `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	return notes, nil
}

// decideNote fills in a new note with its ID, or restores a deleted one that the event's
// Note.ID names.
func (t *txn) decideNote(place *roomState, ev room.Event) (decision, error) {
	if ev.Note == nil {
		return decision{}, malformed("no note")
	}
	if ev.Note.ID != 0 {
		n, gone, err := t.noteOf(place, ev)
		if err != nil {
			return decision{}, err
		}
		if ev.Note = &n; !gone {
			return unchanged(ev)
		}
		return decision{ev: ev}, nil
	}
	n := *ev.Note
	if n.User == "" || (n.Text == "") == (n.Ready == "") || n.Ready != "" && !(n.Warn && n.Ready.Known()) {
		return decision{}, malformed("a note needs a user and either a text or a prepared warning")
	}
	n.Room, n.By, n.At = ev.Room, ev.By, ev.At
	var err error
	if n.ID, err = t.next("last.note"); err != nil {
		return decision{}, err
	}
	ev.Note = &n
	return decision{ev: ev}, nil
}

// decideNoteEnd finds the note to delete or mark as read; the event then has the whole
// note. Of two that do the same, the second gets the receipt that it is done.
func (t *txn) decideNoteEnd(place *roomState, ev room.Event) (decision, error) {
	if ev.Note == nil {
		return decision{}, malformed("no note is named")
	}
	n, gone, err := t.noteOf(place, ev)
	if err != nil {
		return decision{}, err
	}
	read := ev.Kind == room.KindNoteRead
	ev.Note = &n
	if gone || read && !n.Unread() {
		return unchanged(ev)
	}
	if read {
		n.Read = fromMS(max(toMS(ev.At), 1))
	}
	return decision{ev: ev}, nil
}

// noteOf reads the note that an event names; if the event names a user, the note must be
// theirs.
func (t *txn) noteOf(place *roomState, ev room.Event) (n room.Note, gone bool, err error) {
	var scan noteScan
	const q = `SELECT ` + noteColumns + `, n.gone > 0 FROM notes n JOIN rooms r ON r.id = n.room WHERE n.id = ? AND n.room = ? AND ? IN ('', n.user)`
	err = t.get(q, []any{ev.Note.ID, place.id, ev.Note.User}, append(scan.dest(), &gone)...)
	return scan.result(), gone, err
}

// keepNote writes a note's new state.
func (t *txn) keepNote(place *roomState, ev room.Event) error {
	n := ev.Note
	if n == nil {
		return malformed("no note")
	}
	switch ev.Kind {
	case room.KindNoteGone:
		_, err := t.exec("UPDATE notes SET gone = 1, changed = ? WHERE id = ?", toMS(ev.At), n.ID)
		return err
	case room.KindNoteRead:
		_, err := t.exec("UPDATE notes SET read = ?, changed = ? WHERE id = ?", toMS(n.Read), toMS(ev.At), n.ID)
		return err
	}
	if err := t.recordNumber("last.note", n.ID); err != nil {
		return err
	}
	const q = `INSERT INTO notes (id, room, user, text, warn, ready, read, actor, at, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET gone = 0, changed = excluded.changed`
	_, err := t.exec(q, n.ID, place.id, n.User, n.Text, n.Warn, string(n.Ready), toMS(n.Read), n.By, toMS(n.At), toMS(ev.At))
	return err
}

// eraseNotes deletes all notes on an author, and what the log says of them.
func (t *txn) eraseNotes(place *roomState, ev room.Event) error {
	rows, err := t.exec("DELETE FROM notes WHERE room = ? AND user = ?", place.id, ev.User)
	if err != nil || rows == 0 { // scans the whole log, for the few
		return err
	}
	const q = `DELETE FROM events WHERE room = ?1 AND kind IN (?3, ?4, ?5) AND json_extract(data, '$.note.user') = ?2`
	_, err = t.exec(q, place.id, ev.User, code(kinds, room.KindNote), code(kinds, room.KindNoteGone), code(kinds, room.KindNoteRead))
	return err
}

// noteData is a note in an event's row.
type noteData struct {
	ID     int64        `json:"id"`
	User   string       `json:"user"`
	Text   string       `json:"text,omitempty"`
	Warn   bool         `json:"warn,omitempty"`
	Ready  room.Warning `json:"ready,omitempty"`
	ReadMS int64        `json:"read_ms,omitempty"`
	By     string       `json:"by,omitempty"`
	AtMS   int64        `json:"at_ms,omitempty"`
}

func encodeNote(n *room.Note) *noteData {
	if n == nil {
		return nil
	}
	return &noteData{ID: n.ID, User: n.User, Text: n.Text, Warn: n.Warn, Ready: n.Ready, ReadMS: toMS(n.Read), By: n.By, AtMS: toMS(n.At)}
}

func decodeNote(roomID string, n *noteData) *room.Note {
	if n == nil {
		return nil
	}
	return &room.Note{ID: n.ID, Room: roomID, User: n.User, Text: n.Text, Warn: n.Warn, Ready: n.Ready, Read: fromMS(n.ReadMS), By: n.By, At: fromMS(n.AtMS)}
}
