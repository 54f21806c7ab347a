package comment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Receipt is a journal's answer to one event.
type Receipt struct {
	Event Event
	// Again is true when nothing was written: Event then says what stands
	// already. For a bound ref or a decided comment its Kind is comment, held or
	// refused (remove for a comment that was taken down).
	Again bool
}

// RoomRecord is a room as stored, with its place in the log.
type RoomRecord struct {
	Room
	Head   Position
	Pinned ID // 0: nothing is pinned
}

// RuleFault is something about a line of a list that its author should know.
type RuleFault struct {
	Line    int    // from 1
	Entry   string // as written
	Code    string // what is the matter, for who says it in another language
	Word    string // of the sentence: what was written, or a comment as an example
	N, Of   int    // its numbers
	Message string // the sentence in English
	Warning bool   // the line works, but perhaps not as meant; otherwise it is left out
}

// Link is a role on a room with a key that can be taken back.
type Link struct {
	ID       int64
	Room     string // empty: all rooms
	Role     Role
	Label    string
	Hash     []byte // SHA-256 of the key
	Made     time.Time
	LastUsed time.Time // to the minute; zero when never
	Revoked  time.Time // zero while it is good
}

// RuleList is a named list of keyword rules, in the language of package
// moderation.
type RuleList struct {
	Room    string // empty: for every room
	Name    string
	Text    string // one rule a line
	On      bool
	Changed time.Time
}

// Version tells one state of a list from others: what it says, and whether it is
// on.
func (l RuleList) Version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%t\n%s", l.On, l.Text))
	return hex.EncodeToString(sum[:12])
}

// Style is how an overlay looks, kept under a name for those who run a room.
type Style struct {
	Room    string
	Name    string
	Options map[string]string // as an overlay's address has them
	CSS     string            // what OBS's box Custom CSS gets
	Changed time.Time
}

// On tells whether the link is one for a room.
func (l Link) On(room string) bool { return l.Room == "" || l.Room == room }

// Allows tells whether the link lets its bearer watch a room in a view.
func (l Link) Allows(room string, v View) bool {
	if !l.On(room) {
		return false
	}
	switch v {
	case ViewConsole:
		return l.Role.Moderates()
	case ViewOverlay:
		return l.Role == Overlay || l.Role.Moderates()
	case ViewAudience:
		return l.Role == Audience || l.Role.Moderates()
	}
	return false
}

// View is what a socket sees: the role it asked for. A console is opened by an
// owner or a moderator.
type View string

// The views.
const (
	ViewOverlay  View = "overlay"
	ViewAudience View = "audience"
	ViewConsole  View = "console"
)

// Views lists the views.
var Views = []View{ViewOverlay, ViewAudience, ViewConsole}

// Person is what is known of an author in one room.
type Person struct {
	User        string
	Names       []string       // chosen lately, at most five
	Counts      map[Status]int // comments
	First, Last time.Time      // comment; zero without one
}
