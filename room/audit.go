package room

import (
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// Action says what somebody who runs the room did.
type Action string

// The kinds of act, named as on the wire.
const (
	ActionApprove     Action = "approve"
	ActionRefuse      Action = "refuse"
	ActionRemove      Action = "remove"      // one or several comments
	ActionRemoveUser  Action = "remove_user" // all that an author has on the screens
	ActionClear       Action = "clear"
	ActionPin         Action = "pin"
	ActionUnpin       Action = "unpin"
	ActionSettings    Action = "settings"
	ActionLockdown    Action = "lockdown"
	ActionUnlock      Action = "unlock"
	ActionMute        Action = "mute"
	ActionBan         Action = "ban"
	ActionUnban       Action = "unban"
	ActionNote        Action = "note"      // a note on a person was written
	ActionWarn        Action = "warn"      // … which warns that person
	ActionNoteGone    Action = "note_gone" // … either was deleted
	ActionNoteBack    Action = "note_back" // … and put back
	ActionRules       Action = "rules"
	ActionLink        Action = "link"    // a link was made
	ActionRevoke      Action = "revoke"  // a link was taken back
	ActionRestore     Action = "restore" // … and given back
	ActionRoom        Action = "room"    // the room was made
	ActionArchive     Action = "archive"
	ActionChat        Action = "chat"     // a chat was connected
	ActionChatSet     Action = "chat_set" // … its switches or its target were changed
	ActionChatGone    Action = "chat_gone"
	ActionWebhook     Action = "webhook"      // a webhook was made
	ActionWebhookSet  Action = "webhook_set"  // … changed
	ActionWebhookGone Action = "webhook_gone" // … deleted
	ActionPutBack     Action = "put_back"     // what a platform took down was put back
	ActionReplay      Action = "replay"       // a replay was begun
	ActionReplayStop  Action = "replay_stop"  // … and ended before its time
	ActionItem        Action = "item"         // something to show was made
	ActionItemSet     Action = "item_set"     // … changed
	ActionItemOrder   Action = "item_order"   // … given another place in the queue
	ActionItemQueue   Action = "item_queue"   // … put into the queue
	ActionItemStart   Action = "item_start"   // … started
	ActionItemStop    Action = "item_stop"    // … ended
	ActionItemRedraw  Action = "item_redraw"  // … drew another winner in place of one who is not there
	ActionItemGone    Action = "item_gone"    // … deleted
	ActionItemBack    Action = "item_back"    // … put back as it was

	ActionAnswered Action = "question_answered" // a question was marked as answered
	ActionReopened Action = "question_reopened" // … and as open again
	ActionHidden   Action = "question_hidden"
	ActionUnhidden Action = "question_unhidden"
	ActionMerged   Action = "question_merged" // … into another
	ActionSplit    Action = "question_split"  // … and stands for itself again
	ActionKeep     Action = "keep"            // how long comments are kept was changed
	ActionWiFi     Action = "wifi"            // the network that screen and poster show was changed
	ActionErase    Action = "erase"           // all that an author wrote was deleted for good
)

// ImpersonalActions are those that say nothing of an author or a comment. Entries of
// all others lose what they say of them once it is too old to be kept.
var ImpersonalActions = []Action{
	ActionClear, ActionSettings, ActionLockdown, ActionUnlock, ActionRules, ActionLink, ActionRevoke, ActionRestore,
	ActionRoom, ActionArchive, ActionChat, ActionChatSet, ActionChatGone, ActionWebhook, ActionWebhookSet, ActionWebhookGone, ActionReplay, ActionReplayStop, ActionErase, ActionKeep, ActionWiFi,
}

// AuditEntry is one line of the audit: who did what, and when. One that is also an
// event of the log is written in the same transaction, see [Event.Audit].
type AuditEntry struct {
	ID      int64
	Room    string // empty: about all rooms, such as an owner's link
	At      time.Time
	By      string // the acting link's label
	Link    int64  // the acting link; 0 for a command
	Role    Role   // of the acting link, or CommandLine
	Kind    Action
	About   string           // what it was done to: a comment's ID, a ban's, a link's, a list's name
	User    string           // the pseudonym that it is about; may be empty
	Detail  string           // for people: the comment's text, a reason, a label
	Changed []string         // settings: the fields, named as on the wire; rules: see [ListEdit.Names]
	Before  *Room            // settings: all of them before
	After   *Room            // settings: all of them after
	List    *ListEdit        // rules: what became of the list; written with the act, and read for an undo alone
	Kept    bool             // rules, items, questions: that is there to be read
	IDs     []comment.ID     // approve, refuse: several comments at once; written with the act, and read for an undo alone
	Count   int              // … how many they are; 0 for one
	Items   []show.Change    // of items: what became of them; written with the act, and read for an undo alone
	Mark    *show.MarkChange // of a question: what became of it; written with the act, and read for an undo alone
	Undone  int64            // the act that undid this one; 0 while it stands
	Undoes  int64            // the act that this one undoes; 0 for most
}

// ActionCount is how often somebody did one kind of thing that still stands.
type ActionCount struct {
	By   string
	Role Role
	Kind Action
	N    int
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

// AuditQuery selects acts, newest first. Zero fields do not select.
type AuditQuery struct {
	Room   string
	Global bool // also those about all rooms
	Kind   Action
	By     string
	Text   string // part of the detail, what it is about, the user or the label
	ID     int64
	Before int64 // only acts with a smaller ID
	Limit  int   // 1 to 200
}
