package room

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"danmaku/comment"
)

// Receipt is a journal's answer to one event.
type Receipt struct {
	Event Event
	// Again is true when nothing was written: Event then says what stands
	// already. For a bound ref or a decided comment its Kind is comment, held or
	// refused (remove for a comment that was taken down).
	Again bool
	// Last is the number of the last event that it brought with it, such as the other
	// items of a new order; 0 where a journal does not say.
	Last int64
}

// Record is a room as stored, with its place in the log.
type Record struct {
	Room
	Head   Position
	Pinned comment.ID // 0: nothing is pinned
}

// RuleFault is something about a line of a list that its author should know.
type RuleFault struct {
	Line    int    // from 1
	Entry   string // as written
	Code    string // what is wrong, for who says it in another language
	Word    string // of the sentence: what was written, or a comment as an example
	N, Of   int    // its numbers
	Message string // the sentence in English
	Warning bool   // the line works, but perhaps not as meant; otherwise it is left out
	Over    bool   // the line is more than a room can have: the list cannot be saved with it
}

// AccessLink is a role on a room with a key that can be taken back.
type AccessLink struct {
	ID       int64
	Room     string // empty: all rooms
	Role     Role
	Label    string
	Hash     []byte // SHA-256 of the key
	Made     time.Time
	LastUsed time.Time // to the minute; zero when never
	Revoked  time.Time // zero while it is good
	Press    Press     // what a button does; empty for other links
}

// RuleList is a named list of keyword rules, in the language of package
// moderation.
type RuleList struct {
	Room    string // empty: for every room
	Name    string
	Text    string // one rule a line
	On      bool
	Changed time.Time
	// Revision is different for every state that the list had; 0 for one that is not
	// stored.
	Revision int64
}

// RuleChange replaces, makes or deletes one list of rules.
type RuleChange struct {
	Room, Name string
	Was        int64       // the revision it was made from; 0: there was no such list
	Now        *RuleList   // nil: the list is deleted
	Audit      *AuditEntry // for the audit; nil: none
}

// Version is different for every state of a list: what it says, and whether it is on.
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

// On reports whether the link is one for a room.
func (l AccessLink) On(room string) bool { return l.Room == "" || l.Room == room }

// Can reports whether the link gives a permission in a room.
func (l AccessLink) Can(p Permission, room string) bool { return l.Role.Can(p) && l.On(room) }

// Allows reports whether the link lets its bearer watch a room in a view.
func (l AccessLink) Allows(room string, v View) bool { return l.Can(v.Permission(), room) }

// Path is where the link leads on the server, without its key; room is where a link
// for all rooms leads to, and may be empty.
func (l AccessLink) Path(room string) string {
	if l.Room != "" {
		room = l.Room
	}
	switch l.Role.Opens() {
	case ViewConsole:
		if room == "" || l.Role.AllRooms() {
			return "/console"
		}
		return "/console/" + room
	case ViewOverlay:
		return "/overlay/" + room
	case ViewAudience:
		return "/r/" + room
	}
	if l.Press != "" {
		return "/api/rooms/" + room + "/press/" + string(l.Press)
	}
	return "/api/rooms/" + room + "/comments"
}

// Actor is the link as somebody who acts.
func (l AccessLink) Actor() Actor {
	return Actor{Role: l.Role, Room: l.Room, Label: l.Label, Link: l.ID}
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

// Permission is what watching a view takes.
func (v View) Permission() Permission {
	return map[View]Permission{ViewOverlay: WatchOverlay, ViewAudience: WatchAudience, ViewConsole: WatchConsole}[v]
}

// Views lists the views.
var Views = []View{ViewOverlay, ViewAudience, ViewConsole}

// Person is what is known of an author in one room.
type Person struct {
	User        string
	Names       []string               // chosen lately, at most five
	Counts      map[comment.Status]int // comments
	First, Last time.Time              // comment; zero without one
}
