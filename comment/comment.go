// Package comment defines what a comment is: its text and style, its incoming draft, and
// the verdict about it. It does no I/O and knows neither rooms, JSON, SQL nor sockets.
package comment

import (
	"cmp"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// ID identifies one comment permanently. The upper 42 bits are milliseconds since
// [idEpoch], so IDs sort by age; the lower 22 bits distinguish comments of the same
// millisecond. Zero means no comment.
type ID int64

// idEpoch lets 42 bits of milliseconds last until the year 2159.
var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// idEncoding has the letters of Crockford's base 32: no i, l, o, u, so that an ID can be
// read aloud and spells no words.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an ID from a moment and the low 22 bits of salt, which must differ between
// two comments of the same millisecond. A moment before 2020 or after 2159 has no ID: the
// result is not positive then.
func NewID(at time.Time, salt uint32) ID {
	return ID(at.Sub(idEpoch).Milliseconds()<<22 | int64(salt&(1<<22-1)))
}

// Time returns the moment that an ID was made from, in milliseconds.
func (id ID) Time() time.Time { return idEpoch.Add(time.Duration(id>>22) * time.Millisecond) }

// String writes the ID as 13 lower-case characters.
func (id ID) String() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	return idEncoding.EncodeToString(b[:])
}

// ParseID parses the result of [ID.String]. Anything else is [ErrNotFound]: no comment can
// have that ID.
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

// Mode is the way a comment appears on the screen.
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

// Standing is an author's status on the platform on which they wrote. It gives no
// permissions in the room.
type Standing string

// The standings; most authors have none.
const (
	NoStanding        Standing = ""
	StandsMember      Standing = "member" // pays the channel: subscriber, member, 舰长
	StandsModerator   Standing = "moderator"
	StandsBroadcaster Standing = "broadcaster"
)

// Standings lists them all.
var Standings = []Standing{NoStanding, StandsMember, StandsModerator, StandsBroadcaster}

// Source is the origin of a comment.
type Source string

// The sources.
const (
	FromAudience Source = "audience"
	FromAPI      Source = "api"
	FromReplay   Source = "replay"
	FromTwitch   Source = "twitch"
	FromYouTube  Source = "youtube"
	FromBilibili Source = "bilibili"
	FromKick     Source = "kick"
	FromTikTok   Source = "tiktok"
	FromNiconico Source = "niconico"
	FromOther    Source = "other" // a platform that a bridge reads and that has no name here
)

// Platforms are the sources of comments that a chat or a program brings.
var Platforms = []Source{FromTwitch, FromYouTube, FromBilibili, FromKick, FromTikTok, FromNiconico, FromOther}

// Foreign reports whether a comment was written on a platform, and brought here by a chat
// or a program.
func (s Source) Foreign() bool { return slices.Contains(Platforms, s) }

// Status is the state of a comment.
type Status string

// The statuses of a stored comment.
const (
	Shown   Status = "shown"   // on the screens
	Held    Status = "held"    // waits for a moderator
	Refused Status = "refused" // by the filter or a moderator
	Removed Status = "removed" // was shown, then taken down
)

// Comment is one checked comment: its content and its appearance. Text and Name are as
// shown, that is cleaned and, where a rule requires it, masked.
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
	Paid   *Paid   // nil for most
	Emotes []Emote // pictures in Text, in order, without overlaps
	Item   string  // the list of questions of a question, or the wall of its photo; empty for a comment that flies
	Photo  *Photo  // nil for most; then Text is its author's text, or [PhotoText]

	Standing Standing // the author's on the platform; empty for most
}

// Photo is a picture that an audience member sent.
type Photo struct {
	Path          string // on this server; it cannot be guessed
	Width, Height int    // pixels
}

// PhotoText is the text of a photo without an author's text.
const PhotoText = "📷"

// Action is what a check demands. A higher one is stricter.
type Action int

// The actions.
const (
	Pass   Action = iota // show it
	Mask                 // show it with the match covered
	Hold                 // a moderator decides
	Refuse               // do not show it
)

var actionNames = []string{"pass", "mask", "hold", "refuse"}

// String returns the word used in rules, in `danmaku check` and on the wire.
func (a Action) String() string {
	if a < 0 || int(a) >= len(actionNames) {
		return fmt.Sprintf("action(%d)", int(a))
	}
	return actionNames[a]
}

// ParseAction parses the result of [Action.String].
func ParseAction(s string) (Action, bool) {
	i := slices.Index(actionNames, s)
	return Action(i), i >= 0
}

// Span is a part of a text, counted in runes: [From, To).
type Span struct{ From, To int }

// Verdict is the filter's verdict on a draft, and its reason. Rule and the rest are for
// moderators; the audience never learns which rule or word it was.
type Verdict struct {
	Action Action
	Rule   string // the check's or list's name: "words", "links", "layout", …
	Word   string // the entry that matched, when a word did
	Reason Reason // why, as a code; empty where Detail is its own sentence
	Form   Form   // the form in which the text matched
	Detail string // why, in one English sentence fragment, for moderators
	Folded string // the text as the check read it, when folding mattered
	Spans  []Span // what matched, in runes of Text; empty when all of it did
	InName bool   // the match is in the name, and Spans refer to it
	Text   string // the masked text, when Action is [Mask]
	Name   string // the masked name, when Action is [Mask]

	// Shown are Spans in the masked text or name, when Action is [Mask].
	Shown []Span
	Took  time.Duration // the decision's duration, if it was too long
	Fault string        // of the program, which prevented a decision; with the stack, without the text

	Wait time.Duration // with [RuleSlow]: until another comment is accepted
}

// Rules in [Verdict.Rule] that are limits: their refusals do not concern the text, so they
// have their own codes (slow_down, duplicate), are counted, and are not stored.
const (
	RuleSlow      = "slow"
	RuleDuplicate = "duplicate"
)

// RuleSlowDecision is the rule in [Verdict.Rule] for a text that took too long to check, or
// that could not be checked.
const RuleSlowDecision = "slow_decision"

// Stricter returns the verdict with the higher action, the first of equals.
func Stricter(a, b Verdict) Verdict {
	if cmp.Compare(b.Action, a.Action) > 0 {
		return b
	}
	return a
}
