package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// statuses and kinds define the numbers in the database: a value's index. Append new ones
// at the end.
var (
	statuses = []comment.Status{"", comment.Shown, comment.Held, comment.Refused, comment.Removed}
	kinds    = []room.Kind{
		"", room.KindComment, room.KindHeld, room.KindRefused, room.KindRemove,
		room.KindClear, room.KindRoom, room.KindPin, room.KindBan, room.KindUnban,
		room.KindItem, room.KindQuestion, room.KindErase, room.KindNote, room.KindNoteGone, room.KindNoteRead,
	}
)

func code[T comparable](list []T, v T) int { return slices.Index(list, v) }

func decode[T any](list []T, n int) (v T) {
	if n > 0 && n < len(list) {
		return list[n]
	}
	return v
}

// toMS and fromMS distinguish the zero time from 1970.
func toMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// toMinute truncates t to the minute, in milliseconds.
func toMinute(t time.Time) int64 { return toMS(t) / 60_000 * 60_000 }

// orDefault and unlessDefault convert between a default and the empty text that the
// database stores for it.
func orDefault[T ~string](v, def T) T {
	if v == "" {
		return def
	}
	return v
}

func unlessDefault[T ~string](v, def T) T {
	if v == def {
		return ""
	}
	return v
}

// asStored returns an event in the form in which the database returns it, so that the
// follower and a resume see the same.
func asStored(ev room.Event) room.Event {
	ev.At = fromMS(toMS(ev.At))
	switch ev.Kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		c := &ev.Comment
		c.At = fromMS(toMS(c.At))
		c.Mode = orDefault(c.Mode, comment.Scroll)
		c.Size = orDefault(c.Size, comment.Medium)
		c.Color = orDefault(c.Color, comment.White)
		c.Source = orDefault(c.Source, comment.FromAudience)
	}
	return ev
}

// eventData is the part of an event that only some kinds have.
type eventData struct {
	From     comment.Status   `json:"from,omitempty"`
	IDs      []comment.ID     `json:"ids,omitempty"`
	User     string           `json:"user,omitempty"`
	Settings json.RawMessage  `json:"settings,omitempty"`
	Changed  []string         `json:"changed,omitempty"`
	Ban      *banData         `json:"ban,omitempty"`
	Note     *noteData        `json:"note,omitempty"`
	Item     *show.Change     `json:"item,omitempty"`
	Mark     *show.MarkChange `json:"mark,omitempty"`
}

