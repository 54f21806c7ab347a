package server

import (
	"encoding/json"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/live"
)

// This file is the part of the wire that is about running a room.

// roomFields gives settings by their names on the wire.
func roomFields(r comment.Room) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(mustMarshal(toWireRoom(r)), &all); err != nil {
		panic("server: decode our own room: " + err.Error())
	}
	// These are left out of a room when false; a change says so.
	for _, name := range []string{"locked", "archived", "secret"} {
		if all[name] == nil {
			all[name] = json.RawMessage("false")
		}
	}
	return all
}

// changedFields gives the named settings.
func changedFields(r comment.Room, names []string) map[string]json.RawMessage {
	all, out := roomFields(r), map[string]json.RawMessage{}
	for _, name := range names {
		out[name] = all[name]
	}
	return out
}

// encodeRoomEvent tells what changed of a room's settings, the same to all.
func encodeRoomEvent(e comment.Event) []byte {
	if e.Setup == nil {
		return nil
	}
	w := changedFields(*e.Setup, e.Changed)
	w["type"] = json.RawMessage(`"room"`)
	w["seq"] = json.RawMessage(strconv.FormatInt(e.Seq, 10))
	return mustMarshal(w)
}

// encodePin tells which comment stays on the overlay. An event that is read
// back from the log has no comment; hello has it then.
func encodePin(e comment.Event) []byte {
	w := struct {
		Type    string       `json:"type"`
		Seq     int64        `json:"seq"`
		ID      string       `json:"id"`
		Comment *wireComment `json:"comment,omitempty"`
	}{Type: string(e.Kind), Seq: e.Seq}
	if len(e.IDs) == 1 {
		w.ID = e.IDs[0].String()
	}
	if e.Comment.ID != 0 {
		c := toWire(e.Comment)
		w.Comment = &c
	}
	return mustMarshal(w)
}

