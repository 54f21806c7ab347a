package comment

import "time"

// Kind says what an event in a room's log tells.
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
)

// Event is one line of a room's log. Seq is zero until the journal has it; At
// is set by whoever makes the event. Which of the other fields are set depends
// on the kind.
type Event struct {
	Room string // the room's name
	Seq  int64  // grows within the room; gaps mean nothing
	At   time.Time
	Kind Kind
	By   string // the acting link's label; empty for an author or the program

	Comment Comment // comment, held, refused
	Entry   Entry   // comment, held, refused: what is stored beside the comment
	From    Status  // comment, refused: the status a decision starts from; empty for a new comment
	IDs     []ID    // remove: what is taken down; pin: one, or none to unpin
	User    string  // remove: everything by this author, instead of IDs
	Setup   *Room   // room: all settings after the change
	Changed []string
	Ban     *Ban // ban, unban
	Act     *Act // what the audit says of it; nil for an author's doing or the program's
}

// Entry is what the log keeps with a comment and only moderators see.
type Entry struct {
	Ref      string // the author's own name for it, unique with User and room; may be empty
	Original string // the text before masking; empty when nothing was masked
	Rule     string // see [Verdict]; empty for a comment that passed
	Word     string
	Detail   string
	Spans    []Span
	Address  string // keyed hash of the masked address, see [Draft]
}

// Row is a stored comment as history shows it.
type Row struct {
	Comment
	Entry
	Seq     int64 // of the last event about it
	Status  Status
	By      string // who decided or took it down; empty when nobody did
	Cleared bool   // shown, but the screens were cleared since
}

// HistoryQuery selects rows of one room, newest first. Zero fields do not
// select.
type HistoryQuery struct {
	Status Status
	User   string
	Text   string // part of the text or the name
	Source Source
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
	Until   time.Time // zero: for ever
	ShowEnd bool      // ends when the room is closed
	Reason  string
	By      string
	At      time.Time
}

// Active tells whether the ban holds at the moment now.
func (b Ban) Active(now time.Time) bool { return b.Until.IsZero() || now.Before(b.Until) }
