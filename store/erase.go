package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// Erasing deletes for good what somebody wrote in a room: the rows, not only what is shown.
// It is an ordinary event of the log, so every screen takes the comments down and every
// other database deletes them, too.

const (
	// eraseMost is how many comments one event deletes, so that waiting comments wait some
	// ten milliseconds at most. A caller that has more to delete repeats it.
	eraseMost = 1000
	// refsErased is how long the refs of erased comments stay bound: longer than any phone
	// retries, and than platforms repeat their messages.
	refsErased = 48 * time.Hour
)

// decideErase finds the comments of an author to erase, whatever their status.
func (t *txn) decideErase(place *roomState, ev room.Event) (decision, error) {
	if ev.User == "" {
		return decision{}, malformed("nobody is to be erased")
	}
	var err error
	if ev.IDs, err = t.writtenBy(place, ev.User, eraseMost); err != nil {
		return decision{}, err
	}
	if len(ev.IDs) == 0 {
		var left bool
		const q = `SELECT EXISTS (SELECT 1 FROM entries WHERE room = ?1 AND person = ?2)
			OR EXISTS (SELECT 1 FROM acts WHERE room = ?1 AND user = ?2 AND kind NOT IN ('mute', 'ban', 'unban'))
			OR EXISTS (SELECT 1 FROM notes WHERE room = ?1 AND user = ?2)
			OR EXISTS (SELECT 1 FROM bans WHERE room = ?1 AND user = ?2 AND (lifted > 0 OR until > 0 AND until <= ?3))`
		if err := t.get(q, []any{place.id, ev.User, toMS(ev.At)}, &left); err != nil {
			return decision{}, err
		}
		if !left {
			return unchanged(ev)
		}
	}
	return decision{ev: ev}, nil
}

// writtenBy lists the oldest comments of an author.
func (t *txn) writtenBy(place *roomState, user string, most int) ([]comment.ID, error) {
	return t.ids(`SELECT id FROM comments WHERE user = (SELECT id FROM users WHERE room = ? AND name = ?) ORDER BY seq LIMIT ?`,
		place.id, user, most)
}

// beforeErase takes down the cards of comments that are about to be erased, and withdraws
// their author's choices in live items, so that every screen counts correctly. The items'
// events come first: erasing then empties them.
func (t *txn) beforeErase(place *roomState, ev room.Event) error {
	if len(ev.IDs) > 0 {
		if err := t.cardsOf(place, ev); err != nil {
			return err
		}
	}
	withdrawals, err := listIn(t, func(rows *sql.Rows) (*entryMade, error) {
		c := &entryMade{Room: ev.Room, At: toMS(ev.At), Entry: show.Entry{Person: ev.User, Withdraw: true}}
		return c, rows.Scan(&c.Item, &c.Choice, &c.N)
	}, `SELECT e.item, e.choice, e.n FROM entries e JOIN items i ON i.room = e.room AND i.id = e.item
		WHERE e.room = ? AND e.person = ? AND i.state = 'live' ORDER BY e.item, e.n`, place.id, ev.User)
	if err != nil {
		return err
	}
	for _, c := range withdrawals {
		if err := t.write(c); err != nil {
			return err
		}
	}
	return nil
}

