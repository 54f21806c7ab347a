package room

import (
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// Kind is the kind of an event in a room's log.
type Kind string

// The kinds of event.
const (
	KindComment Kind = "comment" // a comment goes on the screens
	KindHeld    Kind = "held"    // a comment waits for a moderator
	KindRefused Kind = "refused" // the filter, or a moderator, refused one
	KindRemove  Kind = "remove"  // comments are taken down
	KindClear   Kind = "clear"   // every screen is emptied
	KindRoom    Kind = "room"    // settings changed
	KindPin     Kind = "pin"     // one comment stays on the overlay
	KindBan     Kind = "ban"     // somebody may no longer write
	KindUnban   Kind = "unban"   // … and may again
	KindItem    Kind = "item"    // something to show beside comments was made, changed or deleted
	KindErase   Kind = "erase"   // what an author wrote is deleted for good

	KindNote     Kind = "note"      // moderators write a note on somebody, or warn somebody
	KindNoteGone Kind = "note_gone" // … it is deleted
	KindNoteRead Kind = "note_read" // … the person has read the warning

	// KindQuestion says that moderators marked a question: as answered or hidden, or merged
	// it into another.
	KindQuestion Kind = "question"

	// KindEntry is a person's part in an item: a vote. It is as durable as others, but not
	// part of the log: it has no number, and no screen gets a frame for it alone.
	KindEntry Kind = "entry"
)

// Event is one event of a room's log. Seq is zero until the journal has it; the caller that
// makes the event sets At. The kind determines which other fields are set.
type Event struct {
	Room string // the room's name
	Seq  int64  // grows within the room; gaps mean nothing
	At   time.Time
	Kind Kind
	By   string // the acting link's label; empty for an author or the program

	Comment comment.Comment // comment, held, refused
	Entry   Entry           // comment, held, refused: what is stored beside the comment
	Picture []byte          // held: the picture of a new photo, until it is stored
	From    comment.Status  // comment, refused: the status a decision starts from; empty for a new comment
	IDs     []comment.ID    // remove: the comments to take down; pin: one, or none to unpin; erase: the comments to delete, a bounded number for each call; callers repeat it until nothing is left
	User    string          // remove: everything by this author, instead of IDs; erase: the author
	Chat    string          // remove: what this chat brought recently, instead of IDs
	Setup   *Room           // room: all settings after the change
	Changed []string
	Ban     *Ban              // ban, unban
	Note    *Note             // note, note_gone, note_read
	Command *show.Command     // item: the request, until it is decided
	Item    *show.Change      // item: the result; one command can have several events
	Part    *show.Entry       // entry
	Ask     *show.MarkCommand // question: the request, until it is decided
	Mark    *show.MarkChange  // question: the result
	Audit   *AuditEntry       // its audit entry; nil for an action of an author or the program

	// Data for consoles. The log does not store it.

	Group   string       // held, or decided from held: the group of similar comments
	Waiting int          // of that group: how many wait after this event
	Groups  []GroupCount // remove: the same for each group that lost a comment
}

// GroupCount is how many comments of a group wait for a moderator.
type GroupCount struct {
	Group string
	Count int
}

// Entry is what the log stores with a comment for moderators only.
type Entry struct {
	Ref          string // the author's identifier for it, unique with User and room; may be empty
	Original     string // the text before masking; empty if not masked
	OriginalName string // the name before masking; empty if not masked
	Rule         string // see [Verdict]; empty for a comment that passed
	Word         string
	Detail       string
	Spans        []comment.Span // in code points of the stored text
	InName       bool           // Spans refer to the stored name
	Address      string         // keyed hash of the masked address, see [Draft]
	Chat         string         // the connected chat that brought it; empty for none
	Link         int64          // that the author writes with, 0 for the audience; a journal does not return it
}

// Row is a stored comment with its history.
type Row struct {
	comment.Comment
	Entry
	Seq     int64 // of the last event about it
	Status  comment.Status
	By      string // the person who decided or took it down; empty if not a person
	Cleared bool   // shown, but the screens were cleared since
}

// HistoryQuery selects rows of one room, newest first. Zero fields select everything.
type HistoryQuery struct {
	Status comment.Status
	User   string
	Text   string // part of the text or the name
	Source comment.Source
	Before int64 // only rows with a smaller Seq
	Limit  int   // 1 to 200
}

// BanKind is the strength of a ban.
type BanKind string

// The kinds of ban.
const (
	Mute    BanKind = "mute" // may watch, may not write
	FullBan BanKind = "ban"  // is disconnected and stays out
)

// Ban keeps one author, or everybody behind one address, from writing.
type Ban struct {
	ID      int64
	Room    string
	Kind    BanKind
	User    string    // pseudonym; empty for a ban by address
	Address string    // keyed hash of a masked address; empty for a ban by user
	Until   time.Time // zero: forever
	ShowEnd bool      // ends when the room is closed
	Reason  string
	By      string
	At      time.Time
}

// Active reports whether the ban is in force at now.
func (b Ban) Active(now time.Time) bool { return b.Until.IsZero() || now.Before(b.Until) }
