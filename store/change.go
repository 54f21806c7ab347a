package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"danmaku/room"
)

// Everything that changes what the server knows happens in two steps, both within the
// writer's transaction. A decision reads the database and the request, and returns changes
// in which every number, ID, hash and time is chosen (the files decide*.go, and the methods
// of Store that are not events). Applying a change writes its content and decides nothing
// (apply*.go): the same changes, applied to the same database in the same order, give the
// same database again, on any machine. Each database runs Forget for itself, so that is not
// a change.

// change is one decided change. Other nodes and later versions read its JSON: fields may be
// added, and never change their meaning.
type change interface {
	kind() string
	// apply writes the change. It must not read what a decision could have read.
	apply(t *txn) error
}

// altering is a change of records that are also in memory, other than those of rooms' logs.
type altering interface{ alters(*room.Altered) }

func (*roomMade) alters(a *room.Altered)       { a.Rooms, a.Links = true, true }
func (*linkMade) alters(a *room.Altered)       { a.Links = true }
func (*linkRevoked) alters(a *room.Altered)    { a.Links = true }
func (*linkRestored) alters(a *room.Altered)   { a.Links = true }
func (*linkUsed) alters(a *room.Altered)       { a.Links = true }
func (*rulesChanged) alters(a *room.Altered)   { a.Rules = true }
func (*chatKept) alters(a *room.Altered)       { a.Chats = true }
func (*chatDeleted) alters(a *room.Altered)    { a.Chats = true }
func (*webhookKept) alters(a *room.Altered)    { a.Webhooks = true }
func (*webhookDeleted) alters(a *room.Altered) { a.Webhooks = true }
func (*keepSet) alters(a *room.Altered)        { a.Keep = true }

// changeKinds makes an empty change of each kind, for decoding.
var changeKinds = func() map[string]func() change {
	all := map[string]func() change{}
	for _, make := range []func() change{
		func() change { return &eventChange{} },
		func() change { return &roomMade{} },
		func() change { return &numberDrawn{} },
		func() change { return &linkMade{} },
		func() change { return &linkRevoked{} },
		func() change { return &linkRestored{} },
		func() change { return &linkUsed{} },
		func() change { return &rulesChanged{} },
		func() change { return &styleKept{} },
		func() change { return &styleDeleted{} },
		func() change { return &pictureKept{} },
		func() change { return &emoteKept{} },
		func() change { return &photoKept{} },
		func() change { return &chatKept{} },
		func() change { return &chatDeleted{} },
		func() change { return &webhookKept{} },
		func() change { return &webhookPassed{} },
		func() change { return &webhookDeleted{} },
		func() change { return &momentNoted{} },
		func() change { return &auditNoted{} },
		func() change { return &entryMade{} },
		func() change { return &reactionsCounted{} },
		func() change { return &keepSet{} },
		func() change { return &wifiSet{} },
		func() change { return &codeUsed{} },
	} {
		all[make().kind()] = make
	}
	return all
}()

// envelope is a change in a payload.
type envelope struct {
	Kind string          `json:"k"`
	Body json.RawMessage `json:"c"`
}

// encodeChanges writes the changes of one transaction as lines of JSON, each of which is an
// envelope. It copies a change's JSON unchecked: validating it again for each layer was a
// large part of a comment's cost.
func encodeChanges(list []change) ([]byte, error) {
	var b bytes.Buffer
	for _, c := range list {
		body, err := encodeChange(c)
		if err != nil {
			return nil, fmt.Errorf("encode a change of kind %s: %w", c.kind(), err)
		}
		b.WriteString(kindMark)
		b.WriteString(c.kind())
		b.WriteString(bodyMark)
		b.Write(body)
		b.WriteString(endMark + "\n")
	}
	return b.Bytes(), nil
}

// The parts of an envelope around kind and body. Kinds contain no character that JSON
// escapes.
const kindMark, bodyMark, endMark = `{"k":"`, `","c":`, "}"

func encodeChange(c change) ([]byte, error) {
	if m, ok := c.(json.Marshaler); ok {
		return m.MarshalJSON()
	}
	return json.Marshal(c)
}

