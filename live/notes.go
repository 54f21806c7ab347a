package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"danmaku/comment"
	"danmaku/live/access"
	"danmaku/room"
)

// The bounds of notes.
const (
	maxNote   = 200 // graphemes
	maxNotes  = 100 // on one person
	maxUnread = 5   // unread warnings of a person
)

// NoteRequest is a note that a moderator writes.
type NoteRequest struct {
	User  string
	Text  string
	Warn  bool
	Ready room.Warning // instead of Text: a prepared warning
}

// warnings holds the unread warnings of all rooms.
type warnings struct {
	mu sync.RWMutex
	by map[warned][]room.Note // oldest first
}

type warned struct{ room, user string }

// of lists the unread warnings of a person, oldest first.
func (w *warnings) of(roomID, user string) []room.Note {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.Clone(w.by[warned{roomID, user}])
}

// put stores a changed warning; it drops read or deleted ones.
func (w *warnings) put(n room.Note, gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := warned{n.Room, n.User}
	list := slices.DeleteFunc(slices.Clone(w.by[k]), func(other room.Note) bool { return other.ID == n.ID })
	if !gone && n.Unread() {
		list = append(list, n)
	}
	w.set(k, list)
}

// drop forgets all warnings of a person, and reports whether there were any.
func (w *warnings) drop(roomID, user string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := warned{roomID, user}
	had := len(w.by[k]) > 0
	w.set(k, nil)
	return had
}

func (w *warnings) set(k warned, list []room.Note) {
	if len(list) == 0 {
		delete(w.by, k)
		return
	}
	if w.by == nil {
		w.by = map[warned][]room.Note{}
	}
	w.by[k] = list
}

// loadWarnings reads the unread warnings.
func (svc *Service) loadWarnings(ctx context.Context) error {
	list, err := svc.notes.UnreadWarnings(ctx)
	if err != nil {
		return fmt.Errorf("load warnings: %w", err)
	}
	for _, n := range list {
		svc.warned.put(n, false)
	}
	return nil
}

// WarningsOf lists the warnings that an audience member has not dismissed, oldest first.
func (svc *Service) WarningsOf(roomID, user string) []room.Note { return svc.warned.of(roomID, user) }

// Note writes a note on a person, for all who run the room. A warning is sent to the
// person's phones until the person dismisses it. Errors: ErrNotFound for an unknown person,
// ErrNotAllowed for those who run the room, ErrInvalid, ErrBusy.
func (svc *Service) Note(ctx context.Context, roomID string, by room.Actor, q NoteRequest) (room.Note, error) {
	r, err := svc.may(roomID, by, room.NotePerson)
	if err != nil {
		return room.Note{}, err
	}
	if err := svc.checkNote(ctx, roomID, q); err != nil {
		return room.Note{}, err
	}
	n := room.Note{User: q.User, Text: q.Text, Warn: q.Warn, Ready: q.Ready}
	kind := room.ActionNote
	if n.Warn {
		kind = room.ActionWarn
	}
	receipt, err := svc.do(ctx, r, by, room.Event{Kind: room.KindNote, Note: &n, Audit: noteEntry(by, kind, n)})
	if err != nil {
		return room.Note{}, err
	}
	return *receipt.Event.Note, nil
}

// noteEntry returns the audit entry about a note.
func noteEntry(by room.Actor, kind room.Action, n room.Note) *room.AuditEntry {
	a := by.Entry(kind)
	a.User, a.Detail = n.User, n.Text
	if n.ID != 0 {
		a.About = strconv.FormatInt(n.ID, 10)
	}
	if n.Ready != "" { // a name, which each console translates
		a.Changed = []string{string(n.Ready)}
	}
	return a
}

