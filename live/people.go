package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// nearby is how far back authors count as being behind an address.
const nearby = 24 * time.Hour

// Person is what those who run a room see of an author.
type Person struct {
	room.Person
	Role      room.Role // the role of somebody who runs the room, otherwise audience
	Connected bool
	Wait      time.Duration
	Bans      []room.Ban
	Notes     []room.Note // newest first
}

// Person returns the details of an author. Errors: ErrNotFound for an unknown author.
func (svc *Service) Person(ctx context.Context, roomID string, by room.Actor, user string) (Person, error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return Person{}, err
	}
	known, err := svc.history.Person(ctx, roomID, user)
	if err != nil {
		return Person{}, err
	}
	p := Person{
		Person: known, Role: svc.access.RoleOf(roomID, user), Wait: svc.Wait(roomID, user),
		Connected: svc.connected(ctx, roomID, user),
	}
	for _, ban := range svc.bans.on(roomID, user, "", svc.instant()) {
		p.Bans = append(p.Bans, ban.Ban)
	}
	if p.Notes, err = svc.notes.NotesOn(ctx, roomID, user); err != nil {
		return Person{}, err
	}
	if len(p.Counts) == 0 && len(p.Notes) == 0 && !p.Connected && p.Role == room.Audience {
		return Person{}, room.ErrNotFound
	}
	return p, nil
}

// connected reports whether an audience member is connected to any machine.
func (svc *Service) connected(ctx context.Context, roomID, user string) bool {
	return svc.outlet.Connected(roomID, user) || svc.cluster != nil && len(svc.cluster.People(ctx, roomID, user, "")) > 0
}

// Behind returns how many people a ban by a comment's address would affect: authors of the
// last day, and people who are connected now.
func (svc *Service) Behind(ctx context.Context, roomID string, by room.Actor, id comment.ID) (int, error) {
	if err := svc.May(roomID, by, room.BanAuthor); err != nil {
		return 0, err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return 0, fmt.Errorf("look up an address: %w", err)
	}
	if row.Address == "" {
		return 0, room.Explain(room.ErrNotFound, "That comment came without an address.")
	}
	users, err := svc.history.Neighbours(ctx, roomID, row.Address, svc.now().Add(-nearby))
	if err != nil {
		return 0, err
	}
	users = append(users, svc.outlet.People(roomID, row.Address)...)
	if svc.cluster != nil {
		users = append(users, svc.cluster.People(ctx, roomID, "", row.Address)...)
	}
	users = append(users, row.User)
	slices.Sort(users)
	return len(slices.Compact(users)), nil
}
