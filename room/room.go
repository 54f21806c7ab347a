// Package room defines what a room is and what can happen in it: its settings and roles,
// the events of its log, bans, access links, the audit, and the errors for refusals. It
// does no I/O and knows neither SQL nor sockets.
package room

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"danmaku/comment"
)

// State says whether a room accepts comments.
type State string

// The states of a room.
const (
	Open   State = "open"
	Paused State = "paused" // a send is answered room_paused; flying comments fly on
	Closed State = "closed" // sending is off; consoles and overlays stay
)

// Review says what happens to comments that a check holds.
type Review string

// The values of Review.
const (
	ReviewOff  Review = "off"  // a hold becomes a refusal
	ReviewHeld Review = "held" // held ones wait for a moderator
	ReviewAll  Review = "all"  // every comment waits for a moderator
)

// Limits that hold for every room.
const (
	MaxDelay    = 10 * time.Second // of the broadcast delay
	MaxSlow     = 120 * time.Second
	MaxTitleLen = 60  // graphemes
	MaxNoteLen  = 200 // graphemes of the room's message
)

// Room is a room's name and settings, and the fields beside them that no PATCH of the
// settings may change. Its position in the log is not part of it.
type Room struct {
	ID string // as in the URL: 1–32 of a–z 0–9 - _
	Settings
	Archived bool    // not listed; its log stays
	Lock     *Lock   // set during a lock-down
	Secret   bool    // phones need the key of an audience link
	Emotes   []Emote // the room's own, in the order in which they were added

	// Facts about the running server for the audience; not stored with the room.

	SecondOpinion bool // comments are sent to an operator's service
	Webhooks      bool // comments are sent to the owner's URLs
	TextLeaves    bool // comments leave the server for another program: one of these, or any other
	KeepDays      int  // number of days after which comments are deleted; 0: never
}

// PicturePath returns the path of a room's picture on the server, by the hex hash of its
// bytes.
func PicturePath(room, hash string) string { return "/r/" + room + "/picture/" + hash + ".jpg" }

var pictureName = regexp.MustCompile(`^/r/([a-z0-9][a-z0-9_-]{0,31})/picture/[0-9a-f]{16}\.jpg$`)

// WithoutForeignPicture returns the room without a picture that is not its own. Every
// visitor would load any other URL, with their cookies; older versions stored any path
// of the server.
func (r Room) WithoutForeignPicture() Room {
	if m := pictureName.FindStringSubmatch(r.Look.Picture); m == nil || m[1] != r.ID {
		r.Look.Picture = ""
	}
	return r
}

// New returns a room with the defaults of the protocol.
func New(id string) Room {
	return Room{ID: id, Settings: Settings{
		Title: id, State: Open, Review: ReviewHeld, MaxLength: 100,
		Modes: slices.Clone(comment.Modes), Sizes: slices.Clone(comment.Sizes),
		Newcomers: NewcomersOpen, URLs: URLsRefused,
	}}
}

var (
	roomName     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)
	rgb          = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// ValidID reports whether s is a valid room name.
func ValidID(s string) bool { return roomName.MatchString(s) }

// Limits returns the room's limits for comments.
func (r Room) Limits() comment.Limits {
	return comment.Limits{MaxLength: r.MaxLength, Modes: r.Modes, Colors: r.Colors, Sizes: r.Sizes}
}

// Validate returns every setting that is out of bounds, joined.
func (r Room) Validate() error {
	var faults []error
	if !ValidID(r.ID) {
		faults = append(faults, fmt.Errorf("room name %q: use 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit", r.ID))
	}
	faults = append(faults, r.Settings.faults()...)
	if r.Archived && r.State != Closed {
		faults = append(faults, errors.New("an archived room is closed"))
	}
	return errors.Join(faults...)
}

// Tidy returns the room with each text as one line without control characters, and colours
// in lower case.
func (r Room) Tidy() Room {
	r.Settings = r.Settings.tidy()
	return r
}
