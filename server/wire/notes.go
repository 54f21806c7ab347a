package wire

import (
	"strconv"

	"danmaku/room"
)

// PersonNote is a moderator's note about a person.
type PersonNote struct {
	ID    string       `json:"id"`
	User  string       `json:"user"`
	Text  string       `json:"text,omitempty"`
	Warn  bool         `json:"warn,omitempty"`
	Ready room.Warning `json:"ready,omitempty"` // a prepared warning, instead of the text
	Read  int64        `json:"read,omitempty"`  // when the person dismissed the warning, ms
	By    string       `json:"by,omitempty"`
	At    int64        `json:"at"`
}

// PersonNoteOf returns a note as moderators see it.
func PersonNoteOf(n room.Note) PersonNote {
	return PersonNote{ID: strconv.FormatInt(n.ID, 10), User: n.User, Text: n.Text, Warn: n.Warn, Ready: n.Ready, Read: UnixMS(n.Read), By: n.By, At: UnixMS(n.At)}
}

// NotesOf returns notes as moderators see them; never nil.
func NotesOf(notes []room.Note) []PersonNote {
	out := make([]PersonNote, len(notes))
	for i, n := range notes {
		out[i] = PersonNoteOf(n)
	}
	return out
}

// NoteEvent informs consoles that a note was written, deleted, restored or read.
type NoteEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	PersonNote
}

// Warning is a warning as phones get it.
type Warning struct {
	ID    string       `json:"id"`
	Text  string       `json:"text,omitempty"`
	Ready room.Warning `json:"ready,omitempty"`
	At    int64        `json:"at"`
}

// WarningsOf returns warnings as the warned person sees them; never nil.
func WarningsOf(notes []room.Note) []Warning {
	out := make([]Warning, len(notes))
	for i, n := range notes {
		out[i] = Warning{ID: strconv.FormatInt(n.ID, 10), Text: n.Text, Ready: n.Ready, At: UnixMS(n.At)}
	}
	return out
}

// Warned implements live.Encoder.
func (Encoder) Warned(unread []room.Note) []byte {
	return Marshal(struct {
		Type     string    `json:"type"`
		Warnings []Warning `json:"warnings"`
	}{"user", WarningsOf(unread)})
}
