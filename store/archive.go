package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// archivePage is how many rows of an export are in memory at once.
const archivePage = 500

// Archive returns the rows of a room that q selects, ordered by time, then ID. It reads
// them page by page and holds no connection between two pages, so its caller may be slow.
// It may or may not include simultaneous decisions; no row comes twice, unless it is
// approved during the export. Nothing follows an error. Errors: room.ErrNotFound for an
// unknown room.
func (s *Store) Archive(ctx context.Context, roomID string, q room.Archive) iter.Seq2[room.Row, error] {
	return archive{s.read}.Archive(ctx, roomID, q)
}

// CountArchive reports how many rows q selects now. Errors: room.ErrNotFound
// for an unknown room.
func (s *Store) CountArchive(ctx context.Context, roomID string, q room.Archive) (int, error) {
	return archive{s.read}.CountArchive(ctx, roomID, q)
}

// LastMoment returns the newest moment of a kind before a time (zero: of all). Errors:
// room.ErrNotFound when there is none.
func (s *Store) LastMoment(ctx context.Context, roomID string, kind room.MomentKind, before time.Time) (time.Time, error) {
	return archive{s.read}.LastMoment(ctx, roomID, kind, before)
}

// Pauses returns the pauses of the recording that began at start, in order.
func (s *Store) Pauses(ctx context.Context, roomID string, start time.Time) ([]room.Pause, error) {
	return archive{s.read}.Pauses(ctx, roomID, start)
}

// snapshots is the most open snapshots: each holds a reading connection, which others need,
// too.
const snapshots = 2

// Snapshot is the archive as it was at one moment. It is for one goroutine.
type Snapshot struct {
	archive
	tx   *sql.Tx
	done func()
}

// Snapshot opens a view of the archive that no longer changes. It waits while two are open.
// Later writes stay in the write-ahead log until the snapshot is closed, so no client may
// delay that: read it into a file. The snapshot ends with ctx.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	select {
	case s.snapshots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release := func() { <-s.snapshots }
	tx, err := s.read.BeginTx(ctx, nil)
	if err == nil {
		// SQLite takes the snapshot at the first statement that reads.
		var n int
		if err = tx.QueryRowContext(ctx, "SELECT count(*) FROM meta").Scan(&n); err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}
	if err != nil {
		release()
		return nil, fmt.Errorf("open a snapshot: %w", err)
	}
	return &Snapshot{archive: archive{tx}, tx: tx, done: release}, nil
}

// Close ends the snapshot.
func (s *Snapshot) Close() error {
	defer s.done()
	if err := s.tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("close a snapshot: %w", err)
	}
	return nil
}

// reading is the interface of the pool and of one transaction for queries.
type reading interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// archive reads comments and moments of rooms.
type archive struct{ on reading }