// wireBan is a ban as moderators see it.
type wireBan struct {
	ID      string          `json:"id"`
	Kind    comment.BanKind `json:"kind"`
	User    string          `json:"user,omitempty"`
	Address string          `json:"address,omitempty"` // the first letters of a keyed hash
	Until   int64           `json:"until,omitempty"`   // ms
	ShowEnd bool            `json:"show_end,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	By      string          `json:"by,omitempty"`
	At      int64           `json:"at"` // ms
}

type wireBanEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	wireBan
}

// shortAddress is enough of a hash to tell the addresses of a room apart.
const shortAddress = 6

func toWireBan(b comment.Ban) wireBan {
	return wireBan{
		ID: strconv.FormatInt(b.ID, 10), Kind: b.Kind, User: b.User, Address: b.Address[:min(len(b.Address), shortAddress)],
		Until: unixMS(b.Until), ShowEnd: b.ShowEnd, Reason: b.Reason, By: b.By, At: unixMS(b.At),
	}
}

func toWireBans(bans []comment.Ban) []wireBan {
	out := make([]wireBan, len(bans))
	for i, b := range bans {
		out[i] = toWireBan(b)
	}
	return out
}

// unixMS is 0 for the zero time, which is "never".
func unixMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// mutedMS is until when somebody may not write; 0: he may.
func mutedMS(until time.Time) int64 { return unixMS(until) }

// Ack implements live.Encoder.
func (Encoder) Ack(ref string, o live.Outcome) []byte {
	a := ackOf(ref, o, nil)
	a.Type = "ack"
	return mustMarshal(a)
}

// Muted implements live.Encoder.
func (Encoder) Muted(until time.Time) []byte {
	return mustMarshal(struct {
		Type  string `json:"type"`
		Muted int64  `json:"muted_until"`
	}{"user", mutedMS(until)})
}

// wireDecision is what stands about a comment.
type wireDecision struct {
	ID     string         `json:"id"`
	Status comment.Status `json:"status,omitempty"`
	By     string         `json:"by,omitempty"`
	Again  bool           `json:"again,omitempty"`
	Code   string         `json:"code,omitempty"`
}

func toWireDecision(d live.Decision) wireDecision {
	w := wireDecision{ID: d.ID.String(), Status: d.Status, By: d.By, Again: d.Again}
	if d.Err != nil {
		w = wireDecision{ID: w.ID, Code: faultOf(d.Err).Code}
	}
	return w
}

// wirePerson is what moderators see of an author.
type wirePerson struct {
	User      string                 `json:"user"`
	Names     []string               `json:"names"`
	Counts    map[comment.Status]int `json:"counts"`
	First     int64                  `json:"first,omitempty"`
	Last      int64                  `json:"last,omitempty"`
	Connected bool                   `json:"connected"`
	Role      comment.Role           `json:"role"`
	WaitMS    int64                  `json:"wait_ms"`
	Bans      []wireBan              `json:"bans"`
}

func toWirePerson(p live.Person) wirePerson {
	return wirePerson{
		User: p.User, Names: list(p.Names), Counts: p.Counts, First: unixMS(p.First), Last: unixMS(p.Last),
		Connected: p.Connected, Role: p.Role, WaitMS: p.Wait.Milliseconds(), Bans: toWireBans(p.Bans),
	}
}

// wireVerdict is what the filter says of a text, to those who write its rules.
type wireVerdict struct {
	Verdict string   `json:"verdict"`
	Rule    string   `json:"rule"`
	Word    string   `json:"word"`
	Detail  string   `json:"detail"`
	Folded  string   `json:"folded"`
	Text    string   `json:"text"`
	Spans   [][2]int `json:"spans"`
}

func toWireVerdict(v comment.Verdict) wireVerdict {
	w := wireVerdict{Verdict: v.Action.String(), Rule: v.Rule, Word: v.Word, Detail: v.Detail, Folded: v.Folded, Text: v.Text, Spans: [][2]int{}}
	for _, s := range v.Spans {
		w.Spans = append(w.Spans, [2]int{s.From, s.To})
	}
	return w
}

// wireList is a list of rules.
type wireList struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	On      bool   `json:"on"`
	All     bool   `json:"all"`               // for every room
	Changed int64  `json:"changed,omitempty"` // ms
	Shipped bool   `json:"shipped,omitempty"`
	Version string `json:"version"` // of what it says and whether it is on
}

func toWireList(l live.RuleList) wireList {
	return wireList{Name: l.Name, Text: l.Text, On: l.On, All: l.Room == "", Changed: unixMS(l.Changed), Version: l.Version()}
}

type wireFault struct {
	Line    int    `json:"line"`
	Entry   string `json:"entry"`
	Code    string `json:"code"`
	Word    string `json:"word,omitempty"`
	N       int    `json:"n,omitempty"`
	Of      int    `json:"of,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning"`
}

// wireAct is a line of the audit.
type wireAct struct {
	ID      int64                      `json:"id"`
	At      int64                      `json:"at"` // ms
	By      string                     `json:"by"`
	Role    comment.Role               `json:"role"`
	Act     comment.ActKind            `json:"act"`
	About   string                     `json:"about,omitempty"`
	User    string                     `json:"user,omitempty"`
	Detail  string                     `json:"detail,omitempty"`
	Before  map[string]json.RawMessage `json:"before,omitempty"`
	After   map[string]json.RawMessage `json:"after,omitempty"`
	Changed []string                   `json:"changed,omitempty"`
	Undo    bool                       `json:"undo"`
	Undone  bool                       `json:"undone"`
}

func toWireAct(a comment.Act, by live.Actor) wireAct {
	w := wireAct{
		ID: a.ID, At: unixMS(a.At), By: a.By, Role: a.Role, Act: a.Kind, About: a.About, User: a.User, Detail: a.Detail,
		Changed: a.Changed, Undo: live.CanUndo(a, by), Undone: a.Undone != 0,
	}
	if a.Before != nil && a.After != nil {
		w.Before, w.After = changedFields(*a.Before, a.Changed), changedFields(*a.After, a.Changed)
	}
	return w
}

// wireLink is a link as its owner sees it.
type wireLink struct {
	ID       string       `json:"id"`
	Room     string       `json:"room,omitempty"` // none: all rooms
	Role     comment.Role `json:"role"`
	Label    string       `json:"label"`
	Made     int64        `json:"made"`
	LastUsed int64        `json:"last_used,omitempty"`
	Revoked  int64        `json:"revoked,omitempty"`
	Key      string       `json:"key,omitempty"`
	URL      string       `json:"url,omitempty"`
	QR       string       `json:"qr,omitempty"`
}
