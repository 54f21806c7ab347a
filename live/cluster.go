package live

import (
	"context"
	"sync"
	"time"

	"danmaku/room"
)

// outward reports whether this machine connects the chats and sends the webhooks.
type outward struct {
	sync.Mutex
	on bool
}

// decides reports whether this machine is the home, which decides.
func (svc *Service) decides() bool {
	if svc.cluster == nil {
		return true
	}
	mine, _ := svc.cluster.Decides()
	return mine
}

// inTerm makes the journal refuse whatever is checked from now on when another machine's
// decision comes between the checks and the journal. A ctx that came with a command has its
// term already.
func (svc *Service) inTerm(ctx context.Context) context.Context {
	if svc.cluster == nil || room.TermOf(ctx) != 0 {
		return ctx
	}
	return room.WithTerm(ctx, svc.cluster.Term())
}

// broadcastFrame sends a frame that is not in the log to a view of a room, on all machines.
func (svc *Service) broadcastFrame(roomID string, v room.View, frame []byte) {
	svc.outlet.Announce(roomID, v, frame)
	if svc.cluster != nil {
		svc.cluster.Announce(roomID, v, frame)
	}
}

// startOutward connects the chats and sends the webhooks.
func (svc *Service) startOutward(ctx context.Context) {
	if err := svc.loadChats(ctx); err != nil && ctx.Err() == nil {
		svc.slog.Error("the connected chats could not be read; restart to try again", "err", err)
	}
	if err := svc.loadWebhooks(ctx); err != nil && ctx.Err() == nil {
		svc.slog.Error("the webhooks could not be read; restart to try again", "err", err)
	}
}

// stopOutward ends what startOutward began. The next home continues from the webhooks'
// positions in the log.
func (svc *Service) stopOutward(ctx context.Context) {
	svc.dropChats()
	if svc.webhooks.runner == nil {
		return
	}
	list, err := svc.listWebhooks(ctx)
	if err != nil && ctx.Err() == nil {
		svc.slog.Error("the webhooks could not be read, and may be sent twice", "err", err)
	}
	for _, w := range list {
		svc.webhooks.runner.Remove(w.ID)
	}
}

// followHome connects the chats and sends the webhooks while this machine is the home,
// until ctx ends. Replays end when it stops being the home, since they are played from a
// file of this machine.
func (svc *Service) followHome(ctx context.Context) {
	var was bool
	for ctx.Err() == nil { // a home that stops begins nothing
		mine, changed := svc.cluster.Decides()
		if mine && !was {
			svc.takeOver(ctx)
		}
		svc.outward.Lock()
		switch {
		case mine && !was:
			svc.outward.on = true
			svc.startOutward(ctx)
		case !mine && was:
			svc.outward.on = false
			svc.stopOutward(ctx)
			svc.replays.HaltAll()
		}
		svc.outward.Unlock()
		was = mine
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// levelWithin is how long a new home waits for the rest of the log before it connects the
// chats and sends the webhooks.
const levelWithin = 2 * time.Second

// takeOver waits for the last events of the previous home, which include the positions of
// its webhooks.
func (svc *Service) takeOver(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, levelWithin)
	defer cancel()
	if err := svc.cluster.AwaitEnd(within); err != nil && ctx.Err() == nil {
		svc.slog.Warn("this machine is the home now, but may lack the previous home's last events; webhooks may be sent twice", "err", err)
	}
}

// Refresh reads again what other machines changed in the database. Call it from the
// goroutine of the journal's follower, before the events that came with the change.
func (svc *Service) Refresh(a room.Altered) {
	ctx := context.Background()
	load := func(what string, altered bool, read func(context.Context) error) {
		if !altered {
			return
		}
		if err := read(ctx); err != nil {
			svc.slog.Error("could not read a change of another machine of the cluster; restart to try again", "what", what, "err", err)
		}
	}
	load("rooms", a.Rooms, svc.loadRooms)
	load("links", a.Links, svc.loadLinks)
	load("rules", a.Rules, svc.loadRules)
	load("keep", a.Keep, svc.reloadKeep)
	svc.outward.Lock()
	defer svc.outward.Unlock()
	if svc.outward.on {
		load("chats", a.Chats, svc.loadChats)
	}
	load("webhooks", a.Webhooks, func(ctx context.Context) error {
		if svc.outward.on {
			return svc.loadWebhooks(ctx)
		}
		return svc.rememberWebhooks(ctx)
	})
}

func (svc *Service) reloadKeep(ctx context.Context) error {
	if err := svc.loadKeep(ctx, svc.keep, svc.keepSet); err != nil {
		return err
	}
	svc.broadcastAllKeeping()
	return nil
}

// rememberWebhooks runs noteWebhooks on the stored webhooks.
func (svc *Service) rememberWebhooks(ctx context.Context) error {
	if svc.webhooks.runner == nil {
		return nil
	}
	list, err := svc.listWebhooks(ctx)
	if err == nil {
		svc.noteWebhooks(list)
	}
	return err
}

// dropChats disconnects all chats.
func (svc *Service) dropChats() {
	if svc.chats.runner == nil {
		return
	}
	svc.chats.mu.Lock()
	defer svc.chats.mu.Unlock()
	for _, c := range svc.chats.known {
		svc.chats.runner.Remove(c.ID)
	}
	svc.chats.known = nil
}

// keepUses stores the times at which links were used, or sends them to the home.
func (svc *Service) keepUses(ctx context.Context) {
	if svc.decides() {
		svc.access.Flush(ctx)
	} else if used := svc.access.TakeUsed(); len(used) > 0 {
		svc.cluster.Used(used)
	}
}

// LinksUsed records when links were used on another machine.
func (svc *Service) LinksUsed(links map[int64]time.Time) { svc.access.NoteUsed(links) }
