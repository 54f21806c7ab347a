package store

import (
	"encoding/json"
	"errors"

	"danmaku/comment"
	"danmaku/room"
)

// txn is the current transaction with its state of the rooms.
type txn struct {
	*writer
	rooms   map[string]*roomState
	numbers map[string]int64 // last numbers given, by their row of meta, as far as known
	events  []room.Event     // new in the log of a room, in order
	changed int              // number of applied changes
	changes []change         // these changes, if a publisher needs them
	foreign bool             // they were decided elsewhere
	fresh   bool             // some of them are new here
	altered room.Altered     // by the foreign changes
	pos     uint64           // position that the transaction moves to; 0 when not needed
}

// roomState is a room within one transaction.
type roomState struct {
	id      int64
	head    int64 // highest number given
	written int64 // … according to the database
}

// room reads a room's position in the log once for each transaction, unless the previous
// one was a batch of events that left it: a failing transaction leaves nothing in memory
// that would have to be reverted.
func (t *txn) room(name string) (*roomState, error) {
	if r, ok := t.rooms[name]; ok {
		return r, nil
	}
	var r roomState
	if err := t.get("SELECT id, seq FROM rooms WHERE name = ?", []any{name}, &r.id, &r.head); err != nil {
		return nil, err
	}
	r.written = r.head
	t.rooms[name] = &r
	return &r, nil
}

// flush writes what the transaction gathered in memory.
func (t *txn) flush() error {
	for _, r := range t.rooms {
		if r.head == r.written {
			continue
		}
		if _, err := t.exec("UPDATE rooms SET seq = ? WHERE id = ?", r.head, r.id); err != nil {
			return err
		}
		r.written = r.head
	}
	return nil
}

// knownUser returns the row of an author, or room.ErrNotFound.
func (t *txn) knownUser(roomRow int64, name string) (int64, error) {
	if row, ok := t.users[userKey{roomRow, name}]; ok {
		return row.id, nil
	}
	var id int64
	err := t.get("SELECT id FROM users WHERE room = ? AND name = ?", []any{roomRow, name}, &id)
	return id, err
}

// user returns the row of an author, and creates it the first time.
func (t *txn) user(roomRow int64, name string) (id int64, made bool, err error) {
	id, err = t.knownUser(roomRow, name)
	if errors.Is(err, room.ErrNotFound) {
		made = true
		id, err = t.insert("INSERT INTO users (room, name) VALUES (?, ?)", roomRow, name)
	}
	if err != nil {
		return 0, false, err
	}
	key := userKey{roomRow, name}
	if _, known := t.users[key]; !known {
		if len(t.users) >= usersLen {
			clear(t.users)
		}
		t.users[key] = userRow{id: id}
	}
	return id, made, nil
}

// linkUser stores the link that an author writes with; the first one counts, and 0 is none.
func (t *txn) linkUser(roomRow int64, name string, link int64) error {
	key := userKey{roomRow, name}
	row := t.users[key]
	if link == 0 || row.linked {
		return nil
	}
	if _, err := t.exec("INSERT INTO senders (user, link) VALUES (?, ?) ON CONFLICT DO NOTHING", row.id, link); err != nil {
		return err
	}
	row.linked = true
	t.users[key] = row
	return nil
}

// dropUser deletes the row of an author that was created unnecessarily.
func (t *txn) dropUser(roomRow int64, name string, id int64) error {
	delete(t.users, userKey{roomRow, name})
	_, err := t.exec("DELETE FROM users WHERE id = ?", id)
	return err
}

// eventChange is a decided event of a room's log.
type eventChange struct {
	ev   room.Event
	act  *auditChange
	link int64 // that the comment's author writes with
	data any   // as in the event's row: JSON, or nil
}

