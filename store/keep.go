package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// forgetLen is how many rows are deleted in one transaction, so that a comment
// that is being written waits a few milliseconds at most.
const forgetLen = 500

// walkLen is how many rows are scanned in one transaction.
const walkLen = 2000

// Forget deletes for good what was written before a moment: comments of any status unless
// pinned, the log's events, what the audit says about those comments and about people, bans
// that ended before, notes on people, pseudonyms of authors with nothing left, and items
// that ended before. Rooms, links, rules and bans in force stay, and so does the audit
// itself: who did what, and when. It works in chunks, between which comments are written,
// and returns how many rows were deleted or lost their text. A client cannot resume across
// the deleted part; numbers continue. The file does not shrink, but its pages are
// overwritten and reused.
func (s *Store) Forget(ctx context.Context, before time.Time) (rows int64, err error) {
	for _, forget := range []func(*txn, time.Time) (int64, error){
		(*txn).forgetEvents, (*txn).forgetComments, (*txn).forgetBans, (*txn).forgetNotes, (*txn).forgetItems, (*txn).forgetMarks, (*txn).forgetReactions,
	} {
		for {
			var n int64
			err := s.change(ctx, func(t *txn) error {
				return t.secureDelete(func() (err error) {
					n, err = forget(t, before)
					return err
				})
			})
			rows += n
			if err != nil {
				return rows, fmt.Errorf("delete what is old: %w", err)
			}
			if n == 0 {
				break
			}
		}
	}
	for table, forget := range map[string]func(t *txn, after, upTo int64) (int64, error){
		"acts":  func(t *txn, after, upTo int64) (int64, error) { return t.forgetAudit(before, after, upTo) },
		"users": (*txn).forgetUsers,
	} {
		n, err := s.walk(ctx, table, forget)
		rows += n
		if err != nil {
			return rows, fmt.Errorf("delete what is old: %w", err)
		}
	}
	if rows > 0 {
		if err := s.emptyLog(ctx); err != nil {
			return rows, fmt.Errorf("delete what is old: %w", err)
		}
	}
	return rows, nil
}

// How far ahead of the last known time the clock may be when it would make Forget delete
// everything, and how long it must stay there before it is believed.
const (
	farAhead = 8 * 24 * time.Hour
	believed = 24 * time.Hour
)

// ForgetBefore returns the moment before which everything may be deleted when it is kept
// for a given time. A clock that jumps ahead must not delete everything: one that is more
// than farAhead ahead of its last reading here, or of the newest comment, is believed a day
// later, if it has not been set back by then. Until then jumped is true, and the moment is
// that of the last reading.
func (s *Store) ForgetBefore(ctx context.Context, now time.Time, keep time.Duration) (before time.Time, jumped bool, err error) {
	err = s.change(ctx, func(t *txn) error {
		var newest comment.ID
		if err := t.get("SELECT COALESCE(MAX(id), 0) FROM comments", nil, &newest); err != nil {
			return err
		}
		var read, since int64 // Unix milliseconds; 0: never
		for key, into := range map[string]*int64{"clock_read": &read, "clock_jumped": &since} {
			if err := t.get("SELECT COALESCE(MAX(value), 0) FROM meta WHERE key = ?", []any{key}, into); err != nil {
				return err
			}
		}
		known := now
		if read > 0 {
			known = fromMS(read)
		} else if newest > 0 {
			known = newest.Time()
		}
		if before, jumped = now.Add(-keep), false; now.Sub(known) > farAhead && !before.Before(known) {
			first := fromMS(since)
			if jumped = since == 0 || now.Before(first) || now.Sub(first) < believed; jumped {
				before = known.Add(-keep)
				if since == 0 || now.Before(first) {
					return t.setMeta("clock_jumped", toMS(now))
				}
				return nil
			}
		}
		if err := t.setMeta("clock_jumped", 0); err != nil {
			return err
		}
		return t.setMeta("clock_read", toMS(now))
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read the clock: %w", err)
	}
	return before, jumped, nil
}

func (t *txn) setMeta(key string, value int64) error {
	_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)
	return err
}

