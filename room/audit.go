package room

import (
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// Action is an action of somebody who runs the room.
type Action string

// The actions, named as on the wire.
const (
	ActionApprove     Action = "approve"
	ActionRefuse      Action = "refuse"
	ActionRemove      Action = "remove"      // one or several comments
	ActionRemoveUser  Action = "remove_user" // everything of an author on the screens
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
	ActionNoteBack    Action = "note_back" // … and restored
	ActionRules       Action = "rules"
	ActionLink        Action = "link"    // a link was made
	ActionRevoke      Action = "revoke"  // a link was revoked
	ActionRestore     Action = "restore" // … and restored
	ActionRoom        Action = "room"    // the room was made
	ActionArchive     Action = "archive"
	ActionChat        Action = "chat"     // a chat was connected
	ActionChatSet     Action = "chat_set" // … its switches or its target were changed
	ActionChatGone    Action = "chat_gone"
	ActionWebhook     Action = "webhook"      // a webhook was made
	ActionWebhookSet  Action = "webhook_set"  // … changed
	ActionWebhookGone Action = "webhook_gone" // … deleted
	ActionPutBack     Action = "put_back"     // a platform's removals were restored
	ActionReplay      Action = "replay"       // a replay was begun
	ActionReplayStop  Action = "replay_stop"  // … and stopped early
	ActionItem        Action = "item"         // an item was made
	ActionItemSet     Action = "item_set"     // … changed
	ActionItemOrder   Action = "item_order"   // … moved in the queue
	ActionItemQueue   Action = "item_queue"   // … put into the queue
	ActionItemStart   Action = "item_start"   // … started
	ActionItemStop    Action = "item_stop"    // … ended
	ActionItemRedraw  Action = "item_redraw"  // … drew another winner in place of an absent one
	ActionItemGone    Action = "item_gone"    // … deleted
	ActionItemBack    Action = "item_back"    // … restored

	ActionAnswered Action = "question_answered" // a question was marked as answered
	ActionReopened Action = "question_reopened" // … and as open again
	ActionHidden   Action = "question_hidden"
	ActionUnhidden Action = "question_unhidden"
	ActionMerged   Action = "question_merged" // … into another
	ActionSplit    Action = "question_split"  // … and made independent again
	ActionKeep     Action = "keep"            // the time for keeping comments was changed
	ActionWiFi     Action = "wifi"            // the Wi-Fi network on screen and poster was changed
	ActionErase    Action = "erase"           // everything by an author was deleted for good
)

// ImpersonalActions are the actions whose entries do not concern an author or a comment.
// All other entries lose that part once it is too old to be kept.
var ImpersonalActions = []Action{
	ActionClear, ActionSettings, ActionLockdown, ActionUnlock, ActionRules, ActionLink, ActionRevoke, ActionRestore,
	ActionRoom, ActionArchive, ActionChat, ActionChatSet, ActionChatGone, ActionWebhook, ActionWebhookSet, ActionWebhookGone, ActionReplay, ActionReplayStop, ActionErase, ActionKeep, ActionWiFi,
}

// AuditEntry is one entry of the audit: who did what, and when. An entry about an event of
// the log is written in the same transaction, see [Event.Audit].
type AuditEntry struct {
	ID      int64
	Room    string // empty: about all rooms, such as an owner's link
	At      time.Time
	By      string // the acting link's label
	Link    int64  // 0 for a command
	Role    Role   // of the acting link, or CommandLine
	Kind    Action
	About   string           // the target: the ID of a comment, a ban or a link, or a list's name
	User    string           // the pseudonym that it concerns; may be empty
	Detail  string           // for people: the comment's text, a reason, a label
	Changed []string         // settings: the fields by wire name; rules: see [ListEdit.Names]
	Before  *Room            // settings: all of them before
	After   *Room            // settings: all of them after
	List    *ListEdit        // rules: the change of the list; written with the entry, and read only for an undo
	Kept    bool             // rules, items, questions: the change is available
	IDs     []comment.ID     // approve, refuse: several comments at once; written with the entry, and read only for an undo
	Count   int              // … their number; 0 for one
	Items   []show.Change    // items: their changes; written with the entry, and read only for an undo
	Mark    *show.MarkChange // a question: its change; written with the entry, and read only for an undo
	Undone  int64            // the entry that undid this one; 0 if none
	Undoes  int64            // the entry that this one undoes; 0 for most
}

// ActionCount is how often somebody did one kind of action that was not undone.
type ActionCount struct {
	By   string
	Role Role
	Kind Action
	N    int
}

// ListEdit is an action's change of a list of rules: all that an undo needs.
type ListEdit struct {
	Made, Deleted bool
	WasOn, On     bool
	Line          int      // where its text begins to differ, from 0
	Was, Now      []string // the lines there, before and after
	Above, Below  string   // the unchanged lines around them
}

// Names describes an edit by wire names.
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

// AuditQuery selects audit entries, newest first. Zero fields select everything.
type AuditQuery struct {
	Room   string
	Global bool // also those about all rooms
	Kind   Action
	By     string
	Text   string // part of the detail, the target, the user or the label
	ID     int64
	Before int64 // only entries with a smaller ID
	Limit  int   // 1 to 200
}
