package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"danmaku/comment"
)

// oneRow is a history of one comment, and a journal that counts removals.
type oneRow struct {
	Journal
	History
	row     comment.Row
	removed int
}

func (o *oneRow) Comment(_ context.Context, _ string, id comment.ID) (comment.Row, error) {
	if id != o.row.ID {
		return comment.Row{}, comment.ErrNotFound
	}
	return o.row, nil
}

func (o *oneRow) Append(_ context.Context, e comment.Event) (Receipt, error) {
	o.removed++
	return Receipt{Event: e}, nil
}

func TestTakingBackEndsAfterTenSeconds(t *testing.T) {
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
		{name: "a moment later", user: "me", id: 1, age: 10*time.Second + time.Millisecond, err: comment.ErrExpired},
		{name: "somebody else", user: "you", id: 1, err: comment.ErrNotFound},
		{name: "nobody", id: 1, err: comment.ErrNotFound},
		{name: "another comment", user: "me", id: 2, err: comment.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := &oneRow{row: comment.Row{Comment: comment.Comment{ID: 1, User: "me", At: at}}}
			h := &Hall{journal: log, history: log, now: func() time.Time { return at.Add(tt.age) }}
			err := h.Withdraw(t.Context(), "live", tt.user, tt.id)
			if !errors.Is(err, tt.err) || (log.removed == 1) != (tt.err == nil) {
				t.Errorf("got %v and %d removals, want %v", err, log.removed, tt.err)
			}
		})
	}
}
