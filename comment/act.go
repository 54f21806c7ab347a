package comment

import "time"

// ActKind says what somebody who runs the room did.
type ActKind string

// The kinds of act, named as on the wire.
const (
	ActApprove    ActKind = "approve"
	ActRefuse     ActKind = "refuse"
	ActRemove     ActKind = "remove"      // one or several comments
	ActRemoveUser ActKind = "remove_user" // all that an author has on the screens
	ActClear      ActKind = "clear"
	ActPin        ActKind = "pin"
	ActUnpin      ActKind = "unpin"
	ActSettings   ActKind = "settings"
	ActLockdown   ActKind = "lockdown"
	ActUnlock     ActKind = "unlock"
	ActMute       ActKind = "mute"
	ActBan        ActKind = "ban"
	ActUnban      ActKind = "unban"
	ActRules      ActKind = "rules"
	ActLink       ActKind = "link"    // a link was made
	ActRevoke     ActKind = "revoke"  // a link was taken back
	ActRestore    ActKind = "restore" // … and given back
	ActRoom       ActKind = "room"    // the room was made
	ActArchive    ActKind = "archive"
	ActReplay     ActKind = "replay"      // a replay was begun
	ActReplayStop ActKind = "replay_stop" // … and ended before its time
)

// Act is one line of the audit: who did what, and when. An act that is also an
// event of the log is written in the same transaction, see [Event.Act].
type Act struct {
	ID      int64
	Room    string // empty: about all rooms, such as an owner's link
	At      time.Time
	By      string // the acting link's label
	Link    int64  // the acting link; 0 for a command
	Role    Role   // of the acting link, or CommandLine
	Kind    ActKind
	About   string    // what it was done to: a comment's ID, a ban's, a link's, a list's name
	User    string    // whom it concerns, a pseudonym; may be empty
	Detail  string    // for people: the comment's text, a reason, a label
	Changed []string  // settings: the fields, named as on the wire; rules: see [ListEdit.Names]
	Before  *Room     // settings: all of them before
	After   *Room     // settings: all of them after
	List    *ListEdit // rules: what became of the list; written with the act, and read for an undo alone
	Kept    bool      // rules: that is there to be read
	Undone  int64     // the act that undid this one; 0 while it stands
	Undoes  int64     // the act that this one undoes; 0 for most
}

// ListEdit is what an act did to a list of rules: all that is needed to undo it.
type ListEdit struct {
	Made, Deleted bool
	WasOn, On     bool
	Line          int      // where its text begins to differ, from 0
	Was, Now      []string // the lines there, before and after
	Above, Below  string   // the lines around them, which stayed
}

// Names says in a few words of the wire what an edit did.
func (e ListEdit) Names() []string {
	switch {
	case e.Made:
		return []string{"made"}
	case e.Deleted:
		return []string{"deleted"}
	}
	var names []string
	if e.On != e.WasOn {
		names = append(names, map[bool]string{true: "on", false: "off"}[e.On])
	}
	if len(e.Was)+len(e.Now) > 0 {
		names = append(names, "text")
	}
	return names
}

// ActQuery selects acts, newest first. Zero fields do not select.
type ActQuery struct {
	Room   string
	Global bool // also those about all rooms
	Kind   ActKind
	By     string
	Text   string // part of the detail, what it is about, the user or the label
	ID     int64
	Before int64 // only acts with a smaller ID
	Limit  int   // 1 to 200
}
