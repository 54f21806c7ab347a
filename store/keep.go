package store

import (
	"context"
	"fmt"
	"time"

	"danmaku/comment"
)

// forgetLen is how many rows are deleted in one transaction, so that a comment
// that is being written waits a few milliseconds at most.
const forgetLen = 500

// Forget deletes what was written before a moment, for good: comments, whatever
// became of them unless one is pinned, and the events of the log. Rooms, links, rules, bans and acts
// stay. It deletes in chunks, between which comments are written, and tells how
// many rows went. Nobody can resume over what is gone; numbers go on. The file
// does not shrink, its room is used again.
func (s *Store) Forget(ctx context.Context, before time.Time) (rows int64, err error) {
	for {
		n, err := s.forget(ctx, before)
		rows += n
		if err != nil {
			return rows, fmt.Errorf("delete what is old: %w", err)
		}
		if n == 0 {
			return rows, nil
		}
	}
}

// forget deletes one chunk. IDs grow with time, so both deletes read what they
// delete and no more.
func (s *Store) forget(ctx context.Context, before time.Time) (rows int64, err error) {
	err = s.change(ctx, func(t *txn) error {
		// The events first: one whose comment is gone would be a resume's to show.
		rows, err = t.exec(`DELETE FROM events WHERE (room, seq) IN (
			SELECT room, seq FROM (SELECT r.id AS room, (SELECT e.seq FROM events e
				WHERE e.room = r.id ORDER BY e.seq LIMIT 1) AS first FROM rooms r) o
			JOIN events e USING (room) WHERE e.seq >= o.first AND e.seq < o.first + ? AND e.at < ?)`,
			forgetLen, toMS(before))
		if err != nil || rows > 0 {
			return err
		}
		rows, err = t.exec(`DELETE FROM comments WHERE id IN (SELECT id FROM comments WHERE id < ?
			AND id NOT IN (SELECT pinned FROM rooms) ORDER BY id LIMIT ?)`,
			int64(comment.NewID(before, 0)), forgetLen)
		return err
	})
	return rows, err
}