func (svc *Service) checkNote(ctx context.Context, roomID string, q NoteRequest) error {
	switch {
	case q.Ready != "" && !q.Ready.Known():
		return room.Explain(room.ErrInvalid, "ready %q: one of %v", q.Ready, room.Warnings)
	case q.Ready != "" && !q.Warn:
		return room.Explain(room.ErrInvalid, "ready: only with warn")
	case (q.Text == "") == (q.Ready == ""):
		return room.Explain(room.ErrInvalid, "send either text or ready")
	case comment.Graphemes(q.Text) > maxNote:
		return room.Explain(room.ErrInvalid, "text: at most %d characters", maxNote)
	case !access.ValidPseudonym(q.User):
		return fmt.Errorf("note: %w", room.ErrNotFound)
	case svc.access.RoleOf(roomID, q.User).Can(room.Immune):
		return room.ErrNotAllowed
	case q.Warn && len(svc.warned.of(roomID, q.User)) >= maxUnread:
		return room.Explain(room.ErrInvalid, "This person has %d warnings that wait to be read.", maxUnread)
	}
	list, err := svc.notes.NotesOn(ctx, roomID, q.User)
	if err == nil && len(list) >= maxNotes {
		err = room.Explain(room.ErrInvalid, "There are %d notes on this person: delete some.", maxNotes)
	}
	return err
}

// DeleteNote deletes a note on a person; a warning disappears from the person's phones,
// too. Deleting a note twice is not an error. Errors: ErrNotFound, ErrBusy.
func (svc *Service) DeleteNote(ctx context.Context, roomID string, by room.Actor, user string, id int64) error {
	r, err := svc.may(roomID, by, room.NotePerson)
	if err != nil {
		return err
	}
	if !access.ValidPseudonym(user) {
		return fmt.Errorf("delete a note: %w", room.ErrNotFound)
	}
	n := room.Note{ID: id, User: user}
	list, err := svc.notes.NotesOn(ctx, roomID, user)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(n room.Note) bool { return n.ID == id }); i >= 0 {
		n = list[i] // for the text of the audit
	}
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindNoteGone, Note: &room.Note{ID: id, User: user}, Audit: noteEntry(by, room.ActionNoteGone, n)})
	return err
}

// undoNote deletes a written note, or restores a deleted one.
func (svc *Service) undoNote(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	id, err := strconv.ParseInt(a.About, 10, 64)
	if err != nil || a.User == "" { // it was deleted with its age
		return room.ErrExpired
	}
	if a.Kind != room.ActionNoteGone {
		return svc.DeleteNote(ctx, roomID, by, a.User, id)
	}
	r, err := svc.may(roomID, by, room.NotePerson)
	if err != nil {
		return err
	}
	entry := by.Entry(room.ActionNoteBack)
	entry.About, entry.User, entry.Detail, entry.Changed = a.About, a.User, a.Detail, a.Changed
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindNote, Note: &room.Note{ID: id, User: a.User}, Audit: entry})
	return err
}

// ReadWarning dismisses a warning for a person. It ignores a warning that is dismissed
// already or belongs to somebody else. Errors: ErrBusy.
func (svc *Service) ReadWarning(ctx context.Context, roomID, user string, id int64) error {
	known := slices.ContainsFunc(svc.warned.of(roomID, user), func(n room.Note) bool { return n.ID == id })
	if !known {
		return nil
	}
	n := room.Note{ID: id, User: user, Room: roomID}
	_, err := svc.journal.Append(ctx, room.Event{Room: roomID, At: svc.now(), Kind: room.KindNoteRead, Note: &n})
	if errors.Is(err, room.ErrNotFound) { // it was deleted with its age
		svc.warned.put(n, true)
		svc.sendWarnings(roomID, user)
		return nil
	}
	return err
}

// warn applies note events of the log, and updates the person's phones.
func (svc *Service) warn(e room.Event) {
	if e.Note == nil || !e.Note.Warn {
		return
	}
	svc.warned.put(*e.Note, e.Kind == room.KindNoteGone)
	svc.sendWarnings(e.Room, e.Note.User)
}

// sendWarnings sends all unread warnings to a person's phones.
func (svc *Service) sendWarnings(roomID, user string) {
	svc.outlet.SendTo(roomID, user, svc.encoder.Warned(svc.warned.of(roomID, user)))
}