// decodeChanges decodes the result of encodeChanges. Errors: ErrNewer for a kind that this
// program does not know.
func decodeChanges(payload []byte) (list []change, err error) {
	for line := range bytes.Lines(payload) {
		c, err := decodeChange(bytes.TrimSpace(line))
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// decodeChange decodes a line. It scans a line in this program's form once; another form,
// such as a later version's envelope with more fields, is decoded as general JSON.
func decodeChange(line []byte) (change, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(kindMark)); ok {
		kind, body, _ := bytes.Cut(rest, []byte(bodyMark))
		body, whole := bytes.CutSuffix(body, []byte(endMark))
		if whole && changeKinds[string(kind)] != nil {
			if c, err := decodeBody(string(kind), body); err == nil {
				return c, nil
			}
		}
	}
	var e envelope
	if err := json.Unmarshal(line, &e); err != nil {
		return nil, fmt.Errorf("decode a change: %w", err)
	}
	return decodeBody(e.Kind, e.Body)
}

func decodeBody(kind string, body []byte) (c change, err error) {
	make, known := changeKinds[kind]
	if !known {
		return nil, fmt.Errorf("%w: a change of kind %q", ErrNewer, kind)
	}
	c = make()
	if u, ok := c.(json.Unmarshaler); ok {
		err = u.UnmarshalJSON(body)
	} else {
		err = json.Unmarshal(body, c)
	}
	if err != nil {
		return nil, fmt.Errorf("decode a change of kind %s: %w", kind, err)
	}
	return c, nil
}

// write applies a change that has just been decided.
func (t *txn) write(c change) error {
	t.changed++
	if t.publisher != nil {
		t.changes = append(t.changes, c)
	}
	return c.apply(t)
}

// dropLastChange forgets the last change, which wrote nothing.
func (t *txn) dropLastChange() {
	t.changed--
	if t.publisher != nil {
		t.changes = t.changes[:len(t.changes)-1]
	}
}

// The reasons why a change cannot be applied, or was not published.
var (
	// ErrGap means that changes between the database's position and a batch's are missing.
	ErrGap = errors.New("changes are missing before these")
	// ErrNewer means that a newer version wrote a batch.
	ErrNewer = errors.New("written by a newer version")
)

// numberDrawn is the change that reserves a number for later use.
type numberDrawn struct {
	Of string `json:"of"` // a row of meta
	N  int64  `json:"n"`
}

func (*numberDrawn) kind() string { return "number" }

func (c *numberDrawn) apply(t *txn) error { return t.recordNumber(c.Of, c.N) }

// next returns a number that was never given before. The change with that number must call
// reach when it is applied.
func (t *txn) next(key string) (int64, error) {
	if _, known := t.numbers[key]; !known {
		var last int64
		if err := t.get("SELECT value FROM meta WHERE key = ?", []any{key}, &last); err != nil {
			return 0, err
		}
		t.numbers[key] = last
	}
	t.numbers[key]++
	return t.numbers[key], nil
}

// recordNumber records that a number was given.
func (t *txn) recordNumber(key string, n int64) error {
	t.numbers[key] = max(t.numbers[key], n)
	_, err := t.exec("UPDATE meta SET value = ?2 WHERE key = ?1 AND value < ?2", key, n)
	return err
}

// roomRow returns the row of a room, 0 for all rooms, or room.ErrNotFound.
func (t *txn) roomRow(name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	return t.roomID(name)
}

// auditChange is an audit entry in a change.
type auditChange struct {
	ID      int64       `json:"id"`
	At      int64       `json:"at"` // ms
	By      string      `json:"by"`
	Link    int64       `json:"link,omitempty"`
	Role    room.Role   `json:"role,omitempty"`
	Kind    room.Action `json:"kind"`
	About   string      `json:"about,omitempty"`
	User    string      `json:"user,omitempty"`
	Detail  string      `json:"detail,omitempty"`
	Changed string      `json:"changed,omitempty"` // separated by commas
	Before  string      `json:"before,omitempty"`  // JSON as in the row of a room
	After   string      `json:"after,omitempty"`
	Kept    string      `json:"kept,omitempty"` // JSON, see edit
	Undoes  int64       `json:"undoes,omitempty"`
}

// auditNoted is an audit entry without another change.
type auditNoted struct {
	Room  string       `json:"room,omitempty"`
	Audit *auditChange `json:"act"`
}

func (*auditNoted) kind() string { return "act" }

func (c *auditNoted) apply(t *txn) error { return t.note(c.Room, c.Audit) }

// note writes an audit entry, about a room or, if roomID is empty, about all. Nil means
// none.
func (t *txn) note(roomID string, a *auditChange) error {
	if a == nil {
		return nil
	}
	row, err := t.roomRow(roomID)
	if err != nil {
		return err
	}
	if err := t.recordNumber("last.act", a.ID); err != nil {
		return err
	}
	const q = `INSERT OR REPLACE INTO acts (id, room, at, actor, link, role, kind, about, user, detail, changed, before, after, kept)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	if _, err := t.exec(q, a.ID, row, a.At, a.By, a.Link, string(a.Role), string(a.Kind),
		a.About, a.User, a.Detail, a.Changed, a.Before, a.After, a.Kept); err != nil {
		return err
	}
	if len(a.Kept) > longEdit {
		if _, err := t.exec(`UPDATE acts SET kept = '' WHERE kept <> '' AND length(kept) > ? AND id <= (SELECT id FROM acts
			WHERE kept <> '' AND length(kept) > ? ORDER BY id DESC LIMIT 1 OFFSET ?)`, longEdit, longEdit, longEdits); err != nil {
			return err
		}
	}
	if a.Undoes == 0 {
		return nil
	}
	_, err = t.exec("UPDATE acts SET undone = ? WHERE id = ? AND undone = 0", a.ID, a.Undoes)
	return err
}

// decideAudit gives an audit entry its ID. Nil stays nil.
func (t *txn) decideAudit(a *auditChange) (*auditChange, error) {
	if a == nil {
		return nil, nil
	}
	id, err := t.next("last.act")
	if err != nil {
		return nil, err
	}
	numbered := *a
	numbered.ID = id
	return &numbered, nil
}