// eventJSON is an eventChange in a payload.
type eventJSON struct {
	Room    string          `json:"room"`
	Seq     int64           `json:"seq"`
	At      int64           `json:"at"` // ms
	Kind    room.Kind       `json:"kind"`
	By      string          `json:"by,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Comment *commentJSON    `json:"comment,omitempty"`
	Audit   *auditChange    `json:"act,omitempty"`
}

// commentJSON is a comment in a payload, with the data stored beside it.
type commentJSON struct {
	ID           int64          `json:"id"`
	At           int64          `json:"at"` // ms
	Text         string         `json:"text"`
	Name         string         `json:"name,omitempty"`
	User         string         `json:"user"`
	Mode         comment.Mode   `json:"mode,omitempty"`
	Color        string         `json:"color,omitempty"`
	Size         comment.Size   `json:"size,omitempty"`
	Badge        comment.Badge  `json:"badge,omitempty"`
	Source       comment.Source `json:"source,omitempty"`
	Ref          string         `json:"ref,omitempty"`
	Original     string         `json:"original,omitempty"`
	OriginalName string         `json:"original_name,omitempty"`
	Rule         string         `json:"rule,omitempty"`
	Word         string         `json:"word,omitempty"`
	Detail       string         `json:"detail,omitempty"`
	Spans        string         `json:"spans,omitempty"`
	Address      string         `json:"address,omitempty"`
	Link         int64          `json:"link,omitempty"`
	Paid         string         `json:"paid,omitempty"`   // as in its row
	Emotes       string         `json:"emotes,omitempty"` // as in its row
	Chat         string         `json:"chat,omitempty"`
	Item         string         `json:"item,omitempty"`
	Photo        string         `json:"photo,omitempty"` // as in its row

	Standing comment.Standing `json:"standing,omitempty"`
}

func (*eventChange) kind() string { return "event" }

// MarshalJSON implements json.Marshaler.
func (c *eventChange) MarshalJSON() ([]byte, error) {
	ev := c.ev
	w := eventJSON{Room: ev.Room, Seq: ev.Seq, At: toMS(ev.At), Kind: ev.Kind, By: ev.By, Audit: c.act}
	if text, ok := c.data.(string); ok {
		w.Data = json.RawMessage(text)
	}
	if k, e := ev.Comment, ev.Entry; k.ID != 0 {
		w.Comment = &commentJSON{
			ID: int64(k.ID), At: toMS(k.At), Text: k.Text, Name: k.Name, User: k.User, Mode: k.Mode, Color: k.Color, Size: k.Size,
			Badge: k.Badge, Source: k.Source, Ref: e.Ref, Original: e.Original, OriginalName: e.OriginalName, Rule: e.Rule, Word: e.Word, Detail: e.Detail,
			Spans: encodeSpans(e.Spans, e.InName), Address: e.Address, Link: c.link,
			Paid: encodePaid(k.Paid), Emotes: encodeEmotes(k.Emotes), Chat: e.Chat, Item: k.Item, Photo: encodePhoto(k.Photo), Standing: k.Standing,
		}
	}
	return json.Marshal(w)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *eventChange) UnmarshalJSON(b []byte) error {
	var w eventJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*c = eventChange{ev: room.Event{Room: w.Room, Seq: w.Seq, At: fromMS(w.At), Kind: w.Kind, By: w.By}, act: w.Audit}
	if k := w.Comment; k != nil {
		c.ev.Comment = comment.Comment{
			ID: comment.ID(k.ID), At: fromMS(k.At), Text: k.Text, Name: k.Name, User: k.User, Mode: k.Mode, Color: k.Color,
			Size: k.Size, Badge: k.Badge, Source: k.Source, Paid: decodePaid(k.Paid), Emotes: decodeEmotes(k.Emotes), Item: k.Item, Photo: decodePhoto(k.Photo), Standing: k.Standing,
		}
		c.ev.Entry = room.Entry{
			Ref: k.Ref, Original: k.Original, OriginalName: k.OriginalName, Rule: k.Rule, Word: k.Word, Detail: k.Detail,
			Address: k.Address, Chat: k.Chat,
		}
		c.ev.Entry.Spans, c.ev.Entry.InName = decodeSpans(k.Spans)
		c.link = k.Link
	}
	if a := w.Audit; a != nil { // followers need only its existence and its actor
		c.ev.Audit = &room.AuditEntry{ID: a.ID, Room: w.Room, At: fromMS(a.At), By: a.By, Link: a.Link, Role: a.Role, Kind: a.Kind,
			About: a.About, User: a.User, Detail: a.Detail, Undoes: a.Undoes}
	}
	if len(w.Data) == 0 {
		return nil
	}
	c.data = string(w.Data)
	return decodeData(&c.ev, string(w.Data))
}

// apply writes the event and what it changes.
func (c *eventChange) apply(t *txn) error {
	ev := c.ev
	place, err := t.room(ev.Room)
	if err != nil {
		return err
	}
	if err := t.writeEffect(place, ev, c.link); err != nil {
		return err
	}
	var about any
	switch ev.Kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		about = int64(ev.Comment.ID)
	}
	const q = `INSERT INTO events (room, seq, at, kind, comment, actor, data) VALUES (?, ?, ?, ?, ?, ?, ?)`
	if _, err := t.exec(q, place.id, ev.Seq, toMS(ev.At), code(kinds, ev.Kind), about, ev.By, c.data); err != nil {
		return err
	}
	place.head = max(place.head, ev.Seq)
	if err := t.note(ev.Room, c.act); err != nil {
		return err
	}
	t.events = append(t.events, ev)
	return nil
}

// writeEffect writes what an event changes besides the log.
func (t *txn) writeEffect(place *roomState, ev room.Event, link int64) error {
	var err error
	switch ev.Kind {
	case room.KindComment, room.KindHeld, room.KindRefused:
		if ev.From == "" {
			return t.insertComment(place, ev, link)
		}
		const q = `UPDATE comments SET status = ?, seq = ?, at = ?, actor = ? WHERE id = ?`
		_, err = t.exec(q, code(statuses, statusAfter(ev.Kind)), ev.Seq, toMS(ev.Comment.At), ev.By, int64(ev.Comment.ID))
	case room.KindRemove:
		return t.removeComments(place, ev)
	case room.KindErase:
		return t.erase(place, ev)
	case room.KindClear: // including the pinned comment
		_, err = t.exec("UPDATE rooms SET cleared = ?, pinned = 0 WHERE id = ?", ev.Seq, place.id)
	case room.KindRoom:
		if ev.Setup == nil {
			return malformed("no settings")
		}
		var text string
		if text, err = encodeRoom(*ev.Setup); err == nil {
			_, err = t.exec("UPDATE rooms SET settings = ? WHERE id = ?", text, place.id)
		}
	case room.KindPin:
		var pinned int64
		if len(ev.IDs) == 1 {
			pinned = int64(ev.IDs[0])
		}
		_, err = t.exec("UPDATE rooms SET pinned = ? WHERE id = ?", pinned, place.id)
	case room.KindBan:
		b := ev.Ban
		if b == nil {
			return malformed("no ban")
		}
		if err := t.recordNumber("last.ban", b.ID); err != nil {
			return err
		}
		const q = `INSERT INTO bans (id, room, kind, user, address, until, show_end, reason, actor, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
		_, err = t.exec(q, b.ID, place.id, string(b.Kind), b.User, b.Address, toMS(b.Until), b.ShowEnd, b.Reason, b.By, toMS(b.At))
	case room.KindUnban:
		if ev.Ban == nil {
			return malformed("no ban")
		}
		_, err = t.exec("UPDATE bans SET lifted = ? WHERE id = ?", max(toMS(ev.At), 1), ev.Ban.ID)
	case room.KindNote, room.KindNoteGone, room.KindNoteRead:
		return t.keepNote(place, ev)
	case room.KindItem:
		return t.keepItem(place, ev.Item)
	case room.KindQuestion:
		return t.keepMark(place, ev.Mark)
	}
	return err
}

