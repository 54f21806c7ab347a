// Package wire is the only place that defines how domain words are spelled in JSON.
// docs/dev/protocol.md describes it; golden frames in comment/testdata/frames verify it.
// This file has the words, out.go what the server sends, in.go what a client may send,
// room.go what running a room needs, errors.go the table from errors to answers.
package wire

import (
	"encoding/json"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// Comment is a comment as clients get it; fields with their default are omitted.
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

	Item  string `json:"item,omitempty"` // the list of questions of its question, or the wall of its photo
	Photo *Photo `json:"photo,omitempty"`

	Standing string `json:"standing,omitempty"` // the author's on the platform: member, moderator or broadcaster
}

// Paid is what an author paid for a comment.
type Paid struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
	Level    int     `json:"level"` // 1 to 5
}

// Photo is a picture by an audience member.
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

// without returns v as a string, empty when it is the default.
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

// Entry is a comment's data for consoles only.
type Entry struct {
	Rule         string   `json:"rule,omitempty"`
	Word         string   `json:"word,omitempty"`
	Detail       string   `json:"detail,omitempty"`
	Reason       string   `json:"reason,omitempty"`   // the code of Detail
	Form         string   `json:"form,omitempty"`     // the form in which the text matched
	Original     string   `json:"original,omitempty"` // the text before masking
	OriginalName string   `json:"original_name,omitempty"`
	Spans        [][2]int `json:"spans,omitempty"`   // [from, to) in code points of the text
	InName       bool     `json:"in_name,omitempty"` // Spans refer to the name
	By           string   `json:"by,omitempty"`
}

// EntryOf returns a comment's data for consoles only.
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

	Erased bool `json:"erased,omitempty"` // in a removal that deletes for good

	// For consoles, about a waiting comment or one that waited: its group, and how many of
	// it wait.

	Group  string       `json:"group,omitempty"`
	Count  int          `json:"count,omitempty"`
	Groups []GroupCount `json:"held_groups,omitempty"` // in a removal
}

// GroupCount is how many comments of a group wait for a moderator.
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

// Review is a page of the comments that wait for a moderator, oldest first.
type Review struct {
	Comments []Row        `json:"comments"`
	Groups   []GroupCount `json:"groups"`
	Total    int          `json:"total"`
	Next     int64        `json:"next,omitempty"`
}

// ReviewOf returns a page of the comments that wait for a moderator.
func ReviewOf(r live.Review) Review {
	w := Review{Comments: []Row{}, Groups: List(GroupCountsOf(r.Groups)), Total: r.Total, Next: r.Next}
	for _, e := range r.Items {
		row := RowOf(room.Row{Comment: e.Comment, Entry: e.Entry, Seq: e.Seq, Status: comment.Held, By: e.By})
		row.Group = e.Group
		w.Comments = append(w.Comments, row)
	}
	return w
}

// RemoveUser is a removal of too many comments to list.
type RemoveUser struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	User string `json:"user"`

	Erased bool `json:"erased,omitempty"`
}

// Erased is a removal that deletes for good, in the form for consoles: it also covers
// comments on no screen.
type Erased struct {
	Type   string       `json:"type"`
	Seq    int64        `json:"seq"`
	IDs    []string     `json:"ids,omitempty"`
	User   string       `json:"user"`
	Erased bool         `json:"erased"`
	By     string       `json:"by,omitempty"`
	Groups []GroupCount `json:"held_groups,omitempty"`
}

// Room is the public part of a room's settings.
type Room struct {
	ID string `json:"id"`
	room.Settings
	Locked   bool `json:"locked,omitempty"`
	Archived bool `json:"archived,omitempty"`
	Secret   bool `json:"secret,omitempty"`
	// Comments are sent to an operator's service before they are shown.
	SecondOpinion bool `json:"second_opinion,omitempty"`
	// Comments are sent to the owner's URLs once they are shown.
	Webhooks bool `json:"webhooks,omitempty"`
	// Comments leave the server for another program: that service, or any other.
	TextLeaves bool `json:"text_leaves,omitempty"`
	// Days after which comments are deleted; omitted: never.
	KeepDays int `json:"keep_days,omitempty"`
	// The number of its own emotes; GET /api/rooms/{room}/emotes lists them.
	Emotes int `json:"emotes,omitempty"`
}

// ExportFormat is a file format of exports, in the form for the console's page.
type ExportFormat struct {
	Name   string `json:"name"`
	Timed  bool   `json:"timed"`  // comments from outside the recording are omitted
	Marked bool   `json:"marked"` // it may begin with a byte order mark
}

// List turns nil into an empty JSON array.
func List[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// RoomOf returns the public part of a room's settings.
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
	Cleared bool           `json:"cleared,omitempty"` // of a shown comment
	*Entry
	Group string `json:"group,omitempty"` // of a held comment
}

// RowOf returns a row of history.
func RowOf(r room.Row) Row {
	w := Row{Comment: CommentOf(r.Comment), Seq: r.Seq, Status: r.Status, Cleared: r.Cleared}
	if r.Status != comment.Shown || r.Original != "" || r.OriginalName != "" {
		w.Entry = EntryOf(r.Entry, r.By)
	}
	return w
}
