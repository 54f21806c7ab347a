package live

import (
	"context"

	"danmaku/comment"
)

// Acts lists what was done to a room, newest first; for the owner also what was
// done to all rooms.
func (h *Hall) Acts(ctx context.Context, by Actor, q comment.ActQuery) ([]comment.Act, bool, error) {
	if _, err := h.acting(q.Room, by); err != nil {
		return nil, false, err
	}
	q.Global = by.Role == comment.Owner
	return h.audit.Acts(ctx, q)
}
