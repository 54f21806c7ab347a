package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// Encoder is live.Encoder for protocol version 1.
type Encoder struct{}

var _ live.Encoder = Encoder{}

// Event implements live.Encoder.
func (Encoder) Event(v room.View, e room.Event) []byte {
	switch e.Kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		return encodeComment(v, e)
	case room.KindRemove, room.KindErase:
		return encodeRemoval(v, e)
	case room.KindClear:
		return Marshal(Event{Type: string(e.Kind), Seq: e.Seq})
	case room.KindRoom:
		return encodeRoomEvent(e)
	case room.KindPin:
		return encodePin(v, e)
	case room.KindItem:
		return encodeItem(v, e)
	case room.KindQuestion:
		return encodeMark(v, e)
	case room.KindNote, room.KindNoteGone, room.KindNoteRead:
		if v == room.ViewConsole && e.Note != nil {
			w := NoteEvent{Type: string(e.Kind), Seq: e.Seq, PersonNote: PersonNoteOf(*e.Note)}
			w.By = e.By // the moderator, not the author
			return Marshal(w)
		}
	case room.KindBan, room.KindUnban:
		if v == room.ViewConsole && e.Ban != nil {
			w := BanEvent{Type: string(e.Kind), Seq: e.Seq, Ban: BanOf(*e.Ban)}
			w.By = e.By // for an unban: who lifted it
			return Marshal(w)
		}
	}
	return nil
}

// encodeComment encodes a comment for a view; nil if the view does not show it.
func encodeComment(v room.View, e room.Event) []byte {
	c := CommentFor(v, e.Comment)
	if c.Item != "" && v == room.ViewOverlay || c.Photo != nil && v != room.ViewConsole {
		return nil // a question does not fly, and screens have photos from their wall
	}
	w := Event{Type: string(e.Kind), Seq: e.Seq, Comment: &c}
	if v == room.ViewConsole {
		w.Entry = EntryOf(e.Entry, e.By)
		w.From, w.Group, w.Count = e.From, e.Group, e.Waiting
	} else if e.Kind != room.KindComment {
		return nil
	}
	return Marshal(w)
}

// encodeRemoval encodes a removal or a deletion for a view. Screens and older consoles receive a
// deletion as a removal.
func encodeRemoval(v room.View, e room.Event) []byte {
	w := Event{Type: string(room.KindRemove), Seq: e.Seq, Erased: e.Kind == room.KindErase}
	if w.Erased && len(e.IDs) == 0 && v != room.ViewConsole {
		return nil // no screen shows any of it
	}
	if e.User != "" && len(e.IDs) > manyIDs && v != room.ViewConsole {
		return Marshal(RemoveUser{Type: w.Type, Seq: w.Seq, User: e.User, Erased: w.Erased})
	}
	for _, id := range e.IDs {
		w.IDs = append(w.IDs, id.String())
	}
	if v == room.ViewConsole {
		w.Entry, w.Groups = &Entry{By: e.By}, GroupCountsOf(e.Groups)
		if w.Erased {
			return Marshal(Erased{Type: w.Type, Seq: w.Seq, IDs: w.IDs, User: e.User, Erased: true, By: e.By, Groups: w.Groups})
		}
	}
	return Marshal(w)
}

// manyIDs is the most comments of one author whose removal is listed by ID for a screen.
const manyIDs = 100

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

// User is an audience member's own data.
type User struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	WaitMS int64  `json:"wait_ms"`
	Muted  int64  `json:"muted_until,omitempty"` // ms
	Token  string `json:"token,omitempty"`
	// Ticket makes other machines of a cluster take it for the same person.
	Ticket   string `json:"ticket,omitempty"`
	TicketMS int64  `json:"ticket_ms,omitempty"` // for so long

	Warnings []Warning `json:"warnings,omitempty"` // its unread warnings, oldest first

	Took map[string][]string `json:"took,omitempty"` // its choices in live items, by item
}

// Hello is the first frame on a socket.
type Hello struct {
	Type     string            `json:"type"`
	Version  int               `json:"version"`
	Time     int64             `json:"time"`
	Position string            `json:"position"`
	Role     room.View         `json:"role"`
	Room     Room              `json:"room"`
	User     *User             `json:"user,omitempty"`
	People   int               `json:"people"`
	Resumed  bool              `json:"resumed"`
	Pin      *Comment          `json:"pin,omitempty"`
	Items    []Item            `json:"items,omitempty"`
	Held     []json.RawMessage `json:"held,omitempty"`
	Groups   []GroupCount      `json:"held_groups,omitempty"`
	Waiting  int               `json:"held_total,omitempty"`
	HeldAt   int64             `json:"held_seq,omitempty"`
	Replay   *Replay           `json:"replay,omitempty"`
	OnAir    *OnAir            `json:"on_air,omitempty"`
	// Addresses are the origins of other machines that serve the room, too.
	Addresses []string `json:"addresses,omitempty"`
	// recent follows, see HelloFrame.
}

