package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// This file is the part of the wire for running a room.

// changedFields returns the named settings, including those that a room omits while they
// have their default.
func changedFields(r room.Room, names []string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, name := range names {
		out[name] = Marshal(r.Value(name))
	}
	return out
}

// encodeRoomEvent returns the frame for a change of a room's settings, which is the same
// for all.
func encodeRoomEvent(e room.Event) []byte {
	if e.Setup == nil {
		return nil
	}
	w := changedFields(*e.Setup, e.Changed)
	if w["emotes"] != nil { // phones fetch the list when they need it
		w["emotes"] = Marshal(len(e.Setup.Emotes))
	}
	w["type"] = json.RawMessage(`"room"`)
	w["seq"] = json.RawMessage(strconv.FormatInt(e.Seq, 10))
	return Marshal(w)
}

// encodePin returns the frame that names the pinned comment. An event that is read back
// from the log has no comment; then hello has it.
func encodePin(v room.View, e room.Event) []byte {
	w := struct {
		Type    string   `json:"type"`
		Seq     int64    `json:"seq"`
		ID      string   `json:"id"`
		Comment *Comment `json:"comment,omitempty"`
	}{Type: string(e.Kind), Seq: e.Seq}
	if len(e.IDs) == 1 {
		w.ID = e.IDs[0].String()
	}
	if e.Comment.ID != 0 {
		c := CommentFor(v, e.Comment)
		w.Comment = &c
	}
	return Marshal(w)
}

