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

	KindNote     Kind = "note"      // moderators keep a note on somebody, or warn somebody
	KindNoteGone Kind = "note_gone" // … it is deleted
	KindNoteRead Kind = "note_read" // … the person has read the warning

	// KindQuestion says what moderators have made of a question: it is answered, hidden,
	// or merged into another.
	KindQuestion Kind = "question"

	// KindEntry is somebody's part in an item: a vote. It is durable like all others, but
	// no line of the log: it has no number, and no screen gets a frame for it alone.
	KindEntry Kind = "entry"
)

// Event is one line of a room's log. Seq is zero until the journal has it; At
// is set by the caller that makes the event. Which of the other fields are set depends
// on the kind.
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
	IDs     []comment.ID    // remove: what is taken down; pin: one, or none to unpin; erase: what is deleted, a bounded number per call; callers repeat it until nothing is left
	User    string          // remove: everything by this author, instead of IDs; erase: whose
	Chat    string          // remove: what this chat brought lately, instead of IDs
	Setup   *Room           // room: all settings after the change
	Changed []string
	Ban     *Ban              // ban, unban
	Note    *Note             // note, note_gone, note_read
	Command *show.Command     // item: what is asked for, until it is decided
	Item    *show.Change      // item: what it came to; one command can have several events
	Part    *show.Entry       // entry
	Ask     *show.MarkCommand // question: what is asked for, until it is decided
	Mark    *show.MarkChange  // question: what it came to
	Audit   *AuditEntry       // what the audit says of it; nil for an author's doing or the program's

	// What consoles get beside it. The log does not keep it.

	Group   string       // held, or decided from held: what comments share that are alike
	Waiting int          // of these: how many of the group wait once this has happened
	Groups  []GroupCount // remove: the same of each group that lost one
}

// GroupCount is how many comments wait for a moderator that are alike.
type GroupCount struct {
	Group string
	Count int
}

// Entry is what the log keeps with a comment and only moderators see.
type Entry struct {
	Ref          string // the author's own name for it, unique with User and room; may be empty
	Original     string // the text before masking; empty when it was not masked
	OriginalName string // the name before masking; empty when it was not masked
	Rule         string // see [Verdict]; empty for a comment that passed
	Word         string
	Detail       string
	Spans        []comment.Span // in code points of the text as it is kept
	InName       bool           // Spans count in the name as it is kept
	Address      string         // keyed hash of the masked address, see [Draft]
	Chat         string         // the connected chat that brought it; empty for none
	Link         int64          // by which the author writes, 0 for the audience; it does not come back from a journal
}

// Row is a stored comment as history shows it.
type Row struct {
	comment.Comment
	Entry
	Seq     int64 // of the last event about it
	Status  comment.Status
	By      string // who decided or took it down; empty when it was not a person
	Cleared bool   // shown, but the screens were cleared since
}

// HistoryQuery selects rows of one room, newest first. Zero fields do not
// select.
type HistoryQuery struct {
	Status comment.Status
	User   string
	Text   string // part of the text or the name
	Source comment.Source
	Before int64 // only rows with a smaller Seq
	Limit  int   // 1 to 200
}

// BanKind is how much a ban takes away.
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

// Active reports whether the ban holds at the moment now.
func (b Ban) Active(now time.Time) bool { return b.Until.IsZero() || now.Before(b.Until) }