// HelloFrame encodes the first frame of a client: the result of [live.Service.Join], and
// for the audience its own data. addresses are the origins of other machines.
func HelloFrame(w live.Welcome, v room.View, user *User, addresses []string, now time.Time) []byte {
	h := Hello{
		Type: "hello", Version: 1, Time: now.UnixMilli(), Position: w.Position.String(), Role: v,
		Room: RoomOf(w.Room), User: user, People: w.People, Resumed: w.Resumed, Waiting: w.Waiting, HeldAt: w.HeldAt, Addresses: addresses,
	}
	for _, g := range w.Groups {
		if g.Count > 1 {
			h.Groups = append(h.Groups, GroupCount(g))
		}
	}
	for _, b := range w.Held {
		h.Held = append(h.Held, json.RawMessage(b))
	}
	if len(w.Items) > 0 {
		h.Items = ItemsOf(w.Items)
	}
	if w.Pin != nil {
		c := CommentFor(v, *w.Pin)
		h.Pin = &c
	}
	if w.Replay != nil {
		r := ReplayOf(*w.Replay)
		r.Defects, r.Notes = nil, nil
		h.Replay = &r
	}
	if w.OnAir != nil {
		o := onAirOf(*w.OnAir)
		h.OnAir = &o
	}
	head := Marshal(h)
	if len(w.Recent) <= len("[]") {
		return head
	}
	// The list is the same for all clients at one position, and it can be long: it is
	// copied after the rest, not encoded again.
	b := make([]byte, 0, len(head)+len(`,"recent":`)+len(w.Recent))
	b = append(b, head[:len(head)-1]...)
	b = append(b, `,"recent":`...)
	b = append(b, w.Recent...)
	return append(b, '}')
}

// AppendBeat appends the server's heartbeat, which differs between rooms.
func AppendBeat(b []byte, at time.Time, pos room.Position, people int) []byte {
	b = strconv.AppendInt(append(b, `{"type":"beat","time":`...), at.UnixMilli(), 10)
	b = append(append(b, `,"position":"`...), pos.Epoch...) // letters and digits
	b = strconv.AppendInt(append(b, ':'), pos.Seq, 10)
	b = strconv.AppendInt(append(b, `","people":`...), int64(people), 10)
	return append(b, '}')
}

// Stats is the state of a room for those who run it.
type Stats struct {
	Type     string            `json:"type,omitempty"`
	Clients  map[room.View]int `json:"clients"`
	Rate     int               `json:"rate"`
	Refused  map[string]int    `json:"refused"`
	Slow     int64             `json:"slow,omitempty"`
	Shown    *int64            `json:"shown_ms,omitempty"`
	Overlays *Overlays         `json:"overlays,omitempty"`
	Raid     *Raid             `json:"raid,omitempty"`
	Hour     *Hour             `json:"hour,omitempty"` // only over HTTP
	Log      Log               `json:"log"`
	Opinion  *Opinion          `json:"second_opinion,omitempty"`
	Machines []Machine         `json:"machines,omitempty"`
}

// Machine is one of several machines that run the rooms together.
type Machine struct {
	Name    string `json:"name"`
	Here    bool   `json:"here,omitempty"`    // it is the sender
	Up      bool   `json:"up"`                // it answers
	Home    bool   `json:"home,omitempty"`    // it is the home, which decides
	Edge    bool   `json:"edge,omitempty"`    // it follows, and never decides
	Witness bool   `json:"witness,omitempty"` // it stores the log and has no pages, and never decides
	Level   bool   `json:"level,omitempty"`   // it is up to date with the others
	Behind  uint64 `json:"behind,omitempty"`  // number of changes it still lacks
	URL     string `json:"url,omitempty"`     // origin at which pages of other machines reach it
}

// Opinion is the state of the second opinion service, for all rooms since the start.
type Opinion struct {
	Answering bool    `json:"answering"`
	Asked     int64   `json:"asked"`
	Held      int64   `json:"held"`
	Refused   int64   `json:"refused"`
	Failed    int64   `json:"failed"`
	WaitMS    float64 `json:"wait_ms"` // of the last answer
}

