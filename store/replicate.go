package store

import (
	"context"
	"errors"
	"fmt"

	"danmaku/room"
)

// Publisher makes the decided changes of a transaction durable in other places before they
// are committed here. The writer calls it within the transaction, so all writes wait for
// it.
type Publisher interface {
	// Publish puts a payload after the position prev, which is this database's, and returns
	// the new position. room.ErrMoved means that somebody else has written since prev:
	// nothing was published. After every other error it is unknown whether the payload was
	// published; the next Publish with the same prev settles that, since only one payload
	// can follow prev.
	Publish(prev uint64, payload []byte) (pos uint64, err error)
}

// Batch is the payload of one transaction, as passed to a [Publisher].
type Batch struct {
	Pos     uint64 // its own position
	Prev    uint64 // that of the previous one
	Payload []byte
}

// publishError reports a transaction that was not committed because its changes were not
// published. The database is not at fault.
type publishError struct{ err error }

func (e *publishError) Error() string { return "publish the changes: " + e.err.Error() }

func (e *publishError) Unwrap() error { return e.err }

// Replicate makes p publish every change from now on. Call it before the first change; nil
// ends it.
func (s *Store) Replicate(ctx context.Context, p Publisher) error {
	return s.outsideTransaction(ctx, func(w *writer) error {
		w.publisher = p
		err := w.get("SELECT value FROM meta WHERE key = 'position'", nil, &w.pos)
		if err == nil {
			s.journal.committed.Store(w.pos)
			s.journal.counted.Store(p != nil)
		}
		return err
	})
}

// Position returns this database's position in the log of all changes: that of the last
// transaction it decided or applied.
func (s *Store) Position(ctx context.Context) (pos uint64, err error) {
	if s.journal.counted.Load() {
		return s.journal.committed.Load(), nil
	}
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'position'").Scan(&pos); err != nil {
		return 0, fmt.Errorf("read the position in the log: %w", err)
	}
	return pos, nil
}

// Apply writes batches that were decided elsewhere, in one transaction, and passes their
// events to the follower. It skips those that the database has, so the same ones may come
// again. Errors: ErrGap when one is missing before them, ErrNewer when one contains
// something that this version does not know; then none is written. Commands that were
// checked before are handed back from then on, see [Store.Term].
func (s *Store) Apply(ctx context.Context, batches []Batch) error {
	err := s.change(ctx, func(t *txn) error {
		t.foreign = true
		pos, err := t.position()
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.Pos <= pos {
				continue
			}
			if b.Prev != pos {
				return fmt.Errorf("%w: the database is at %d, and they begin after %d", ErrGap, pos, b.Prev)
			}
			changes, err := decodeChanges(b.Payload)
			if err != nil {
				return err
			}
			for _, c := range changes {
				if err := c.apply(t); err != nil {
					return fmt.Errorf("a change of kind %s: %w", c.kind(), err)
				}
				if a, ok := c.(altering); ok {
					a.alters(&t.altered)
				}
			}
			pos, t.fresh = b.Pos, true
		}
		if !t.fresh {
			return nil
		}
		return t.setPosition(pos)
	})
	if err != nil {
		return fmt.Errorf("apply changes: %w", err)
	}
	return nil
}

func (t *txn) position() (pos uint64, err error) {
	err = t.get("SELECT value FROM meta WHERE key = 'position'", nil, &pos)
	return pos, err
}

func (t *txn) setPosition(pos uint64) error {
	t.pos = pos
	_, err := t.exec("UPDATE meta SET value = ? WHERE key = 'position'", int64(pos))
	return err
}

// publish passes the changes of the transaction to the publisher and then moves the
// position past them. On one machine there is no publisher, and the position only counts.
func (t *txn) publish() error {
	if t.changed == 0 {
		return nil
	}
	if t.publisher == nil {
		_, err := t.exec("UPDATE meta SET value = value + 1 WHERE key = 'position'")
		return err
	}
	prev, err := t.position()
	if err != nil {
		return err
	}
	payload, err := encodeChanges(t.changes)
	if err != nil {
		return err
	}
	pos, err := t.publisher.Publish(prev, payload)
	if err != nil {
		return &publishError{err}
	}
	return t.setPosition(pos)
}

// refusal returns the answer to a request that was not written.
func refusal(err error) error {
	if errors.Is(err, room.ErrMoved) {
		return fmt.Errorf("%w: %w", room.ErrBusy, room.ErrMoved)
	}
	return room.ErrBusy
}