// banData is a ban in an event's row.
type banData struct {
	ID      int64        `json:"id"`
	Kind    room.BanKind `json:"kind"`
	User    string       `json:"user,omitempty"`
	Address string       `json:"address,omitempty"`
	UntilMS int64        `json:"until_ms,omitempty"`
	ShowEnd bool         `json:"show_end,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	By      string       `json:"by,omitempty"`
	AtMS    int64        `json:"at_ms,omitempty"`
}

// encodeData returns the JSON of an event, or nil when it is empty.
func encodeData(ev room.Event) (any, error) {
	d := eventData{From: ev.From, IDs: ev.IDs, User: ev.User, Changed: ev.Changed, Note: encodeNote(ev.Note), Item: ev.Item, Mark: ev.Mark}
	switch {
	case ev.Setup != nil:
		text, err := encodeRoom(*ev.Setup)
		if err != nil {
			return nil, err
		}
		d.Settings = json.RawMessage(text)
	case ev.Ban != nil:
		b := ev.Ban
		d.Ban = &banData{
			ID: b.ID, Kind: b.Kind, User: b.User, Address: b.Address, UntilMS: toMS(b.Until),
			ShowEnd: b.ShowEnd, Reason: b.Reason, By: b.By, AtMS: toMS(b.At),
		}
	case d.From == "" && d.IDs == nil && d.User == "" && d.Changed == nil && d.Note == nil && d.Item == nil && d.Mark == nil:
		return nil, nil
	}
	b, err := json.Marshal(d)
	return string(b), err
}

func decodeData(ev *room.Event, text string) error {
	if text == "" {
		return nil
	}
	var d eventData
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return fmt.Errorf("event %d of room %s: %w", ev.Seq, ev.Room, err)
	}
	ev.From, ev.IDs, ev.User, ev.Changed, ev.Item, ev.Mark = d.From, d.IDs, d.User, d.Changed, d.Item, d.Mark
	ev.Note = decodeNote(ev.Room, d.Note)
	if d.Settings != nil {
		room, err := decodeRoom(ev.Room, string(d.Settings))
		if err != nil {
			return err
		}
		ev.Setup = &room
	}
	if b := d.Ban; b != nil {
		ev.Ban = &room.Ban{
			ID: b.ID, Room: ev.Room, Kind: b.Kind, User: b.User, Address: b.Address,
			Until: fromMS(b.UntilMS), ShowEnd: b.ShowEnd, Reason: b.Reason, By: b.By, At: fromMS(b.AtMS),
		}
	}
	return nil
}

// spansInName precedes spans that refer to the name. Older versions omit such spans.
const spansInName = "name"

// encodeSpans writes spans as "0-3 5-7", those in the name as "name 0-3".
func encodeSpans(spans []comment.Span, inName bool) string {
	var parts []string
	if inName {
		parts = append(parts, spansInName)
	}
	for _, s := range spans {
		parts = append(parts, strconv.Itoa(s.From)+"-"+strconv.Itoa(s.To))
	}
	return strings.Join(parts, " ")
}

func decodeSpans(text string) (spans []comment.Span, inName bool) {
	text, inName = strings.CutPrefix(text, spansInName)
	for _, part := range strings.Fields(text) {
		from, to, _ := strings.Cut(part, "-")
		f, err1 := strconv.Atoi(from)
		t, err2 := strconv.Atoi(to)
		if err1 == nil && err2 == nil {
			spans = append(spans, comment.Span{From: f, To: t})
		}
	}
	return spans, inName
}

// encodePaid writes a payment as "5000000 USD 2", or an empty string.
func encodePaid(p *comment.Paid) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%d %s %d", p.Micros, p.Currency, p.Level)
}

func decodePaid(text string) *comment.Paid {
	var p comment.Paid
	if n, err := fmt.Sscanf(text, "%d %s %d", &p.Micros, &p.Currency, &p.Level); n != 3 || err != nil {
		return nil
	}
	return &p
}

// emoteRow is an emote in the database.
type emoteRow struct {
	From    int    `json:"f"`
	To      int    `json:"t"`
	Name    string `json:"n,omitempty"`
	Picture string `json:"p,omitempty"`
}

func encodeEmotes(emotes []comment.Emote) string {
	if len(emotes) == 0 {
		return ""
	}
	rows := make([]emoteRow, len(emotes))
	for i, e := range emotes {
		rows[i] = emoteRow(e)
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return "" // numbers and texts always encode
	}
	return string(b)
}

func decodeEmotes(text string) (emotes []comment.Emote) {
	var rows []emoteRow
	if text == "" || json.Unmarshal([]byte(text), &rows) != nil {
		return nil
	}
	for _, r := range rows {
		emotes = append(emotes, comment.Emote(r))
	}
	return emotes
}

// rowColumns are the columns that rowScan reads, of comments c and users u.
// They also fit an outer join that found no comment: then the ID is zero.
const rowColumns = `COALESCE(c.id, 0), COALESCE(c.seq, 0), COALESCE(c.status, 0), COALESCE(c.at, 0),
	COALESCE(c.text, ''), COALESCE(c.original, ''), COALESCE(c.name, ''), COALESCE(u.name, ''),
	COALESCE(c.mode, ''), COALESCE(c.color, ''), COALESCE(c.size, ''), COALESCE(c.badge, ''),
	COALESCE(c.source, ''), COALESCE(c.rule, ''), COALESCE(c.word, ''), COALESCE(c.detail, ''),
	COALESCE(c.spans, ''), COALESCE(c.address, ''), COALESCE(c.ref, ''), COALESCE(c.actor, ''),
	COALESCE(c.paid, ''), COALESCE(c.emotes, ''), COALESCE(c.chat, ''), COALESCE(c.original_name, ''), COALESCE(c.item, ''), COALESCE(c.photo, ''), COALESCE(c.standing, ''),
	COALESCE(c.status = 1 AND c.seq < (SELECT cleared FROM rooms WHERE id = c.room), 0)`

// rowScan holds the columns of one row.
type rowScan struct {
	row    room.Row
	status int
	at     int64
	spans  string

	paid, emotes, photo string
}

func (s *rowScan) dest() []any {
	r := &s.row
	return []any{
		&r.ID, &r.Seq, &s.status, &s.at, &r.Text, &r.Original, &r.Name, &r.User,
		&r.Mode, &r.Color, &r.Size, &r.Badge, &r.Source, &r.Rule, &r.Word, &r.Detail,
		&s.spans, &r.Address, &r.Ref, &r.By, &s.paid, &s.emotes, &r.Chat, &r.OriginalName, &r.Item, &s.photo, &r.Standing, &r.Cleared,
	}
}

func (s *rowScan) result() room.Row {
	r := s.row
	r.Status, r.At = decode(statuses, s.status), fromMS(s.at)
	r.Spans, r.InName = decodeSpans(s.spans)
	r.Mode = orDefault(r.Mode, comment.Scroll)
	r.Color = orDefault(r.Color, comment.White)
	r.Size = orDefault(r.Size, comment.Medium)
	r.Source = orDefault(r.Source, comment.FromAudience)
	r.Paid, r.Emotes, r.Photo = decodePaid(s.paid), decodeEmotes(s.emotes), decodePhoto(s.photo)
	return r
}