// Archive is [Store.Archive].
func (s archive) Archive(ctx context.Context, roomID string, q room.Archive) iter.Seq2[room.Row, error] {
	return func(yield func(room.Row, error) bool) {
		if err := checkRoom(ctx, s.on, roomID); err != nil {
			yield(room.Row{}, err)
			return
		}
		query, args := archiveQuery(roomID, q)
		at, id := int64(math.MinInt64), int64(math.MinInt64)
		for {
			page, err := rowsOf(ctx, s.on, query, append(append([]any{at, id}, args...), archivePage))
			if err != nil {
				yield(room.Row{}, fmt.Errorf("read comments of room %s: %w", roomID, err))
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < archivePage {
				return
			}
			last := page[len(page)-1]
			at, id = toMS(last.At), int64(last.ID)
		}
	}
}

// archiveQuery builds the query of one page. Its first two arguments, which are not in
// args, name the row before the page; the last is its length.
func archiveQuery(roomID string, q room.Archive) (query string, args []any) {
	where, args := archiveWhere(roomID, q)
	return `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE (c.at, c.id) > (?, ?) AND ` + where + ` ORDER BY c.at, c.id LIMIT ?`, args
}

// CountArchive is [Store.CountArchive].
func (s archive) CountArchive(ctx context.Context, roomID string, q room.Archive) (n int, err error) {
	if err := checkRoom(ctx, s.on, roomID); err != nil {
		return 0, err
	}
	where, args := archiveWhere(roomID, q)
	if err := s.on.QueryRowContext(ctx, `SELECT COUNT(*) FROM comments c WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count comments of room %s: %w", roomID, err)
	}
	return n, nil
}

func archiveWhere(roomID string, q room.Archive) (where string, args []any) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.From.IsZero() {
		from = q.From.UnixMilli()
	}
	if !q.To.IsZero() {
		to = q.To.UnixMilli()
	}
	chosen := q.Statuses
	if len(chosen) == 0 {
		chosen = []comment.Status{comment.Shown}
	}
	args = []any{roomID, from, to}
	for _, st := range chosen {
		args = append(args, code(statuses, st))
	}
	// The plus keeps SQLite from the index by status, which has another order.
	where = `c.room = (SELECT id FROM rooms WHERE name = ?) AND c.at >= ? AND c.at < ?
		AND +c.status IN (?` + strings.Repeat(", ?", len(chosen)-1) + `) AND c.item = ''` // questions have their own file
	if q.Without != "" {
		where += ` AND c.source <> ?`
		args = append(args, string(unlessDefault(q.Without, comment.FromAudience)))
	}
	return where, args
}

// momentsApart is how close two moments of a kind count as the same: every browser source
// of one OBS reports it.
const momentsApart = 5 * time.Second

// momentsKept bounds the moments of a room; the oldest go first.
const momentsKept = 1000

// AddMoment stores an event of OBS, once for all its reports: a pause or its end only if it
// changes something, others unless there is one of the same kind close by. Errors:
// room.ErrNotFound for an unknown room, room.ErrBusy.
func (s *Store) AddMoment(ctx context.Context, m room.Moment) error {
	err := s.change(ctx, func(t *txn) error {
		roomRow, err := t.roomID(m.Room)
		if err != nil {
			return err
		}
		at, near := toMS(m.At), momentsApart.Milliseconds()
		var news bool
		if m.Kind == room.RecordPause || m.Kind == room.RecordResume { // two short pauses may be close to each other
			const q = `SELECT (?3 = ?4) = COALESCE((SELECT kind <> ?4 FROM moments
				WHERE room = ?1 AND at <= ?2 AND kind GLOB 'record_*' ORDER BY at DESC, kind DESC LIMIT 1), TRUE)`
			err = t.get(q, []any{roomRow, at, string(m.Kind), string(room.RecordPause)}, &news)
		} else {
			const q = `SELECT NOT EXISTS (SELECT 1 FROM moments WHERE room = ?1 AND kind = ?3 AND at > ?2 - ?4 AND at < ?2 + ?4)`
			err = t.get(q, []any{roomRow, at, string(m.Kind), near}, &news)
		}
		if err != nil || !news {
			return err
		}
		return t.write(&momentNoted{Room: m.Room, At: at, Kind: m.Kind})
	})
	if err != nil {
		return fmt.Errorf("note %s: %w", m.Kind, err)
	}
	return nil
}

// momentNoted is the change for an event of OBS. The oldest ones make room for it.
type momentNoted struct {
	Room string          `json:"room"`
	At   int64           `json:"at"` // ms
	Kind room.MomentKind `json:"kind"`
}

func (*momentNoted) kind() string { return "moment" }

func (c *momentNoted) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR IGNORE INTO moments (room, at, kind) VALUES (?, ?, ?)", row, c.At, string(c.Kind)); err != nil {
		return err
	}
	const trim = `DELETE FROM moments WHERE room = ?1 AND at <
		(SELECT at FROM moments WHERE room = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`
	_, err = t.exec(trim, row, momentsKept-1)
	return err
}

// FirstAt returns the time of the first comment that q selects. Errors: room.ErrNotFound
// when there is none.
func (s archive) FirstAt(ctx context.Context, roomID string, q room.Archive) (time.Time, error) {
	where, args := archiveWhere(roomID, q)
	return s.moment(ctx, "when the first comment came", `SELECT c.at FROM comments c WHERE `+where+` ORDER BY c.at LIMIT 1`, args...)
}

// moment reads one time.
func (s archive) moment(ctx context.Context, what, query string, args ...any) (time.Time, error) {
	var at int64
	err := s.on.QueryRowContext(ctx, query, args...).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, room.ErrNotFound
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", what, err)
	}
	return fromMS(at), nil
}

// LastMoment is [Store.LastMoment].
func (s archive) LastMoment(ctx context.Context, roomID string, kind room.MomentKind, before time.Time) (time.Time, error) {
	end := int64(math.MaxInt64)
	if !before.IsZero() {
		end = before.UnixMilli()
	}
	return s.moment(ctx, "when OBS began", `SELECT at FROM moments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND kind = ? AND at < ?
		ORDER BY at DESC LIMIT 1`, roomID, string(kind), end)
}

// NextMoment returns the oldest moment of a kind after a time. Errors: room.ErrNotFound
// when there is none.
func (s archive) NextMoment(ctx context.Context, roomID string, kind room.MomentKind, behind time.Time) (time.Time, error) {
	return s.moment(ctx, "when OBS ended", `SELECT at FROM moments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND kind = ? AND at > ?
		ORDER BY at LIMIT 1`, roomID, string(kind), behind.UnixMilli())
}

// Pauses is [Store.Pauses].
func (s archive) Pauses(ctx context.Context, roomID string, start time.Time) (out []room.Pause, err error) {
	const q = `SELECT at, kind FROM moments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND at > ? AND kind GLOB 'record_*'
		ORDER BY at, kind`
	rows, err := s.on.QueryContext(ctx, q, roomID, start.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read when OBS paused: %w", err)
	}
	defer rows.Close()
	paused := false
	for rows.Next() {
		var at int64
		var kind room.MomentKind
		if err := rows.Scan(&at, &kind); err != nil {
			return nil, fmt.Errorf("read when OBS paused: %w", err)
		}
		switch {
		case kind == room.RecordStart: // another recording
			return out, nil
		case !paused && kind == room.RecordPause:
			out = append(out, room.Pause{From: fromMS(at)})
		case paused && kind != room.RecordPause: // it continues, or is over
			out[len(out)-1].To = fromMS(at)
		}
		paused = len(out) > 0 && out[len(out)-1].To.IsZero()
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read when OBS paused: %w", err)
	}
	return out, nil
}
