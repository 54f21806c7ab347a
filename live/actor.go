package live

import (
	"context"
	"fmt"
	"slices"

	"danmaku/room"
)

// Shell is the actor of commands on the server's machine.
var Shell = room.Actor{Role: room.CommandLine, Label: "command line"}

// May returns nil when by has a permission in a room; an empty room means all rooms. It is
// the only place that decides this: every use case calls it, and so does code that offers
// something outside the use cases. Errors: ErrNotAllowed, ErrNotFound for an unknown room.
func (svc *Service) May(roomID string, by room.Actor, p room.Permission) error {
	if roomID != "" {
		_, err := svc.may(roomID, by, p)
		return err
	}
	if !by.Can(p, "") {
		return room.ErrNotAllowed
	}
	return nil
}

// may returns the room if by has the permission in it.
func (svc *Service) may(roomID string, by room.Actor, p room.Permission) (*liveRoom, error) {
	if !by.Can(p, roomID) {
		return nil, room.ErrNotAllowed
	}
	return svc.room(roomID)
}

// do writes an action into the log and waits until this machine has applied it, so that the
// person who acted sees the result everywhere.
func (svc *Service) do(ctx context.Context, r *liveRoom, by room.Actor, e room.Event) (room.Receipt, error) {
	receipts, err := svc.doAll(ctx, r, by, []room.Event{e})
	if err != nil {
		return room.Receipt{}, err
	}
	return receipts[0], nil
}

// doAll is do for an action of several events: all of them are written, or none.
func (svc *Service) doAll(ctx context.Context, r *liveRoom, by room.Actor, events []room.Event) ([]room.Receipt, error) {
	at := svc.now()
	for i := range events {
		events[i].Room, events[i].At, events[i].By = r.id, at, by.Name()
	}
	receipts, err := svc.journal.AppendAll(ctx, events)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", events[0].Kind, err)
	}
	if receipts[0].Again && by.Undoes != 0 { // there is nothing left to undo
		return nil, room.ErrChanged
	}
	for _, receipt := range slices.Backward(receipts) {
		if !receipt.Again {
			r.follow(ctx, max(receipt.Event.Seq, receipt.Last))
			break
		}
	}
	return receipts, nil
}

// mayTouch returns ErrNotAllowed when a moderator would act on the owner.
func (svc *Service) mayTouch(by room.Actor, roomID, user string) error {
	if !by.Can(room.ActOnOwner, roomID) && svc.access.RoleOf(roomID, user).Can(room.ActOnOwner) {
		return room.ErrNotAllowed
	}
	return nil
}
