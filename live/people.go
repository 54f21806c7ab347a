package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
)

// nearby is how far back authors count as being behind an address.
const nearby = 24 * time.Hour

// Person is what those who run a room see of an author.
type Person struct {
	comment.Person
	Role      comment.Role // of one who runs the room, else audience
	Connected bool
	Wait      time.Duration
	Bans      []comment.Ban
}

// Person tells about an author. Somebody who was never there is ErrNotFound.
func (h *Hall) Person(ctx context.Context, roomID, user string) (Person, error) {
	if _, err := h.room(roomID); err != nil {
		return Person{}, err
	}
	known, err := h.history.Person(ctx, roomID, user)
	if err != nil {
		return Person{}, err
	}
	p := Person{
		Person: known, Role: h.rank(roomID, user), Wait: h.Wait(roomID, user),
		Connected: slices.Contains(h.outlet.People(roomID, ""), user), Bans: h.bans.on(roomID, user, "", h.now()),
	}
	if len(p.Counts) == 0 && !p.Connected && p.Role == comment.Audience {
		return Person{}, comment.ErrNotFound
	}
	return p, nil
}

// Behind tells how many people a ban by a comment's address would hit: authors
// of the last day, and who is connected now.
func (h *Hall) Behind(ctx context.Context, roomID string, id comment.ID) (int, error) {
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return 0, fmt.Errorf("look up an address: %w", err)
	}
	if row.Address == "" {
		return 0, comment.Explain(comment.ErrNotFound, "That comment came without an address.")
	}
	users, err := h.history.Neighbours(ctx, roomID, row.Address, h.now().Add(-nearby))
	if err != nil {
		return 0, err
	}
	users = append(users, h.outlet.People(roomID, row.Address)...)
	users = append(users, row.User)
	slices.Sort(users)
	return len(slices.Compact(users)), nil
}
