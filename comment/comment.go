// Package comment holds the words of the domain: what a comment is, where it
// may be, what can happen to it, and why it can be refused. It does no I/O and
// knows nothing of JSON, SQL or sockets; every other package speaks in it.
package comment

import (
	"cmp"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ID names one comment for good. The upper 42 bits are milliseconds since
// [idEpoch], so IDs sort by age; the lower 22 bits tell apart what was made in
// the same millisecond. Zero is no comment.
type ID int64

// idEpoch keeps 42 bits of milliseconds good until the year 2159.
var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// idEncoding has the letters of Crockford's base 32: no i, l, o, u, so that an
// ID can be read aloud and spells nothing.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an ID from a moment and the low 22 bits of salt, which must
// differ between two comments of the same millisecond.
func NewID(at time.Time, salt uint32) ID {
	return ID(at.Sub(idEpoch).Milliseconds()<<22 | int64(salt&(1<<22-1)))
}

// String writes the ID as 13 lower-case characters.
func (id ID) String() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	return idEncoding.EncodeToString(b[:])
}

// ParseID reads what [ID.String] wrote. Anything else is [ErrNotFound]: no
// comment can have that name.
func ParseID(s string) (ID, error) {
	b, err := idEncoding.DecodeString(s)
	if err != nil || len(b) != 8 {
		return 0, ErrNotFound
	}
	id := ID(binary.BigEndian.Uint64(b))
	if id <= 0 || id.String() != s {
		return 0, ErrNotFound
	}
	return id, nil
}

// Mode is the way a comment takes over the screen.
type Mode string

// The modes; the empty one means [Scroll].
const (
	Scroll  Mode = "scroll"  // from right to left
	Reverse Mode = "reverse" // from left to right
	Top     Mode = "top"     // stands at the top
	Bottom  Mode = "bottom"  // stands at the bottom
)

// Modes lists every mode in the order in which pages offer them.
var Modes = []Mode{Scroll, Reverse, Top, Bottom}

// Size is one of three letter heights.
type Size string

// The sizes; the empty one means [Medium].
const (
	Small  Size = "small"
	Medium Size = "medium"
	Big    Size = "big"
)

// Sizes lists every size, smallest first.
var Sizes = []Size{Small, Medium, Big}

// White is the default colour of a comment.
const White = "#ffffff"

// Badge marks a comment written by somebody who runs the room.
type Badge string

// The badges; an ordinary comment has none.
const (
	NoBadge        Badge = ""
	BadgeOwner     Badge = "owner"
	BadgeModerator Badge = "moderator"
)

// Source is the door a comment came through.
type Source string

// The sources.
const (
	FromAudience Source = "audience"
	FromAPI      Source = "api"
	FromReplay   Source = "replay"
	FromTwitch   Source = "twitch"
	FromYouTube  Source = "youtube"
	FromBilibili Source = "bilibili"
)

// Status is what became of a comment.
type Status string

// The statuses of a stored comment.
const (
	Shown   Status = "shown"   // on the screens
	Held    Status = "held"    // waits for a moderator
	Refused Status = "refused" // the filter or a moderator said no
	Removed Status = "removed" // was shown, then taken down
)

// Comment is one checked comment: what it says and how it looks. Text and Name
// are as shown, that is cleaned and, where a rule says so, masked.
type Comment struct {
	ID     ID
	At     time.Time // when it was accepted, to the millisecond
	Text   string
	Name   string // the author's chosen name, may be empty
	User   string // pseudonym, stable within a room, see [Draft.User]
	Mode   Mode
	Color  string // "#rrggbb", lower case
	Size   Size
	Badge  Badge
	Source Source
}

// Position is a place in a room's log. Epoch changes only when numbers could
// be used again (a room made anew, a restored backup), so a position from
// before is recognised and not mistaken for a place in the new log.
type Position struct {
	Epoch string
	Seq   int64
}

// String writes the position as EPOCH:SEQ; clients hand it back unread.
func (p Position) String() string { return p.Epoch + ":" + strconv.FormatInt(p.Seq, 10) }

// ParsePosition reads EPOCH:SEQ. ok is false for anything else.
func ParsePosition(s string) (p Position, ok bool) {
	epoch, num, found := strings.Cut(s, ":")
	if !found || epoch == "" {
		return Position{}, false
	}
	seq, err := strconv.ParseInt(num, 10, 64)
	if err != nil || seq < 0 {
		return Position{}, false
	}
	return Position{Epoch: epoch, Seq: seq}, true
}

// Role is what a key or a cookie lets its bearer do in a room.
type Role string

// The roles, from the one that may do everything down.
const (
	Owner     Role = "owner"     // all rooms, links, settings
	Moderator Role = "moderator" // one room
	Sender    Role = "sender"    // writes over the HTTP API
	Overlay   Role = "overlay"   // watches as a screen
	Audience  Role = "audience"  // watches and writes as a phone
)

// CommandLine is the role of whoever acts by a command on the server's machine.
// No link has it: who may open the data folder may do everything anyway.
const CommandLine Role = "command"

// Roles lists the roles a link can have.
var Roles = []Role{Owner, Moderator, Overlay, Audience, Sender}

// Moderates tells whether the role may take comments down and see what was
// refused.
func (r Role) Moderates() bool { return r == Owner || r == Moderator }

// Action is what a check wants to happen. A higher one is stricter.
type Action int

// The actions.
const (
	Pass   Action = iota // show it
	Mask                 // show it with the match covered
	Hold                 // a moderator decides
	Refuse               // do not show it
)

var actionNames = []string{"pass", "mask", "hold", "refuse"}

// String gives the word used in rules, in `danmaku check` and on the wire.
func (a Action) String() string {
	if a < 0 || int(a) >= len(actionNames) {
		return fmt.Sprintf("action(%d)", int(a))
	}
	return actionNames[a]
}

// ParseAction reads what [Action.String] wrote.
func ParseAction(s string) (Action, bool) {
	i := slices.Index(actionNames, s)
	return Action(i), i >= 0
}

// Span is a part of a text, counted in runes: [From, To).
type Span struct{ From, To int }

// Verdict is what the filter says of a draft, and why. Rule and the rest are
// for moderators; the audience never learns which rule or word it was.
type Verdict struct {
	Action Action
	Rule   string // the check's or list's name: "words", "links", "layout", …
	Word   string // the entry that matched, when a word did
	Detail string // why, in one English sentence fragment, for moderators
	Folded string // the text as the check read it, when folding mattered
	Spans  []Span // what matched, in runes of Text; empty when all of it did
	InName bool   // the match is in the name, and Spans count in its runes
	Text   string // the masked text, when Action is [Mask]
	Name   string // the masked name, when Action is [Mask]

	Wait time.Duration // with [RuleSlow]: until another comment is welcome
}

// Rules in [Verdict.Rule] that are limits: what they refuse was not at fault
// for what it says, so it is answered with a code of its own (slow_down,
// duplicate), counted, and not kept.
const (
	RuleSlow      = "slow"
	RuleDuplicate = "duplicate"
)

// Stricter returns the verdict with the higher action, the first of equals.
func Stricter(a, b Verdict) Verdict {
	if cmp.Compare(b.Action, a.Action) > 0 {
		return b
	}
	return a
}
