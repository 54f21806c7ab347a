package wire

import (
	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// PersonalData is what a room stores about somebody. A file of it also has the comments,
// see [OwnComment] and [Row].
type PersonalData struct {
	Room     string       `json:"room"`
	Title    string       `json:"title"`
	User     string       `json:"user"`
	At       int64        `json:"at"`                  // of the export, ms
	KeepDays int          `json:"keep_days,omitempty"` // omitted: until somebody deletes them
	Votes    []Vote       `json:"votes"`
	Bans     []Ban        `json:"bans"` // in force
	Notes    []PersonNote `json:"notes"`
}

// Vote is what somebody chose in an item.
type Vote struct {
	Item   string `json:"item"`
	Title  string `json:"title,omitempty"`
	Choice string `json:"choice"`
	Via    string `json:"via,omitempty"` // the platform
}

// PersonalDataOf returns what a room stores about somebody. For authors it omits who made
// bans and why, and who wrote notes: only moderators see that.
func PersonalDataOf(d live.PersonalData, at int64, own bool) PersonalData {
	w := PersonalData{Room: d.Room.ID, Title: d.Room.Title, User: d.User, At: at, KeepDays: d.Room.KeepDays, Votes: []Vote{}, Bans: List(BansOf(d.Bans)), Notes: NotesOf(d.Notes)}
	for _, p := range d.Votes {
		w.Votes = append(w.Votes, Vote{Item: p.Item, Title: p.Title, Choice: p.Choice, Via: p.Via})
	}
	if own {
		for i := range w.Bans {
			w.Bans[i].By, w.Bans[i].Reason = "", ""
		}
		for i := range w.Notes {
			w.Notes[i].By = ""
		}
	}
	return w
}

// OwnComment is a comment in the form for its author: with the text before masking, and its
// status, but not the rule that decided.
type OwnComment struct {
	Comment
	Status       comment.Status `json:"status"`
	Original     string         `json:"original,omitempty"`
	OriginalName string         `json:"original_name,omitempty"`
}

// OwnCommentOf returns a comment in the form for its author.
func OwnCommentOf(r room.Row) OwnComment {
	return OwnComment{Comment: CommentOf(r.Comment), Status: r.Status, Original: r.Original, OriginalName: r.OriginalName}
}

// Keep says how long comments are kept.
type Keep struct {
	Days  int    `json:"days"`             // 0 means forever
	Asked bool   `json:"asked"`            // somebody has chosen, or an option sets it
	SetBy string `json:"set_by,omitempty"` // the flag, variable or line of the file that applies
}

// KeepOf returns how long comments are kept, as owners see it.
func KeepOf(k live.KeepState) Keep { return Keep(k) }
