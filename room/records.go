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
	// Again reports that nothing was written: Event is then the earlier event that holds.
	// For a bound ref or a decided comment its Kind is comment, held or refused (remove for
	// a comment that was taken down).
	Again bool
	// Last is the number of the last event that it caused, such as the other items of a new
	// order; 0 if a journal does not set it.
	Last int64
}

// Record is a stored room with its position in the log.
type Record struct {
	Room
	Head   Position
	Pinned comment.ID // 0 when nothing is pinned
}

// RuleFault is a remark about a line of a list for its author.
type RuleFault struct {
	Line    int    // from 1
	Entry   string // as written
	Code    string // code of the fault, for other languages
	Word    string // of the sentence: the written text, or a comment as an example
	N, Of   int    // its numbers
	Message string // the sentence in English
	Warning bool   // the line works, but perhaps not as intended; otherwise it is skipped
	Over    bool   // the line exceeds a room's limits: the list cannot be saved with it
}

// AccessLink is a role in a room with a revocable key.
type AccessLink struct {
	ID       int64
	Room     string // empty: all rooms
	Role     Role
	Label    string
	Hash     []byte // SHA-256 of the key
	Made     time.Time
	LastUsed time.Time // to the minute; zero when never
	Revoked  time.Time // zero while it is valid
	Press    Press     // the action of a button; empty for other links
}

// RuleList is a named list of keyword rules, in the language of package
// moderation.
type RuleList struct {
	Room    string // empty: for every room
	Name    string
	Text    string // one rule for each line
	On      bool
	Changed time.Time
	// Revision differs for every state of the list; 0 for one that is not stored.
	Revision int64
}

// RuleChange replaces, makes or deletes one list of rules.
type RuleChange struct {
	Room, Name string
	Was        int64       // the revision it was made from; 0: there was no such list
	Now        *RuleList   // nil: deletes the list
	Audit      *AuditEntry // nil: none
}

// Version differs for every state of a list: its text, and whether it is on.
func (l RuleList) Version() string {
	h := sha256.New()
	fmt.Fprintf(h, "%t\n", l.On) // the text is large, so fmt does not copy it
	h.Write([]byte(l.Text))
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Style is the appearance of an overlay, stored under a name.
type Style struct {
	Room    string
	Name    string
	Options map[string]string // as in an overlay's URL
	CSS     string            // for OBS's field Custom CSS
	Changed time.Time
}

// On reports whether the link is for a room.
func (l AccessLink) On(room string) bool { return l.Room == "" || l.Room == room }

// Can reports whether the link has a permission in a room.
func (l AccessLink) Can(p Permission, room string) bool { return l.Role.Can(p) && l.On(room) }

// Allows reports whether the bearer of the link may watch a view of a room.
func (l AccessLink) Allows(room string, v View) bool { return l.Can(v.Permission(), room) }

// Path returns the path on the server that the link opens, without its key; room is the
// room for a link for all rooms, and may be empty.
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

// Actor returns the link as an actor.
func (l AccessLink) Actor() Actor {
	return Actor{Role: l.Role, Room: l.Room, Label: l.Label, Link: l.ID}
}

// View is what a socket sees: the role it asked for. Owners and moderators open consoles.
type View string

// The views.
const (
	ViewOverlay  View = "overlay"
	ViewAudience View = "audience"
	ViewConsole  View = "console"
)

// Permission returns the permission for watching a view.
func (v View) Permission() Permission {
	return map[View]Permission{ViewOverlay: WatchOverlay, ViewAudience: WatchAudience, ViewConsole: WatchConsole}[v]
}

// Views lists the views.
var Views = []View{ViewOverlay, ViewAudience, ViewConsole}

// Person is the data about an author in one room.
type Person struct {
	User        string
	Names       []string               // chosen recently, at most five
	Counts      map[comment.Status]int // comments
	First, Last time.Time              // times of comments; zero without one
}