// Hour is the last hour in 60 minutes, the present one last.
type Hour struct {
	Shown  [60]int `json:"shown"`
	People [60]int `json:"people"`
}

// Raid is the current raid on a room; it is omitted while the room is calm.
type Raid struct {
	Seconds   int    `json:"seconds"` // the time within which the people below wrote
	Newcomers int    `json:"newcomers,omitempty"`
	Stopped   int    `json:"stopped,omitempty"`
	Voices    int    `json:"voices,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Log says whether comments can be saved, and how long the last one took.
type Log struct {
	Ready  bool    `json:"ready"`
	WaitMS float64 `json:"wait_ms"`
}

// StatsOf joins the service's and the sockets' data about a room.
func StatsOf(s live.Stats, a Account) Stats {
	w := Stats{
		Type: "stats", Clients: s.Clients, Rate: s.Rate, Refused: s.Stopped, Slow: a.Slow, Shown: a.Shown, Overlays: OverlaysOf(a.Overlays, a.Now),
		Log: Log{Ready: s.Log == nil, WaitMS: float64(s.Saved.Microseconds()) / 1000},
	}
	if o := s.Opinion; o != nil {
		w.Opinion = &Opinion{o.Answering, o.Asked, o.Held, o.Refused, o.Failed, float64(o.Took.Microseconds()) / 1000}
	}
	for _, m := range s.Machines {
		w.Machines = append(w.Machines, Machine(m))
	}
	if r := s.Raid; !r.Calm() {
		w.Raid = &Raid{Seconds: int(room.RaidWindow.Seconds()), Newcomers: r.Newcomers, Stopped: r.Stopped, Voices: r.Voices, Text: r.Text}
	}
	return w
}

// Ack answers a send, over the socket and over HTTP.
type Ack struct {
	Type    string         `json:"type,omitempty"`
	Ref     string         `json:"ref,omitempty"`
	Outcome comment.Status `json:"outcome"`
	ID      string         `json:"id,omitempty"`
	Comment *Comment       `json:"comment,omitempty"`
	Code    string         `json:"code,omitempty"`
	Message string         `json:"message,omitempty"`
	Reason  string         `json:"reason,omitempty"` // of slow_down: review_full or review_yours
	WaitMS  int64          `json:"wait_ms,omitempty"`
	Item    string         `json:"item,omitempty"`    // for a message that was a vote: its item
	Choices []string       `json:"choices,omitempty"` // … and its author's choices there
	Notes   []Note         `json:"notes,omitempty"`   // over HTTP: what was changed to make it acceptable
}

// Note names a change to a field.
type Note struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// AckOf returns the answer to the author of a comment; it never names the rule.
func AckOf(ref string, o live.Outcome, err error) Ack {
	a := Ack{Ref: ref, Outcome: comment.Refused, WaitMS: o.Wait.Milliseconds()}
	if err != nil {
		f := FaultOf(err)
		a.Code, a.Message, a.WaitMS = f.Code, f.Message, room.Wait(err).Milliseconds()
		if f.Why != nil {
			a.Reason = f.Why.Code
		}
		return a
	}
	if o.Part != nil {
		a.Item, a.Choices = o.Part.Item, o.Part.Choices
		if o.Status == "" {
			a.Outcome = Counted
			return a
		}
	}
	a.ID = o.Comment.ID.String()
	switch o.Status {
	case comment.Refused:
		f := FaultOf(room.ErrRefused)
		a.Code, a.Message = f.Code, f.Message
	case comment.Held:
		a.Outcome = comment.Held
	default: // shown, or shown and taken down since
		a.Outcome = comment.Shown
		c := CommentFor(room.ViewAudience, o.Comment)
		a.Comment = &c
	}
	return a
}

// Bye is the last frame on a socket that the server closes.
type Bye struct {
	Type   string `json:"type"`
	Code   string `json:"code"`
	WaitMS int64  `json:"wait_ms,omitempty"`
}

// Error is the body of an error for a program.
type Error struct {
	Type    string  `json:"type,omitempty"`
	Code    string  `json:"code"`
	Message string  `json:"message"`
	WaitMS  int64   `json:"wait_ms,omitempty"`
	Fault   *Reason `json:"fault,omitempty"`
	// For a file: the first ten comments that cannot be read, and other remarks about it.
	Defects []Reason `json:"defects,omitempty"`
	Notes   []Reason `json:"notes,omitempty"`
	By      string   `json:"by,omitempty"` // of changed: the person who changed it
}
