// Package room holds what a room is and what can happen in it: its settings and
// roles, the events of its log, bans, access links, the audit, and the errors with
// which something is not done. It does no I/O and knows nothing of SQL or sockets.
package room

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"danmaku/comment"
)

// State is whether a room takes comments.
type State string

// The states of a room.
const (
	Open   State = "open"
	Paused State = "paused" // sends are answered room_paused; what flies, flies on
	Closed State = "closed" // sending is off; consoles and overlays stay
)

// Review says what happens to comments that a check holds.
type Review string

// The ways of review.
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

// Room is a room's name and settings, and what stands beside them, since no PATCH
// of the settings may reach it. Its place in the log is not part of it.
type Room struct {
	ID string // as in the address: 1–32 of a–z 0–9 - _
	Settings
	Archived bool    // off every list; its log stays
	Lock     *Lock   // set during a lock-down
	Secret   bool    // phones come in with an audience link's key alone
	Emotes   []Emote // of the room's own, in the order in which they were added

	// What the audience should know of the running server; not stored with the room.

	SecondOpinion bool // comments are sent to a service of the operator
	Webhooks      bool // comments are sent to addresses of the owner
	TextLeaves    bool // comments leave the server for another program: one of these, or whatever else
	KeepDays      int  // after so many days comments are deleted; 0: never
}

// PicturePath is where the server serves a picture of a room, by the hash of its
// bytes in hex.
func PicturePath(room, hash string) string { return "/r/" + room + "/picture/" + hash + ".jpg" }

var pictureName = regexp.MustCompile(`^/r/([a-z0-9][a-z0-9_-]{0,31})/picture/[0-9a-f]{16}\.jpg$`)

// Undressed is the room without a picture that is not its own. Any other address
// would be loaded by every visitor, with their cookies; older versions let any path
// of the server be stored.
func (r Room) Undressed() Room {
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

// ValidID reports whether s can name a room.
func ValidID(s string) bool { return roomName.MatchString(s) }

// Limits is what the room allows of a comment.
func (r Room) Limits() comment.Limits {
	return comment.Limits{MaxLength: r.MaxLength, Modes: r.Modes, Colors: r.Colors, Sizes: r.Sizes}
}

// Validate lists every setting that is out of bounds, joined.
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

// Tidy returns the room with texts as one line each, without controls, and
// colours in lower case.
func (r Room) Tidy() Room {
	r.Settings = r.Settings.tidy()
	return r
}
