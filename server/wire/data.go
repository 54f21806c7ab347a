package wire

import (
	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// PersonalData is what a room has of somebody. A file of it has the comments besides,
// see [OwnComment] and [Row].
type PersonalData struct {
	Room     string       `json:"room"`
	Title    string       `json:"title"`
	User     string       `json:"user"`
	At       int64        `json:"at"`                  // of the export, ms
	KeepDays int          `json:"keep_days,omitempty"` // left out: until somebody deletes it
	Votes    []Vote       `json:"votes"`
	Bans     []Ban        `json:"bans"` // in force
	Notes    []PersonNote `json:"notes"`
}

// Vote is what somebody chose in something shown.
type Vote struct {
	Item   string `json:"item"`
	Title  string `json:"title,omitempty"`
	Choice string `json:"choice"`
	Via    string `json:"via,omitempty"` // the platform
}

// PersonalDataOf returns what a room has of somebody. To authors bans do not say who
// made them and why, and notes not who wrote them: that is between moderators.
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

// OwnComment is a comment as its author has it back: with the words before they were
// masked, and what became of it, but not which rule that was.
type OwnComment struct {
	Comment
	Status       comment.Status `json:"status"`
	Original     string         `json:"original,omitempty"`
	OriginalName string         `json:"original_name,omitempty"`
}

// OwnCommentOf returns a comment as its author has it back.
func OwnCommentOf(r room.Row) OwnComment {
	return OwnComment{Comment: CommentOf(r.Comment), Status: r.Status, Original: r.Original, OriginalName: r.OriginalName}
}

// Keep is for how long comments are kept.
type Keep struct {
	Days  int    `json:"days"`             // 0: forever
	Asked bool   `json:"asked"`            // somebody has chosen, or set it
	SetBy string `json:"set_by,omitempty"` // the flag, variable or place of the file that holds
}

// KeepOf returns for how long comments are kept, as owners see it.
func KeepOf(k live.KeepState) Keep { return Keep(k) }
