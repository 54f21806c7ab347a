package server

import (
	"encoding/json"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/live"
)

// Encoder is live.Encoder for protocol version 1.
type Encoder struct{}

var _ live.Encoder = Encoder{}

// Event implements live.Encoder.
func (Encoder) Event(v live.View, e comment.Event) []byte {
	w := wireEvent{Type: string(e.Kind), Seq: e.Seq}
	switch e.Kind {
	case comment.KindComment, comment.KindHeld, comment.KindRefused:
		c := toWire(e.Comment)
		w.wireComment = &c
		if v == live.ViewConsole {
			w.wireEntry = toWireEntry(e.Entry, e.By)
			w.From = e.From
		} else if e.Kind != comment.KindComment {
			return nil
		}
	case comment.KindRemove:
		if e.User != "" && len(e.IDs) > manyIDs && v != live.ViewConsole {
			return mustMarshal(wireRemoveUser{Type: w.Type, Seq: w.Seq, User: e.User})
		}
		for _, id := range e.IDs {
			w.IDs = append(w.IDs, id.String())
		}
		if v == live.ViewConsole {
			w.wireEntry = &wireEntry{By: e.By}
		}
	case comment.KindClear:
	case comment.KindRoom:
		return encodeRoomEvent(e)
	case comment.KindPin:
		return encodePin(e)
	case comment.KindBan, comment.KindUnban:
		if v == live.ViewConsole && e.Ban != nil {
			w := wireBanEvent{Type: string(e.Kind), Seq: e.Seq, wireBan: toWireBan(*e.Ban)}
			w.By = e.By // of an unban: who lifted it
			return mustMarshal(w)
		}
		return nil
	default:
		return nil
	}
	return mustMarshal(w)
}

// manyIDs is how many comments of one author a screen is told one by one.
const manyIDs = 100

// Frame implements live.Encoder.
func (Encoder) Frame(pos comment.Position, events [][]byte) []byte {
	n := 64
	for _, e := range events {
		n += len(e) + 1
	}
	b := make([]byte, 0, n)
	b = append(b, `{"type":"events","position":`...)
	b = strconv.AppendQuote(b, pos.String())
	b = append(b, `,"events":`...)
	b = appendList(b, events)
	return append(b, '}')
}

// List implements live.Encoder.
func (Encoder) List(events [][]byte) []byte {
	n := 2
	for _, e := range events {
		n += len(e) + 1
	}
	return appendList(make([]byte, 0, n), events)
}

// appendList writes encoded events as a JSON array.
func appendList(b []byte, events [][]byte) []byte {
	b = append(b, '[')
	for i, e := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, ']')
}

type wireUser struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	WaitMS int64  `json:"wait_ms"`
	Muted  int64  `json:"muted_until,omitempty"` // ms
	Token  string `json:"token,omitempty"`
}

type wireHello struct {
	Type     string            `json:"type"`
	Version  int               `json:"version"`
	Time     int64             `json:"time"`
	Position string            `json:"position"`
	Role     live.View         `json:"role"`
	Room     wireRoom          `json:"room"`
	User     *wireUser         `json:"user,omitempty"`
	People   int               `json:"people"`
	Resumed  bool              `json:"resumed"`
	Pin      *wireComment      `json:"pin,omitempty"`
	Held     []json.RawMessage `json:"held,omitempty"`
	Waiting  int               `json:"held_total,omitempty"`
	Replay   *wireReplay       `json:"replay,omitempty"`
	// recent follows, see helloFrame.
}

func helloFrame(w live.Welcome, v live.View, user *wireUser, now time.Time) []byte {
	h := wireHello{
		Type: "hello", Version: 1, Time: now.UnixMilli(), Position: w.Position.String(), Role: v,
		Room: toWireRoom(w.Room), User: user, People: w.People, Resumed: w.Resumed, Waiting: w.Waiting,
	}
	for _, b := range w.Held {
		h.Held = append(h.Held, json.RawMessage(b))
	}
	if w.Pin != nil {
		c := toWire(*w.Pin)
		h.Pin = &c
	}
	if w.Replay != nil {
		r := toWireReplay(*w.Replay)
		r.Defects = nil
		h.Replay = &r
	}
	head := mustMarshal(h)
	if len(w.Recent) <= len("[]") {
		return head
	}
	// The list is the same for all who come at one position, and it can be long:
	// it is copied behind the rest, not encoded anew.
	b := make([]byte, 0, len(head)+len(`,"recent":`)+len(w.Recent))
	b = append(b, head[:len(head)-1]...)
	b = append(b, `,"recent":`...)
	b = append(b, w.Recent...)
	return append(b, '}')
}

