// Package wire is the only place that knows how domain words are spelled in JSON.
// docs/dev/protocol.md is its description; golden frames in comment/testdata/frames
// are its proof. This file has the words, out.go what the server says, in.go what a
// client may say, room.go what running a room needs, errors.go the table from
// errors to answers.
package wire

import (
	"encoding/json"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// Comment is a comment as clients get it; what equals the default is left
// out.
type Comment struct {
	ID     string `json:"id"`
	At     int64  `json:"at"` // Unix ms
	Text   string `json:"text"`
	Mode   string `json:"mode,omitempty"`
	Color  string `json:"color,omitempty"`
	Size   string `json:"size,omitempty"`
	Name   string `json:"name,omitempty"`
	User   string `json:"user,omitempty"`
	Badge  string `json:"badge,omitempty"`
	Source string `json:"source,omitempty"`

	Paid   *Paid   `json:"paid,omitempty"`
	Emotes []Emote `json:"emotes,omitempty"`

	Item  string `json:"item,omitempty"` // the list of questions in which it asks, or the wall of its photo
	Photo *Photo `json:"photo,omitempty"`

	Standing string `json:"standing,omitempty"` // the author's on the platform: member, moderator or broadcaster
}

// Paid is what an author paid for a comment.
type Paid struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
	Level    int     `json:"level"` // 1 to 5
}

// Photo is a picture that somebody of the audience sent.
type Photo struct {
	Path   string `json:"path"` // on this server
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Emote is a picture in a comment's text.
type Emote struct {
	From    int    `json:"from"` // [from, to) in code points of the text
	To      int    `json:"to"`
	Name    string `json:"name"`
	Picture string `json:"picture,omitempty"` // a path on this server
}

// without returns v as a string, or nothing when it is the default.
func without[T ~string](v, def T) string {
	if v == def {
		return ""
	}
	return string(v)
}

// CommentOf returns a comment as clients get it.
func CommentOf(c comment.Comment) Comment {
	w := Comment{
		ID: c.ID.String(), At: c.At.UnixMilli(), Text: c.Text,
		Mode: without(c.Mode, comment.Scroll), Color: without(c.Color, comment.White), Size: without(c.Size, comment.Medium),
		Name: c.Name, User: c.User, Badge: string(c.Badge), Source: without(c.Source, comment.FromAudience), Item: c.Item, Standing: string(c.Standing),
	}
	if p := c.Paid; p != nil {
		w.Paid = &Paid{float64(p.Micros) / 1e6, p.Currency, p.Level}
	}
	if p := c.Photo; p != nil {
		photo := Photo(*p)
		w.Photo = &photo
	}
	for _, e := range c.Emotes {
		w.Emotes = append(w.Emotes, Emote(e))
	}
	return w
}

// Entry is what only consoles see beside a comment.
type Entry struct {
	Rule         string   `json:"rule,omitempty"`
	Word         string   `json:"word,omitempty"`
	Detail       string   `json:"detail,omitempty"`
	Reason       string   `json:"reason,omitempty"`   // the code of what Detail says
	Form         string   `json:"form,omitempty"`     // in which the text was read
	Original     string   `json:"original,omitempty"` // the text before masking
	OriginalName string   `json:"original_name,omitempty"`
	Spans        [][2]int `json:"spans,omitempty"`   // [from, to) in code points of the text
	InName       bool     `json:"in_name,omitempty"` // Spans count in the name
	By           string   `json:"by,omitempty"`
}

// EntryOf returns what only consoles see beside a comment.
func EntryOf(e room.Entry, by string) *Entry {
	reason, form := comment.ReasonOf(e.Detail)
	w := &Entry{
		Rule: e.Rule, Word: e.Word, Detail: e.Detail, Reason: string(reason), Form: string(form), Original: e.Original, OriginalName: e.OriginalName, InName: e.InName, By: by,
	}
	for _, s := range e.Spans {
		w.Spans = append(w.Spans, [2]int{s.From, s.To})
	}
	return w
}

// Event is one event inside an `events` frame.
type Event struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	*Comment
	*Entry
	From comment.Status `json:"from,omitempty"`
	IDs  []string       `json:"ids,omitempty"`

	Erased bool `json:"erased,omitempty"` // of a removal that deletes for good

	// For consoles, of what waits or waited: what is alike, and how many of that wait.

	Group  string       `json:"group,omitempty"`
	Count  int          `json:"count,omitempty"`
	Groups []GroupCount `json:"held_groups,omitempty"` // of a removal
}

