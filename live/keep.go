package live

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"danmaku/room"
)

// MaxKeepDays is the longest selectable time for keeping comments.
const MaxKeepDays = 36_500

// KeepSet is the number of days that a flag, a variable or the file sets.
type KeepSet struct {
	Days int
	By   string // "--keep-days", "DANMAKU_KEEP_DAYS", "danmaku.toml:3"
}

// KeepState says how long comments are kept, and what set it.
type KeepState struct {
	Days  int    // in force; 0 means forever
	Asked bool   // somebody has chosen, or an option sets it
	SetBy string // the flag, variable or line of the file that applies; empty when the choice on a page applies
}

// keptDays holds how long comments are kept. It is safe for concurrent use, and nil means
// forever.
type keptDays struct {
	mu      sync.Mutex
	state   KeepState
	changed chan struct{} // closed when state changes; nil while nobody waits
}

func (k *keptDays) get() KeepState {
	if k == nil {
		return KeepState{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *keptDays) days() int { return k.get().Days }

func (k *keptDays) set(s KeepState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = s
	if k.changed != nil {
		close(k.changed)
		k.changed = nil
	}
}

// loadKeep determines how long comments are kept: a flag, a variable or the file has
// precedence over the choice on a page.
func (svc *Service) loadKeep(ctx context.Context, stored Keep, set *KeepSet) error {
	svc.keep = stored
	if set != nil {
		svc.keeping.set(KeepState{Days: set.Days, Asked: true, SetBy: set.By})
		return nil
	}
	if stored == nil {
		return nil
	}
	days, chosen, err := stored.KeepDays(ctx)
	if err != nil {
		return fmt.Errorf("read how long comments are kept: %w", err)
	}
	svc.keeping.set(KeepState{Days: days, Asked: chosen})
	return nil
}

// KeepDays returns for how many days comments are kept, 0 meaning forever, and a channel
// that closes when that changes.
func (svc *Service) KeepDays() (days int, changed <-chan struct{}) {
	k := &svc.keeping
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changed == nil {
		k.changed = make(chan struct{})
	}
	return k.state.Days, k.changed
}

// Keep returns how long comments are kept, and what set it.
func (svc *Service) Keep(by room.Actor) (KeepState, error) {
	if err := svc.May("", by, room.ManageRooms); err != nil {
		return KeepState{}, err
	}
	return svc.keeping.get(), nil
}

// SetKeep chooses for how many days comments of all rooms are kept; 0 means forever.
// Errors: ErrNotAllowed, ErrInvalid (also where a flag, a variable or the file sets it),
// ErrBusy.
func (svc *Service) SetKeep(ctx context.Context, by room.Actor, days int) (KeepState, error) {
	was, err := svc.Keep(by)
	if err != nil {
		return was, err
	}
	if days < 0 || days > MaxKeepDays {
		return was, room.Explain(room.ErrInvalid, "days: 0 (forever) to %d", MaxKeepDays)
	}
	if was.SetBy != "" {
		return was, room.Explain(room.ErrInvalid, "days: %s says %d days. Remove it there to choose here.", was.SetBy, was.Days)
	}
	a := by.Entry(room.ActionKeep)
	a.At, a.Detail = svc.now(), strconv.Itoa(days)
	if err := svc.keep.SetKeepDays(ctx, days, a); err != nil {
		return was, err
	}
	now := KeepState{Days: days, Asked: true}
	svc.keeping.set(now)
	svc.broadcastAllKeeping()
	return now, nil
}

// broadcastAllKeeping is broadcastKeeping for all rooms.
func (svc *Service) broadcastAllKeeping() {
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	for _, r := range svc.rooms {
		svc.broadcastKeeping(r)
	}
}

// broadcastKeeping tells the phones of a room where its comments go and how long they are
// kept. This is not an event of the log, so a client that is being welcomed checks again.
func (svc *Service) broadcastKeeping(r *liveRoom) {
	if svc.outlet.Count(r.id, room.ViewAudience) > 0 {
		svc.outlet.Announce(r.id, room.ViewAudience, svc.encoder.Keeping(r.settings()))
	}
}

// keepingDiffers reports whether phones that know about a need an update to b.
func keepingDiffers(a, b room.Room) bool {
	return a.Webhooks != b.Webhooks || a.TextLeaves != b.TextLeaves || a.KeepDays != b.KeepDays
}