type wireBeat struct {
	Type     string `json:"type"`
	Time     int64  `json:"time"`
	Position string `json:"position"`
	People   int    `json:"people"`
}

type wireStats struct {
	Type    string            `json:"type,omitempty"`
	Clients map[live.View]int `json:"clients"`
	Rate    int               `json:"rate"`
	Refused map[string]int    `json:"refused"`
	Slow    int64             `json:"slow,omitempty"`
	Shown   *int64            `json:"shown_ms,omitempty"`
	Raid    *wireRaid         `json:"raid,omitempty"`
	Hour    *wireHour         `json:"hour,omitempty"` // over HTTP alone
	Log     wireLog           `json:"log"`
}

// wireHour is the last hour in 60 minutes, the present one last.
type wireHour struct {
	Shown  [60]int `json:"shown"`
	People [60]int `json:"people"`
}

// wireRaid is what comes over a room; it is left out while the room is calm.
type wireRaid struct {
	Seconds   int    `json:"seconds"` // within which the people below wrote
	Newcomers int    `json:"newcomers,omitempty"`
	Stopped   int    `json:"stopped,omitempty"`
	Voices    int    `json:"voices,omitempty"`
	Text      string `json:"text,omitempty"`
}

type wireLog struct {
	Ready  bool    `json:"ready"`
	WaitMS float64 `json:"wait_ms"`
}

func toWireStats(s live.Stats, a account) wireStats {
	w := wireStats{
		Type: "stats", Clients: s.Clients, Rate: s.Rate, Refused: s.Stopped, Slow: a.slow, Shown: a.shown,
		Log: wireLog{Ready: s.Log == nil, WaitMS: float64(s.Saved.Microseconds()) / 1000},
	}
	if r := s.Raid; !r.Calm() {
		w.Raid = &wireRaid{Seconds: int(comment.RaidWindow.Seconds()), Newcomers: r.Newcomers, Stopped: r.Stopped, Voices: r.Voices, Text: r.Text}
	}
	return w
}

// wireAck answers a send, over the socket and over HTTP.
type wireAck struct {
	Type    string         `json:"type,omitempty"`
	Ref     string         `json:"ref,omitempty"`
	Outcome comment.Status `json:"outcome"`
	ID      string         `json:"id,omitempty"`
	Comment *wireComment   `json:"comment,omitempty"`
	Code    string         `json:"code,omitempty"`
	Message string         `json:"message,omitempty"`
	WaitMS  int64          `json:"wait_ms,omitempty"`
}

// ackOf tells an author what became of a comment; never which rule it was.
func ackOf(ref string, o live.Outcome, err error) wireAck {
	a := wireAck{Ref: ref, Outcome: comment.Refused, WaitMS: o.Wait.Milliseconds()}
	if err != nil {
		f := faultOf(err)
		a.Code, a.Message, a.WaitMS = f.Code, f.Message, comment.Wait(err).Milliseconds()
		return a
	}
	a.ID = o.Comment.ID.String()
	switch o.Status {
	case comment.Refused:
		f := faultOf(comment.ErrRefused)
		a.Code, a.Message = f.Code, f.Message
	case comment.Held:
		a.Outcome = comment.Held
	default: // shown, or shown and taken down since
		a.Outcome = comment.Shown
		c := toWire(o.Comment)
		a.Comment = &c
	}
	return a
}

type wireBye struct {
	Type   string `json:"type"`
	Code   string `json:"code"`
	WaitMS int64  `json:"wait_ms,omitempty"`
}

type wireError struct {
	Type    string      `json:"type,omitempty"`
	Code    string      `json:"code"`
	Message string      `json:"message"`
	WaitMS  int64       `json:"wait_ms,omitempty"`
	Fault   *wireReason `json:"fault,omitempty"`
	By      string      `json:"by,omitempty"` // of changed: who it was
}