// GroupCount is how many comments wait for a moderator that are alike.
type GroupCount struct {
	Group string `json:"group"`
	Count int    `json:"count"`
}

// GroupCountsOf returns the counts of groups as clients get them.
func GroupCountsOf(list []room.GroupCount) []GroupCount {
	var out []GroupCount
	for _, g := range list {
		out = append(out, GroupCount(g))
	}
	return out
}

// Review is a page of what waits for a moderator, oldest first.
type Review struct {
	Comments []Row        `json:"comments"`
	Groups   []GroupCount `json:"groups"`
	Total    int          `json:"total"`
	Next     int64        `json:"next,omitempty"`
}

// ReviewOf returns a page of what waits for a moderator.
func ReviewOf(r live.Review) Review {
	w := Review{Comments: []Row{}, Groups: List(GroupCountsOf(r.Groups)), Total: r.Total, Next: r.Next}
	for _, e := range r.Items {
		row := RowOf(room.Row{Comment: e.Comment, Entry: e.Entry, Seq: e.Seq, Status: comment.Held, By: e.By})
		row.Group = e.Group
		w.Comments = append(w.Comments, row)
	}
	return w
}

// RemoveUser is a removal of more than one cares to list.
type RemoveUser struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	User string `json:"user"`

	Erased bool `json:"erased,omitempty"`
}

// Erased is a removal that deletes for good, as consoles are told of it: also what is
// on no screen goes.
type Erased struct {
	Type   string       `json:"type"`
	Seq    int64        `json:"seq"`
	IDs    []string     `json:"ids,omitempty"`
	User   string       `json:"user"`
	Erased bool         `json:"erased"`
	By     string       `json:"by,omitempty"`
	Groups []GroupCount `json:"held_groups,omitempty"`
}

// Room is a room's settings as everybody may know them.
type Room struct {
	ID string `json:"id"`
	room.Settings
	Locked   bool `json:"locked,omitempty"`
	Archived bool `json:"archived,omitempty"`
	Secret   bool `json:"secret,omitempty"`
	// Comments are sent to a service of the operator before they are shown.
	SecondOpinion bool `json:"second_opinion,omitempty"`
	// Comments are sent to addresses of the owner once they are shown.
	Webhooks bool `json:"webhooks,omitempty"`
	// They leave the server for another program: that service, or whatever else.
	TextLeaves bool `json:"text_leaves,omitempty"`
	// Days after which comments are deleted; left out: never.
	KeepDays int `json:"keep_days,omitempty"`
	// How many emotes of its own it has; GET /api/rooms/{room}/emotes lists them.
	Emotes int `json:"emotes,omitempty"`
}

// ExportFormat is a kind of file that an export can be, as the console's page
// knows it.
type ExportFormat struct {
	Name   string `json:"name"`
	Timed  bool   `json:"timed"`  // comments from outside the recording are left out
	Marked bool   `json:"marked"` // it may begin with a byte order mark
}

// List makes an empty JSON array of nil.
func List[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// RoomOf returns a room's settings as everybody may know them.
func RoomOf(r room.Room) Room {
	return Room{
		ID: r.ID, Settings: r.Settings.Listed(), Locked: r.Lock != nil, Archived: r.Archived, Secret: r.Secret, SecondOpinion: r.SecondOpinion, Webhooks: r.Webhooks,
		TextLeaves: r.TextLeaves, KeepDays: r.KeepDays, Emotes: len(r.Emotes),
	}
}

// Marshal encodes our own wire types, which cannot fail.
func Marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("wire: encode " + err.Error())
	}
	return b
}

// Row is a row of history.
type Row struct {
	Comment
	Seq     int64          `json:"seq"`
	Status  comment.Status `json:"status"`
	Cleared bool           `json:"cleared,omitempty"` // of a shown one
	*Entry
	Group string `json:"group,omitempty"` // of a held one
}

// RowOf returns a row of history.
func RowOf(r room.Row) Row {
	w := Row{Comment: CommentOf(r.Comment), Seq: r.Seq, Status: r.Status, Cleared: r.Cleared}
	if r.Status != comment.Shown || r.Original != "" || r.OriginalName != "" {
		w.Entry = EntryOf(r.Entry, r.By)
	}
	return w
}
