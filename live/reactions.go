package live

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

const (
	// mostTaps is how many reactions one frame of a phone can carry.
	mostTaps = 50
	// keepReactionsEvery is the least time between two writes of a room's counts, so that
	// the log has one row for each minute and emoji instead of one write for each tap.
	keepReactionsEvery = 10 * time.Second
	// keepNow is later than every time, so counts are written at once.
	keepNow = time.Duration(math.MaxInt64)
	// keepReactionsWithin bounds a write at the end of the program.
	keepReactionsWithin = 5 * time.Second
	// maxUnsavedMinutes is the most minutes in memory while the log cannot be written.
	maxUnsavedMinutes = 60
)

// reacted counts the reactions of a room until they are sent and stored. It stores only
// sums, not what each person did.
type reacted struct {
	mu      sync.Mutex
	unsent  map[string]int
	unsaved map[time.Time]map[string]int // by minute
	kept    time.Duration                // time of the last write, by a clock that is never set
}

// add counts reactions of one moment.
func (r *reacted) add(counts map[string]int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unsent == nil {
		r.unsent, r.unsaved = map[string]int{}, map[time.Time]map[string]int{}
	}
	minute := at.Truncate(time.Minute)
	if r.unsaved[minute] == nil {
		if len(r.unsaved) == maxUnsavedMinutes {
			delete(r.unsaved, slices.MinFunc(minutesOf(r.unsaved), time.Time.Compare))
		}
		r.unsaved[minute] = map[string]int{}
	}
	for emoji, n := range counts {
		r.unsent[emoji] += n
		r.unsaved[minute][emoji] += n
	}
}

func minutesOf(m map[time.Time]map[string]int) (out []time.Time) {
	for at := range m {
		out = append(out, at)
	}
	return out
}

func (r *reacted) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.unsent)+len(r.unsaved) > 0
}

// take returns the counts that were not sent yet.
func (r *reacted) take() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.unsent) == 0 {
		return nil
	}
	counts := r.unsent
	r.unsent = map[string]int{}
	return counts
}

// due returns the counts to write now, oldest first.
func (r *reacted) due(now time.Duration) (minutes []room.ReactionMinute) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.unsaved) == 0 || now < keepNow && r.kept > 0 && now-r.kept < keepReactionsEvery {
		return nil
	}
	if r.kept == 0 && now < keepNow { // the first reactions start the interval
		r.kept = now
		return nil
	}
	if now < keepNow {
		r.kept = now
	}
	for at, counts := range r.unsaved {
		minutes = append(minutes, room.ReactionMinute{At: at, Counts: counts})
	}
	clear(r.unsaved)
	slices.SortFunc(minutes, func(a, b room.ReactionMinute) int { return a.At.Compare(b.At) })
	return minutes
}

// giveBack adds counts again that could not be written.
func (r *reacted) giveBack(minutes []room.ReactionMinute) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range minutes {
		if r.unsaved[m.At] == nil {
			r.unsaved[m.At] = m.Counts
			continue
		}
		for emoji, n := range m.Counts {
			r.unsaved[m.At][emoji] += n
		}
	}
}

// React counts an author's reactions by emoji, as far as the room offers them and the
// limits allow. It drops the others silently. It never blocks.
func (svc *Service) React(roomID string, a Author, counts map[string]int) {
	r, err := svc.room(roomID)
	if err != nil || !a.Role.Can(room.Write) {
		return
	}
	setup := r.settings()
	offered := setup.Reactions
	if setup.State == room.Paused {
		setup.State = room.Open // a pause stops only comments
	}
	if len(offered) == 0 || svc.mayWrite(setup, a) != nil {
		return
	}
	taken, total := map[string]int{}, 0
	for _, emoji := range offered {
		n := min(counts[emoji], mostTaps-total)
		if n > 0 {
			taken[emoji] = n
			total += n
		}
	}
	if total == 0 {
		return
	}
	left := svc.limiter.AllowReactions(room.LimitKey{Room: r.id, User: a.User, Address: a.Address, Networks: a.Networks}, total)
	for _, emoji := range offered {
		n := min(taken[emoji], left)
		if left -= n; n == 0 {
			delete(taken, emoji)
		} else {
			taken[emoji] = n
		}
	}
	if len(taken) == 0 {
		return
	}
	r.reacted.add(taken, svc.now())
	svc.attend(r)
}

// broadcastReactions sends overlays and consoles the sums since the last frame. A phone
// shows only its own reactions, so its traffic does not grow with the audience.
func (svc *Service) broadcastReactions(r *liveRoom) {
	counts := r.reacted.take()
	if counts == nil {
		return
	}
	frame := svc.encoder.Reactions(counts)
	svc.broadcastFrame(r.id, room.ViewOverlay, frame)
	svc.broadcastFrame(r.id, room.ViewConsole, frame)
}

// KeepReactions writes the counts of a room's reactions into the log, so that a reader of
// the log finds all of them. Errors: room.ErrNotFound, room.ErrBusy.
func (svc *Service) KeepReactions(ctx context.Context, roomID string) error {
	r, err := svc.room(roomID)
	if err != nil {
		return err
	}
	minutes := r.reacted.due(keepNow)
	if len(minutes) == 0 {
		return nil
	}
	if err := svc.shows.AddReactions(ctx, r.id, minutes); err != nil {
		r.reacted.giveBack(minutes)
		return err
	}
	return nil
}

// keepReactions writes the counts of a room into the log when they are due.
func (svc *Service) keepReactions(ctx context.Context, r *liveRoom, now time.Duration) {
	minutes := r.reacted.due(now)
	if len(minutes) == 0 || svc.shows == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, keepReactionsWithin)
	defer cancel()
	err := svc.shows.AddReactions(ctx, r.id, minutes)
	if err == nil {
		return
	}
	if now == keepNow || !errors.Is(err, room.ErrBusy) && ctx.Err() == nil {
		svc.slog.Warn("could not store counts of reactions", "room", r.id, "err", err)
	}
	if now != keepNow {
		r.reacted.giveBack(minutes) // retries later while the log cannot be written
	}
}
