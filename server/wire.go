package server

import (
	"encoding/json"

	"danmaku/comment"
)

// The wire*.go files are the wire: the only place that knows how domain words are
// spelled in JSON. docs/protocol.md is its description; golden frames in
// comment/testdata/frames are its proof. Here are the words; wire_out.go has what
// the server says, wire_in.go what a client may say, wire_room.go settings.

// wireComment is a comment as clients get it; what equals the default is left
// out.
type wireComment struct {
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
}

// without gives v as a string, or nothing when it is the default.
func without[T ~string](v, def T) string {
	if v == def {
		return ""
	}
	return string(v)
}

func toWire(c comment.Comment) wireComment {
	return wireComment{
		ID: c.ID.String(), At: c.At.UnixMilli(), Text: c.Text,
		Mode: without(c.Mode, comment.Scroll), Color: without(c.Color, comment.White), Size: without(c.Size, comment.Medium),
		Name: c.Name, User: c.User, Badge: string(c.Badge), Source: without(c.Source, comment.FromAudience),
	}
}

// wireEntry is what only consoles see beside a comment.
type wireEntry struct {
	Rule     string   `json:"rule,omitempty"`
	Word     string   `json:"word,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	Original string   `json:"original,omitempty"`
	Spans    [][2]int `json:"spans,omitempty"` // [from, to) in code points of the text
	By       string   `json:"by,omitempty"`
}

func toWireEntry(e comment.Entry, by string) *wireEntry {
	w := &wireEntry{Rule: e.Rule, Word: e.Word, Detail: e.Detail, Original: e.Original, By: by}
	for _, s := range e.Spans {
		w.Spans = append(w.Spans, [2]int{s.From, s.To})
	}
	return w
}

// wireEvent is one event inside an `events` frame.
type wireEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	*wireComment
	*wireEntry
	From comment.Status `json:"from,omitempty"`
	IDs  []string       `json:"ids,omitempty"`
}

// wireRemoveUser is a removal of more than one cares to list.
type wireRemoveUser struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	User string `json:"user"`
}

// wireRoom is a room's settings as everybody may know them.
type wireRoom struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	State     comment.State  `json:"state"`
	Review    comment.Review `json:"review"`
	SlowMS    int64          `json:"slow_ms"`
	MaxLength int            `json:"max_length"`
	Modes     []comment.Mode `json:"modes"`
	Colors    []string       `json:"colors"`
	Sizes     []comment.Size `json:"sizes"`
	Message   string         `json:"message"`
	DelayMS   int64          `json:"delay_ms"`
	Newcomers comment.Gate   `json:"newcomers"`
	Links     comment.Gate   `json:"links"`
	Phrases   []string       `json:"phrases"`
	Look      wireLook       `json:"look"`
	Locked    bool           `json:"locked,omitempty"`
	Archived  bool           `json:"archived,omitempty"`
	Secret    bool           `json:"secret,omitempty"`
}

type wireLook struct {
	Color   string `json:"color,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// list makes an empty JSON array of nil.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func toWireRoom(r comment.Room) wireRoom {
	return wireRoom{
		ID: r.ID, Title: r.Title, State: r.State, Review: r.Review, SlowMS: r.Slow.Milliseconds(),
		MaxLength: r.MaxLength, Modes: list(r.Modes), Colors: list(r.Colors), Sizes: list(r.Sizes),
		Message: r.Message, DelayMS: r.Delay.Milliseconds(), Newcomers: r.Newcomers, Links: r.Links,
		Phrases: list(r.Phrases), Look: wireLook(r.Look), Locked: r.Lock != nil, Archived: r.Archived, Secret: r.Secret,
	}
}

// mustMarshal encodes our own wire types, which cannot fail.
func mustMarshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("server: encode " + err.Error())
	}
	return b
}

// wireRow is a row of history.
type wireRow struct {
	wireComment
	Seq     int64          `json:"seq"`
	Status  comment.Status `json:"status"`
	Cleared bool           `json:"cleared,omitempty"` // of a shown one
	*wireEntry
}

func toWireRow(r comment.Row) wireRow {
	w := wireRow{wireComment: toWire(r.Comment), Seq: r.Seq, Status: r.Status, Cleared: r.Cleared}
	if r.Status != comment.Shown {
		w.wireEntry = toWireEntry(r.Entry, r.By)
	}
	return w
}
