package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// oneRow is a history of one comment, and a journal that counts removals.
type oneRow struct {
	Journal
	History
	row     room.Row
	removed int
}

func (o *oneRow) Comment(_ context.Context, _ string, id comment.ID) (room.Row, error) {
	if id != o.row.ID {
		return room.Row{}, room.ErrNotFound
	}
	return o.row, nil
}

func (o *oneRow) Append(_ context.Context, e room.Event) (room.Receipt, error) {
	o.removed++
	return room.Receipt{Event: e}, nil
}

func TestWithdrawingEndsAfterTenSeconds(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct {
		name string
		user string
		id   comment.ID
		age  time.Duration
		err  error
	}{
		{name: "at once", user: "me", id: 1},
		{name: "ten seconds", user: "me", id: 1, age: 10 * time.Second},
		{name: "a moment later", user: "me", id: 1, age: 10*time.Second + time.Millisecond, err: room.ErrExpired},
		{name: "the clock was set back an hour", user: "me", id: 1, age: -time.Hour, err: room.ErrExpired},
		{name: "the clock was set back a second", user: "me", id: 1, age: -time.Second},
		{name: "somebody else", user: "you", id: 1, err: room.ErrNotFound},
		{name: "nobody", id: 1, err: room.ErrNotFound},
		{name: "another comment", user: "me", id: 2, err: room.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := &oneRow{row: room.Row{Comment: comment.Comment{ID: 1, User: "me", At: at}}}
			svc := &Service{journal: log, history: log, now: func() time.Time { return at.Add(tt.age) }}
			err := svc.Withdraw(t.Context(), "live", tt.user, tt.id)
			if !errors.Is(err, tt.err) || (log.removed == 1) != (tt.err == nil) {
				t.Errorf("got %v and %d removals, want %v", err, log.removed, tt.err)
			}
		})
	}
}