// walk calls fn for all rows of a table in the order of their IDs, in steps so small that a
// comment that is being written waits a few milliseconds at most.
func (s *Store) walk(ctx context.Context, table string, fn func(t *txn, after, upTo int64) (int64, error)) (rows int64, err error) {
	next := "SELECT COALESCE(MAX(id), ?1) FROM (SELECT id FROM " + table + " WHERE id > ?1 ORDER BY id LIMIT ?2)"
	for after, upTo := int64(-1), int64(0); after != upTo; {
		after = upTo
		err := s.change(ctx, func(t *txn) error {
			if err := t.get(next, []any{after, walkLen}, &upTo); err != nil || upTo == after {
				return err
			}
			return t.secureDelete(func() error {
				n, err := fn(t, after, upTo)
				rows += n
				return err
			})
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// secureDelete makes SQLite overwrite with zeros what fn deletes.
func (t *txn) secureDelete(fn func() error) error {
	if err := t.pragma("secure_delete = ON"); err != nil {
		return err
	}
	return errors.Join(fn(), t.pragma("secure_delete = OFF"))
}

// emptyLog moves the write-ahead log into the database, since the log still has the deleted
// pages. A reader that needs them prevents that: then it happens after the next deletion,
// or when the log is reused.
func (s *Store) emptyLog(ctx context.Context) error {
	return s.outsideTransaction(ctx, func(w *writer) error {
		_, err := w.emptyLog()
		return err
	})
}

// emptyLog is [Store.emptyLog] between two transactions. done is false when a reader
// prevented it.
func (w *writer) emptyLog() (done bool, err error) {
	w.checkpoints.turn.Lock() // a running checkpoint would prevent this one
	defer w.checkpoints.turn.Unlock()
	if err := w.pragma("busy_timeout = 0"); err != nil { // the writer must not wait for a reader
		return false, err
	}
	var busy, pages, moved int
	err = w.conn.QueryRowContext(background, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	done = err == nil && busy == 0
	if isBusy(err) {
		err = nil
	}
	return done, errors.Join(err, w.pragma("busy_timeout = "+busyTimeout))
}

// forgetEvents deletes one chunk of events. They go before the comments, since a resume
// would send an event whose comment is gone. Like all of these it reads only what it
// deletes.
func (t *txn) forgetEvents(before time.Time) (rows int64, err error) {
	return t.exec(`DELETE FROM events WHERE (room, seq) IN (
		SELECT room, seq FROM (SELECT r.id AS room, (SELECT e.seq FROM events e
			WHERE e.room = r.id ORDER BY e.seq LIMIT 1) AS first FROM rooms r) o
		JOIN events e USING (room) WHERE e.seq >= o.first AND e.seq < o.first + ? AND e.at < ?)`,
		forgetLen, toMS(before))
}

// forgetComments deletes one chunk of comments, whose IDs grow with time.
func (t *txn) forgetComments(before time.Time) (rows int64, err error) {
	return t.exec(`DELETE FROM comments WHERE id IN (SELECT id FROM comments WHERE id < ?
		AND id NOT IN (SELECT pinned FROM rooms) ORDER BY id LIMIT ?)`,
		int64(comment.NewID(before, 0)), forgetLen)
}

// impersonal lists the kinds of actions that are not about people, for a query.
var impersonal = func() string {
	var quoted []string
	for _, a := range room.ImpersonalActions {
		quoted = append(quoted, "'"+string(a)+"'")
	}
	return strings.Join(quoted, ", ")
}()

// forgetAudit removes texts and people from one chunk of the audit: from the entries that
// are older, and from younger ones about an older comment, whose ID tells its age.
func (t *txn) forgetAudit(before time.Time, after, upTo int64) (rows int64, err error) {
	oldest := comment.NewID(before, 0).String()
	return t.exec(`UPDATE acts SET detail = '', user = '', kept = CASE WHEN kind LIKE 'item%' OR kind LIKE 'question%' THEN '' ELSE kept END
		WHERE id > ? AND id <= ? AND (detail <> '' OR user <> '')
		AND kind NOT IN (`+impersonal+`) AND (at < ? OR length(about) = ? AND about < ?)`,
		after, upTo, toMS(before), len(oldest), oldest)
}

// forgetBans deletes one chunk of bans that were lifted or ended before.
func (t *txn) forgetBans(before time.Time) (rows int64, err error) {
	return t.exec(`DELETE FROM bans WHERE id IN (SELECT id FROM bans
		WHERE lifted > 0 AND lifted < ?1 OR until > 0 AND until < ?1 ORDER BY id LIMIT ?2)`, toMS(before), forgetLen)
}

// forgetNotes deletes one chunk of notes that no event of the log has changed since.
func (t *txn) forgetNotes(before time.Time) (rows int64, err error) {
	return t.exec(`DELETE FROM notes WHERE id IN (SELECT id FROM notes WHERE changed < ? ORDER BY id LIMIT ?)`, toMS(before), forgetLen)
}

// forgetUsers deletes, in one chunk, the pseudonyms of authors without comments.
func (t *txn) forgetUsers(after, upTo int64) (rows int64, err error) {
	rows, err = t.exec(`DELETE FROM users WHERE id > ? AND id <= ?
		AND NOT EXISTS (SELECT 1 FROM comments WHERE user = users.id)`, after, upTo)
	if rows > 0 {
		clear(t.users)
	}
	return rows, err
}