// Ban is a ban as moderators see it.
type Ban struct {
	ID      string       `json:"id"`
	Kind    room.BanKind `json:"kind"`
	User    string       `json:"user,omitempty"`
	Address string       `json:"address,omitempty"` // the first letters of a keyed hash
	Until   int64        `json:"until,omitempty"`   // ms
	ShowEnd bool         `json:"show_end,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	By      string       `json:"by,omitempty"`
	At      int64        `json:"at"` // ms
}

// BanEvent is a ban or the end of one inside an `events` frame.
type BanEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	Ban
}

// shortAddress is enough of a hash to distinguish the addresses of a room.
const shortAddress = 6

// BanOf returns a ban as moderators see it.
func BanOf(b room.Ban) Ban {
	return Ban{
		ID: strconv.FormatInt(b.ID, 10), Kind: b.Kind, User: b.User, Address: b.Address[:min(len(b.Address), shortAddress)],
		Until: UnixMS(b.Until), ShowEnd: b.ShowEnd, Reason: b.Reason, By: b.By, At: UnixMS(b.At),
	}
}

// BansOf returns bans as moderators see them; never nil.
func BansOf(bans []room.Ban) []Ban {
	out := make([]Ban, len(bans))
	for i, b := range bans {
		out[i] = BanOf(b)
	}
	return out
}

// UnixMS returns Unix milliseconds, 0 for the zero time, which means "never".
func UnixMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// MutedMS returns until when somebody may not write; 0 means that they may.
func MutedMS(until time.Time) int64 { return UnixMS(until) }

// Ack implements live.Encoder.
func (Encoder) Ack(ref string, o live.Outcome) []byte {
	a := AckOf(ref, o, nil)
	a.Type = "ack"
	return Marshal(a)
}

// Muted implements live.Encoder.
func (Encoder) Muted(until time.Time) []byte {
	return Marshal(struct {
		Type  string `json:"type"`
		Muted int64  `json:"muted_until"`
	}{"user", MutedMS(until)})
}

// Keeping implements live.Encoder. It always sends all of a room's data about keeping,
// which its settings do not contain, under the names in hello.
func (Encoder) Keeping(r room.Room) []byte {
	return Marshal(struct {
		Type       string `json:"type"`
		Webhooks   bool   `json:"webhooks"`
		TextLeaves bool   `json:"text_leaves"`
		KeepDays   int    `json:"keep_days"`
	}{"room", r.Webhooks, r.TextLeaves, r.KeepDays})
}

// Decision is the decision that holds about a comment.
type Decision struct {
	ID     string         `json:"id"`
	Status comment.Status `json:"status,omitempty"`
	By     string         `json:"by,omitempty"`
	Again  bool           `json:"again,omitempty"`
	Code   string         `json:"code,omitempty"`
}

// DecisionOf returns the decision that holds about a comment.
func DecisionOf(d live.Decision) Decision {
	w := Decision{ID: d.ID.String(), Status: d.Status, By: d.By, Again: d.Again}
	if d.Err != nil {
		w = Decision{ID: w.ID, Code: FaultOf(d.Err).Code}
	}
	return w
}

// Person is what moderators see of an author.
type Person struct {
	User      string                 `json:"user"`
	Names     []string               `json:"names"`
	Counts    map[comment.Status]int `json:"counts"`
	First     int64                  `json:"first,omitempty"`
	Last      int64                  `json:"last,omitempty"`
	Connected bool                   `json:"connected"`
	Role      room.Role              `json:"role"`
	WaitMS    int64                  `json:"wait_ms"`
	Bans      []Ban                  `json:"bans"`
	Notes     []PersonNote           `json:"notes"` // newest first
}

// PersonOf returns what moderators see of an author.
func PersonOf(p live.Person) Person {
	return Person{
		User: p.User, Names: List(p.Names), Counts: p.Counts, First: UnixMS(p.First), Last: UnixMS(p.Last),
		Connected: p.Connected, Role: p.Role, WaitMS: p.Wait.Milliseconds(), Bans: BansOf(p.Bans), Notes: NotesOf(p.Notes),
	}
}

// Verdict is the filter's verdict on a text, for those who write its rules.
type Verdict struct {
	Verdict string   `json:"verdict"`
	Rule    string   `json:"rule"`
	Word    string   `json:"word"`
	Detail  string   `json:"detail"`
	Reason  string   `json:"reason,omitempty"`
	Form    string   `json:"form,omitempty"`
	Folded  string   `json:"folded"`
	Text    string   `json:"text"`
	Spans   [][2]int `json:"spans"`       // in code points of Text
	Typed   [][2]int `json:"typed_spans"` // in code points of the typed text
}

// VerdictOf returns the filter's verdict on a typed text.
func VerdictOf(v comment.Verdict, typed string) Verdict {
	w := Verdict{
		Verdict: v.Action.String(), Rule: v.Rule, Word: v.Word, Detail: v.Detail, Reason: string(v.Reason), Form: string(v.Form),
		Folded: v.Folded, Text: v.Text, Spans: pairs(v.Spans), Typed: pairs(comment.TypedSpans(typed, v.Spans)),
	}
	if v.Action == comment.Mask {
		w.Spans = pairs(v.Shown)
	}
	return w
}

// pairs returns spans in their wire form; never nil.
func pairs(spans []comment.Span) [][2]int {
	out := make([][2]int, len(spans))
	for i, s := range spans {
		out[i] = [2]int{s.From, s.To}
	}
	return out
}

// RuleList is a list of rules.
type RuleList struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	On      bool   `json:"on"`
	All     bool   `json:"all"`               // for every room
	Changed int64  `json:"changed,omitempty"` // ms
	Shipped bool   `json:"shipped,omitempty"`
	Version string `json:"version"` // of its text and whether it is on
}

// RuleListOf returns a list of rules.
func RuleListOf(l room.RuleList) RuleList {
	return RuleList{Name: l.Name, Text: l.Text, On: l.On, All: l.Room == "", Changed: UnixMS(l.Changed), Version: l.Version()}
}

// RuleFault is a fault in a line of a list of rules.
type RuleFault struct {
	Line    int    `json:"line"`
	Entry   string `json:"entry"`
	Code    string `json:"code"`
	Word    string `json:"word,omitempty"`
	N       int    `json:"n,omitempty"`
	Of      int    `json:"of,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning"`
	Over    bool   `json:"over,omitempty"`
}

// AuditEntry is an entry of the audit.
type AuditEntry struct {
	ID      int64                      `json:"id"`
	At      int64                      `json:"at"` // ms
	By      string                     `json:"by"`
	Role    room.Role                  `json:"role"`
	Act     room.Action                `json:"act"`
	About   string                     `json:"about,omitempty"`
	User    string                     `json:"user,omitempty"`
	Detail  string                     `json:"detail,omitempty"`
	Before  map[string]json.RawMessage `json:"before,omitempty"`
	After   map[string]json.RawMessage `json:"after,omitempty"`
	Changed []string                   `json:"changed,omitempty"`
	Count   int                        `json:"count,omitempty"` // approve, refuse: number of comments decided at once
	Undo    bool                       `json:"undo"`
	Undone  bool                       `json:"undone"`
}

// AuditEntryOf returns an audit entry as an actor sees it, including whether the actor may
// undo it.
func AuditEntryOf(a room.AuditEntry, by room.Actor) AuditEntry {
	w := AuditEntry{
		ID: a.ID, At: UnixMS(a.At), By: a.By, Role: a.Role, Act: a.Kind, About: a.About, User: a.User, Detail: a.Detail,
		Changed: a.Changed, Count: a.Count, Undo: live.CanUndo(a, by), Undone: a.Undone != 0,
	}
	if a.Before != nil && a.After != nil {
		w.Before, w.After = changedFields(*a.Before, a.Changed), changedFields(*a.After, a.Changed)
	}
	return w
}

// Link is a link as its owner sees it.
type Link struct {
	ID       string    `json:"id"`
	Room     string    `json:"room,omitempty"` // omitted: all rooms
	Role     room.Role `json:"role"`
	Label    string    `json:"label"`
	Made     int64     `json:"made"`
	LastUsed int64     `json:"last_used,omitempty"`
	Revoked  int64     `json:"revoked,omitempty"`
	Key      string    `json:"key,omitempty"`
	URL      string    `json:"url,omitempty"`
	QR       string    `json:"qr,omitempty"`
}

// LinkRole is a role that a link can have, for pages that make links.
type LinkRole struct {
	Role     room.Role `json:"role"`
	Opens    room.View `json:"opens,omitempty"`     // what its link opens; omitted: the API
	AllRooms bool      `json:"all_rooms,omitempty"` // its links are for all rooms
	KeyShown bool      `json:"key_shown,omitempty"` // the key of a link can be shown again
}

// Roles lists the roles that a link can have.
func Roles() []LinkRole {
	out := make([]LinkRole, len(room.LinkRoles))
	for i, r := range room.LinkRoles {
		out[i] = LinkRole{r, r.Opens(), r.AllRooms(), r.KeyShown()}
	}
	return out
}