// statusAfter returns the status that an event gives its comment.
func statusAfter(k room.Kind) comment.Status {
	switch k {
	case room.KindComment:
		return comment.Shown
	case room.KindHeld:
		return comment.Held
	}
	return comment.Refused
}

const insertComment = `INTO comments (id, room, seq, user, at, status, text, original, name,
	mode, color, size, badge, source, rule, word, detail, spans, address, ref, paid, emotes, chat, original_name, item, photo, standing)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (t *txn) insertComment(place *roomState, ev room.Event, link int64) error {
	c, e := ev.Comment, ev.Entry
	user, made, err := t.user(place.id, c.User)
	if err != nil {
		return err
	}
	var ref any
	if e.Ref != "" {
		ref = e.Ref
	}
	q := "INSERT " + insertComment + " ON CONFLICT DO NOTHING"
	if t.foreign { // databases forget at different moments: ours may still have the ref
		q = "INSERT OR REPLACE " + insertComment
	}
	rows, err := t.exec(q, int64(c.ID), place.id, ev.Seq, user, toMS(c.At),
		code(statuses, statusAfter(ev.Kind)), c.Text, e.Original, c.Name,
		string(unlessDefault(c.Mode, comment.Scroll)), unlessDefault(c.Color, comment.White),
		string(unlessDefault(c.Size, comment.Medium)), string(c.Badge),
		string(unlessDefault(c.Source, comment.FromAudience)),
		e.Rule, e.Word, e.Detail, encodeSpans(e.Spans, e.InName), e.Address, ref,
		encodePaid(c.Paid), encodeEmotes(c.Emotes), e.Chat, e.OriginalName, c.Item, encodePhoto(c.Photo), string(c.Standing))
	switch {
	case err != nil:
		return err
	case rows > 0:
		return t.linkUser(place.id, c.User, link)
	case made: // nothing may be left of a comment that already exists
		if err := t.dropUser(place.id, c.User, user); err != nil {
			return err
		}
	}
	return errKnown
}

// removeComments takes comments down. Each gets its own number, the last one that of the
// event, so that the numbers of rows stay unique and history can page by them.
func (t *txn) removeComments(place *roomState, ev room.Event) error {
	for i, id := range ev.IDs {
		seq := ev.Seq - int64(len(ev.IDs)-1-i)
		if _, err := t.exec(`UPDATE comments SET status = 4, seq = ?, actor = ? WHERE id = ?`, seq, ev.By, int64(id)); err != nil {
			return err
		}
		if _, err := t.exec("UPDATE rooms SET pinned = 0 WHERE id = ? AND pinned = ?", place.id, int64(id)); err != nil {
			return err
		}
		if err := t.dropPhoto(id); err != nil { // nothing restores it
			return err
		}
	}
	return nil
}
