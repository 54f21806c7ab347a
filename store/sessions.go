package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Session returns the times of the first and last of the rows that q selects, and their
// number; Count is 0 when there is none. Errors: room.ErrNotFound for an unknown room.
func (s *Store) Session(ctx context.Context, roomID string, q room.Archive) (room.Session, error) {
	if err := s.checkRoom(ctx, roomID); err != nil {
		return room.Session{}, err
	}
	return s.session(ctx, roomID, q)
}

func (s *Store) session(ctx context.Context, roomID string, q room.Archive) (out room.Session, err error) {
	where, args := archiveWhere(roomID, q)
	var from, to sql.NullInt64
	const query = `SELECT MIN(c.at), MAX(c.at), COUNT(*) FROM comments c WHERE `
	if err := s.read.QueryRowContext(ctx, query+where, args...).Scan(&from, &to, &out.Count); err != nil {
		return out, fmt.Errorf("read a session of room %s: %w", roomID, err)
	}
	if out.Count > 0 {
		out.From, out.To = fromMS(from.Int64), fromMS(to.Int64)
	}
	return out, nil
}

// Sessions finds when a room was busy: comments that were shown and still are, and were not
// replays, with less than gap between one and the next. It returns at most limit, newest
// first. It finds each by steps of gap along the index by time, so that a room of years
// costs no more than one of a day. Errors: room.ErrNotFound for an unknown room.
func (s *Store) Sessions(ctx context.Context, roomID string, gap time.Duration, limit int) ([]room.Session, error) {
	if err := s.checkRoom(ctx, roomID); err != nil {
		return nil, err
	}
	q := room.Archive{Without: comment.FromReplay}
	// edge returns the earliest or the latest time of the rows that q selects.
	edge := func(which string) (at time.Time, ok bool, err error) {
		where, args := archiveWhere(roomID, q)
		// By ORDER BY, since MIN and MAX would read all selected rows.
		query := `SELECT c.at FROM comments c WHERE ` + where + ` ORDER BY c.at ` + which + ` LIMIT 1`
		var ms int64
		err = s.read.QueryRowContext(ctx, query, args...).Scan(&ms)
		if err == sql.ErrNoRows {
			return at, false, nil
		}
		return fromMS(ms), err == nil, err
	}
	var out []room.Session
	for len(out) < limit {
		q.From = time.Time{}
		last, ok, err := edge("DESC")
		if err != nil {
			return nil, fmt.Errorf("read sessions of room %s: %w", roomID, err)
		}
		if !ok {
			break
		}
		first := last
		for {
			q.From, q.To = first.Add(-gap), first
			earlier, ok, err := edge("ASC")
			if err != nil {
				return nil, fmt.Errorf("read sessions of room %s: %w", roomID, err)
			}
			if !ok {
				break
			}
			first = earlier
		}
		q.From, q.To = first, last.Add(time.Millisecond)
		found, err := s.session(ctx, roomID, q)
		if err != nil {
			return nil, err
		}
		if found.Count > 0 { // otherwise it was taken down meanwhile
			out = append(out, found)
		}
		q.To = first
	}
	return out, nil
}
