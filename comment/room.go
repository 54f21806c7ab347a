package comment

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// State is whether a room takes comments.
type State string

// The states of a room.
const (
	Open   State = "open"
	Paused State = "paused" // sends are answered room_paused; what flies, flies on
	Closed State = "closed" // nobody may send; consoles and overlays stay
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
	MaxTextBytes = 1024             // of a text, whatever the room allows
	MaxNameLen   = 20               // graphemes
	MaxDelay     = 10 * time.Second // of the delay line
	MaxSlow      = 120 * time.Second
	MaxTitleLen  = 60  // graphemes
	MaxNoteLen   = 200 // graphemes of the room's message
)

// Room is a room's name and settings. Its place in the log is not part of it.
type Room struct {
	ID        string // as in the address: 1–32 of a–z 0–9 - _
	Title     string
	State     State
	Review    Review
	Slow      time.Duration // least time between two comments of one author; 0 off
	MaxLength int           // graphemes
	Modes     []Mode        // allowed; Scroll always is
	Colors    []string      // allowed besides white; empty allows any
	Sizes     []Size        // allowed; Medium always is
	Message   string        // shown to the audience under the title
	Delay     time.Duration // how far overlays and phones lag behind, 0–10 s
	Newcomers Gate          // Hold or Allow
	Links     Gate          // Refused or Allow
	Phrases   []string      // quick phrases and emoji offered to the audience
	Look      Look
	Archived  bool  // off every list; its log stays
	Lock      *Lock // set during a lock-down
	Secret    bool  // phones come in with an audience link's key alone
}

// Gate lets something through or does not.
type Gate string

// The gates, named as on the wire.
const (
	GateOpen    Gate = "open"
	GateHeld    Gate = "held"
	GateAllowed Gate = "allowed"
	GateRefused Gate = "refused"
)

// Look is how a room dresses the audience page.
type Look struct {
	Color   string // "#rrggbb" or empty
	Picture string // path on our own origin or empty
}

// NewRoom gives a room with the defaults of the protocol.
func NewRoom(id string) Room {
	return Room{
		ID: id, Title: id, State: Open, Review: ReviewHeld, MaxLength: 100,
		Modes: slices.Clone(Modes), Colors: nil, Sizes: slices.Clone(Sizes),
		Newcomers: GateOpen, Links: GateRefused,
	}
}

var (
	roomName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	rgb      = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// ValidRoomID tells whether s can name a room.
func ValidRoomID(s string) bool { return roomName.MatchString(s) }

// Validate lists every setting that is out of bounds, joined.
func (r Room) Validate() error {
	var faults []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(ValidRoomID(r.ID), "room name %q: use 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit", r.ID)
	fault(Graphemes(r.Title) <= MaxTitleLen, "title: at most %d characters", MaxTitleLen)
	fault(Graphemes(r.Message) <= MaxNoteLen, "message: at most %d characters", MaxNoteLen)
	fault(slices.Contains([]State{Open, Paused, Closed}, r.State), "state %q: open, paused or closed", r.State)
	fault(slices.Contains([]Review{ReviewOff, ReviewHeld, ReviewAll}, r.Review), "review %q: off, held or all", r.Review)
	fault(r.Slow >= 0 && r.Slow <= MaxSlow, "slow mode: 0 to %v", MaxSlow)
	fault(r.Delay >= 0 && r.Delay <= MaxDelay, "delay: 0 to %v", MaxDelay)
	fault(r.MaxLength >= 1 && r.MaxLength <= 500, "length: 1 to 500 characters")
	for _, m := range r.Modes {
		fault(slices.Contains(Modes, m), "mode %q is unknown", m)
	}
	for _, s := range r.Sizes {
		fault(slices.Contains(Sizes, s), "size %q is unknown", s)
	}
	for _, c := range r.Colors {
		fault(rgb.MatchString(c), "colour %q: write #rrggbb", c)
	}
	fault(r.Newcomers == GateOpen || r.Newcomers == GateHeld, "newcomers %q: open or held", r.Newcomers)
	fault(r.Links == GateAllowed || r.Links == GateRefused, "links %q: allowed or refused", r.Links)
	fault(r.Look.Color == "" || rgb.MatchString(r.Look.Color), "look colour %q: write #rrggbb", r.Look.Color)
	fault(!r.Archived || r.State == Closed, "an archived room is closed")
	fault(len(r.Look.Picture) <= 200 && (r.Look.Picture == "" || strings.HasPrefix(r.Look.Picture, "/") && !strings.HasPrefix(r.Look.Picture, "//")),
		"look picture %q: a path on this server", r.Look.Picture)
	fault(len(r.Colors) <= 64 && len(r.Modes) <= 16 && len(r.Sizes) <= 16, "colours, modes or sizes: too many")
	fault(len(r.Phrases) <= 24, "phrases: at most 24")
	for _, p := range r.Phrases {
		fault(p != "" && Graphemes(p) <= 20, "phrase %q: 1 to 20 characters", p)
	}
	return errors.Join(faults...)
}

// Tidy gives the room with its texts as one line each, without controls, and
// its colours in lower case.
func (r Room) Tidy() Room {
	r.Title, r.Message = clean(r.Title), clean(r.Message)
	r.Phrases, r.Colors = slices.Clone(r.Phrases), slices.Clone(r.Colors)
	for i, p := range r.Phrases {
		r.Phrases[i] = clean(p)
	}
	for i, c := range r.Colors {
		r.Colors[i] = strings.ToLower(c)
	}
	r.Look.Color = strings.ToLower(r.Look.Color)
	return r
}
