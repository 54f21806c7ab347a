package live

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"danmaku/comment"
)

// Actor is who acts on a room: a link, by its label.
type Actor struct {
	Role  comment.Role
	Label string
	Link  int64

	undoes int64 // the act that is being undone
}

// Name is what other moderators see.
func (a Actor) Name() string {
	if a.Label != "" {
		return a.Label
	}
	return string(a.Role) + " " + strconv.FormatInt(a.Link, 10)
}

// act starts a line of the audit.
func (a Actor) act(kind comment.ActKind) *comment.Act {
	return &comment.Act{By: a.Name(), Link: a.Link, Role: a.Role, Kind: kind, Undoes: a.undoes}
}

// noted starts the line of an act that is no event of the log, or gives none
// where nobody acts: at the first start.
func (a Actor) noted(kind comment.ActKind, at time.Time) *comment.Act {
	if a.Role == "" {
		return nil
	}
	line := a.act(kind)
	line.At = at
	return line
}

// Shell is whoever acts by a command on the server's machine.
var Shell = Actor{Role: comment.CommandLine, Label: "command line"}

// acting gives the room that somebody who runs it acts on.
func (h *Hall) acting(roomID string, by Actor) (*room, error) {
	if !by.Role.Moderates() {
		return nil, comment.ErrNotAllowed
	}
	return h.room(roomID)
}

// do writes an act into the log and waits until the room has it, so that
// whoever acted sees it everywhere.
func (h *Hall) do(ctx context.Context, r *room, by Actor, e comment.Event) (Receipt, error) {
	e.Room, e.At, e.By = r.id, h.now(), by.Name()
	receipt, err := h.journal.Append(ctx, e)
	if err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", e.Kind, err)
	}
	if !receipt.Again {
		r.follow(ctx, receipt.Event.Seq)
	} else if by.undoes != 0 { // there is nothing left to undo
		return Receipt{}, comment.ErrChanged
	}
	return receipt, nil
}

// rank gives the role of an author who runs the room, else Audience. A link
// that was taken back does not count any more.
func (h *Hall) rank(roomID, user string) comment.Role {
	h.access.mu.RLock()
	defer h.access.mu.RUnlock()
	for _, l := range h.access.byID {
		if l.Role.Moderates() && l.On(roomID) && l.Revoked.IsZero() && h.keys.LinkPseudonym(roomID, l.ID) == user {
			return l.Role
		}
	}
	return comment.Audience
}

// mayTouch is ErrNotAllowed where a moderator would act on the owner.
func (h *Hall) mayTouch(by Actor, roomID, user string) error {
	if by.Role != comment.Owner && h.rank(roomID, user) == comment.Owner {
		return comment.ErrNotAllowed
	}
	return nil
}