// erase deletes comments of an author and everything that repeats them: their events, their
// traces in the audit and the log of items, the author's rows in senders and users when
// nothing is left, votes, notes, and ended bans. Bans in force and their audit entries
// stay.
func (t *txn) erase(place *roomState, ev room.Event) error {
	t.wiped = true
	return t.secureDelete(func() error {
		for _, forget := range []func(*roomState, room.Event) error{t.eraseComments, t.eraseItems, t.eraseNotes, t.erasePerson} {
			if err := forget(place, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraseComments deletes the rows of comments, their events and the pin.
func (t *txn) eraseComments(place *roomState, ev room.Event) error {
	for _, id := range ev.IDs {
		var seq int64
		var ref, chat string
		err := t.get("SELECT seq, COALESCE(ref, ''), chat FROM comments WHERE id = ? AND room = ?", []any{int64(id), place.id}, &seq, &ref, &chat)
		if errors.Is(err, room.ErrNotFound) {
			continue // this database has forgotten it
		}
		if err != nil {
			return err
		}
		if ref != "" {
			const q = "INSERT OR REPLACE INTO erased (room, key, id, at) VALUES (?, ?, ?, ?)"
			if _, err := t.exec(q, place.id, erasedKey(ev.User, chat, ref), int64(id), toMS(ev.At)); err != nil {
				return err
			}
			t.erasures = true
		}
		if _, err := t.exec("DELETE FROM events WHERE room = ? AND seq = ? AND comment = ?", place.id, seq, int64(id)); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM comments WHERE id = ?", int64(id)); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM questions WHERE room = ? AND id = ?", place.id, int64(id)); err != nil {
			return err
		}
		if _, err := t.exec("UPDATE questions SET merged = 0 WHERE room = ? AND merged = ? AND merged <> 0", place.id, int64(id)); err != nil {
			return err // questions that were merged into it become independent again
		}
		if _, err := t.exec("UPDATE rooms SET pinned = 0 WHERE id = ? AND pinned = ?", place.id, int64(id)); err != nil {
			return err
		}
	}
	_, err := t.exec("DELETE FROM erased WHERE room = ? AND at < ?", place.id, toMS(ev.At.Add(-refsErased)))
	return err
}

// erasedKey identifies a ref without revealing it: within its author, or, for a chat's
// comment, within the room, like the unique indexes.
func erasedKey(user, chat, ref string) string {
	whose := "user " + user
	if chat != "" {
		whose = "chat"
	}
	sum := sha256.Sum256([]byte(whose + "\x00" + ref))
	return hex.EncodeToString(sum[:16])
}

// eraseItems clears the cards of comments in the log and the audit, which contain the text,
// too. Such actions cannot be undone any more.
func (t *txn) eraseItems(place *roomState, ev room.Event) error {
	names := make([]string, len(ev.IDs))
	for i, id := range ev.IDs {
		names[i] = id.String()
	}
	list, err := json.Marshal(names)
	if err != nil || len(names) == 0 {
		return err
	}
	rows, err := t.exec(`UPDATE acts SET detail = '', kept = '' WHERE room = ?1 AND kind LIKE 'item%' AND about IN
		(SELECT about FROM acts WHERE room = ?1 AND kind LIKE 'item%' AND kept <> '' AND
			EXISTS (SELECT 1 FROM json_each(?2) j WHERE instr(kept, '"' || j.value || '"')))`, place.id, string(list))
	if err != nil || rows == 0 {
		return err
	}
	_, err = t.exec(`UPDATE acts SET kept = '' WHERE room = ?1 AND kind LIKE 'item%' AND kept <> '' AND
		EXISTS (SELECT 1 FROM json_each(?2) j WHERE instr(kept, '"' || j.value || '"'))`, place.id, string(list))
	if err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM events WHERE room = ?1 AND kind = ?3 AND
		EXISTS (SELECT 1 FROM json_each(?2) j WHERE instr(data, '"' || j.value || '"'))`, place.id, string(list), code(kinds, room.KindItem))
	return err
}

// erasePerson deletes an author's remaining data besides comments.
func (t *txn) erasePerson(place *roomState, ev room.Event) error {
	rows, err := t.exec("DELETE FROM bans WHERE room = ? AND user = ? AND (lifted > 0 OR until > 0 AND until <= ?)", place.id, ev.User, toMS(ev.At))
	if err != nil {
		return err
	}
	if rows > 0 { // scans the whole log, for the few
		const q = `DELETE FROM events WHERE room = ?1 AND kind IN (?3, ?4) AND json_extract(data, '$.ban.user') = ?2
			AND json_extract(data, '$.ban.id') NOT IN (SELECT id FROM bans WHERE room = ?1 AND user = ?2)`
		if _, err := t.exec(q, place.id, ev.User, code(kinds, room.KindBan), code(kinds, room.KindUnban)); err != nil {
			return err
		}
	}
	const acts = `UPDATE acts SET detail = '', user = '' WHERE room = ?1 AND user = ?2
		AND NOT (kind IN ('mute', 'ban', 'unban') AND about IN (SELECT CAST(id AS TEXT) FROM bans WHERE room = ?1 AND user = ?2))`
	if _, err := t.exec(acts, place.id, ev.User); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM entries WHERE room = ? AND person = ?", place.id, ev.User); err != nil {
		return err
	}
	rows, err = t.exec(`DELETE FROM users WHERE room = ?1 AND name = ?2 AND NOT EXISTS (SELECT 1 FROM comments WHERE user = users.id)`, place.id, ev.User)
	if rows > 0 {
		delete(t.users, userKey{place.id, ev.User})
	}
	return err
}

// erasedBefore returns the ID of an erased comment that somebody sends again: its ref is
// still bound. 0 means none.
func (t *txn) erasedBefore(place *roomState, ev room.Event) (id comment.ID, err error) {
	if !t.erasures || ev.Entry.Ref == "" {
		return 0, nil
	}
	key := erasedKey(ev.Comment.User, ev.Entry.Chat, ev.Entry.Ref)
	err = t.get("SELECT id FROM erased WHERE room = ? AND key = ?", []any{place.id, key}, (*int64)(&id))
	if errors.Is(err, room.ErrNotFound) {
		return 0, nil
	}
	return id, err
}
