package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"danmaku/live/fanout"
	"danmaku/room"
)

// newestTime returns the time of the newest comment by its ID.
func (svc *Service) newestTime(ctx context.Context) (time.Time, error) {
	id, err := svc.journal.NewestID(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the newest comment: %w", err)
	}
	return max(id, 0).Time(), nil
}

// load reads rooms, links, bans and rules into memory. From then on each change updates
// memory itself, and changes of other machines arrive through [Service.Refresh].
func (svc *Service) load(ctx context.Context) error {
	return errors.Join(svc.loadBans(ctx), svc.loadRooms(ctx), svc.loadLinks(ctx), svc.loadWarnings(ctx), svc.loadRules(ctx))
}

// loadRooms reads all rooms.
func (svc *Service) loadRooms(ctx context.Context) error {
	records, err := svc.stored.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("load rooms: %w", err)
	}
	for _, rec := range records {
		if err := svc.addRoom(ctx, rec); err != nil {
			return err
		}
	}
	return nil
}

// loadLinks reads all links, and closes the sockets of revoked ones.
func (svc *Service) loadLinks(ctx context.Context) error {
	revoked, err := svc.access.Load(ctx)
	if err != nil {
		return err
	}
	if len(revoked) > 0 {
		svc.outlet.Evict(func(s Client) error {
			if slices.Contains(revoked, s.Link) {
				return room.ErrExpired
			}
			return nil
		})
	}
	return nil
}

// loadRules puts the stored rules into force. One load runs at a time, so an older reading
// never replaces a newer one. Faults in the rules are logged when they change.
func (svc *Service) loadRules(ctx context.Context) error {
	svc.ruling.Lock()
	defer svc.ruling.Unlock()
	lists, err := svc.rules.RuleLists(ctx)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	faults := ""
	if err := svc.filter.SetRules(lists); err != nil {
		faults = err.Error()
	}
	if faults != svc.ruleFaults && faults != "" {
		svc.slog.Warn("rules with faults are skipped", "err", faults)
	}
	svc.ruleFaults = faults
	return nil
}

func (svc *Service) addRoom(ctx context.Context, rec room.Record) error {
	svc.mu.RLock()
	_, known := svc.rooms[rec.ID]
	svc.mu.RUnlock()
	if known {
		return nil
	}
	rec.Room = rec.Room.WithoutForeignPicture()
	load := fanout.RingLoad
	if rec.Delay > 0 { // delayed events must be among them
		load = fanout.RingSize
	}
	recent, err := svc.journal.Recent(ctx, rec.ID, load)
	if err != nil {
		return fmt.Errorf("load room %s: %w", rec.ID, err)
	}
	recent = slices.DeleteFunc(recent, func(e room.Event) bool { return e.Seq > rec.Head.Seq }) // the journal will bring them
	for i := range recent {
		recent[i] = svc.grouped(recent[i])
	}
	r := newRoom(rec, recent, svc.encoder, svc.outlet, svc.clock, svc.timings.Sent)
	r.opinion, r.keeping = svc.opinion != nil, &svc.keeping
	if err := errors.Join(svc.restore(ctx, r, rec), svc.restoreShow(ctx, r)); err != nil {
		r.close()
		return fmt.Errorf("load room %s: %w", rec.ID, err)
	}
	svc.mu.Lock()
	defer svc.mu.Unlock()
	if _, known := svc.rooms[rec.ID]; known { // a request has made it meanwhile
		r.close()
		return nil
	}
	svc.rooms[rec.ID] = r
	return nil
}
