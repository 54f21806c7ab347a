package server

import (
	"context"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
)

// start begins beats and stats. shutdown ends them; after it nothing begins.
func (k *sockets) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.beats.Go(func() { every(ctx, k.server.opt.Beat, k.beat) })
	k.beats.Go(func() { every(ctx, k.server.opt.StatsEvery, k.stats) })
}

func every(ctx context.Context, d time.Duration, do func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

// beat tells every socket the time and how far it has been told, and cuts
// those that left two beats unanswered: protocol pings are answered by the
// browser even when its page hangs, beats are not. Who was told bye and is there
// from one beat to the next reads too slowly: no further frame fills its queue,
// which would have it cut, and each that waits there may take ten seconds.
func (k *sockets) beat() {
	now := k.server.now()
	k.mu.RLock()
	keys := make([]hubKey, 0, len(k.hubs))
	for key := range k.hubs {
		keys = append(keys, key)
	}
	k.mu.RUnlock()
	for _, key := range keys {
		people := k.Count(key.room, live.ViewAudience)
		if key.view == live.ViewAudience {
			k.server.hall.Crowd(key.room, people)
		}
		_ = k.server.hall.Still(key.room, key.view, func(pos comment.Position) { // a room that is gone has nobody to tell
			k.Announce(key.room, key.view, mustMarshal(wireBeat{
				Type: "beat", Time: now.UnixMilli(), Position: pos.String(), People: people,
			}))
		})
	}
	silent := now.Add(-2*k.server.opt.Beat - k.server.opt.Beat/2).UnixNano()
	k.each(func(_ hubKey, sess *melody.Session) {
		st := seatOf(sess)
		switch {
		case st.heard.Load() < silent:
			k.cut(sess, endSilent)
		case st.ending.Load() != nil && st.stays.Swap(true):
			k.cut(sess, endSlow)
		}
	})
	k.tidy()
}

// tidyStep is how many sockets must have come for tidying to be worth it.
const tidyStep = 1000

// tidy gives back what a storm of handshakes has left: as much as the sockets
// themselves, and without it that stays until the collector's turn, which with
// little going on is minutes away. It waits until the storm is over.
func (k *sockets) tidy() {
	if k.storm.over(k.total.Load()) {
		debug.FreeOSMemory()
	}
}

// storm watches how many sockets there are from beat to beat.
type storm struct {
	before int64 // at the last beat
	tidied int64 // when it was last over, or fewer that have stayed since
}

// over is true once after every storm that has left something.
func (s *storm) over(sockets int64) bool {
	settled := sockets-s.before < tidyStep/10
	s.before = sockets
	s.tidied = min(s.tidied, sockets)
	if !settled || sockets-s.tidied < tidyStep {
		return false
	}
	s.tidied = sockets
	return true
}

// stats tells consoles how their room is doing.
func (k *sockets) stats() {
	k.mu.RLock()
	var rooms []string
	for key := range k.hubs {
		if key.view == live.ViewConsole {
			rooms = append(rooms, key.room)
		}
	}
	k.mu.RUnlock()
	for _, room := range rooms {
		if k.Count(room, live.ViewConsole) == 0 {
			continue
		}
		if s, err := k.server.hall.Stats(room); err == nil {
			k.Announce(room, live.ViewConsole, mustMarshal(toWireStats(s, k.account(room))))
		}
	}
}

// longestShown is what an overlay may say at most; more is no figure but a
// clock that was set.
const longestShown = time.Minute

// see notes what an overlay told of how long comments take to be seen.
func (st *seat) see(ms *int64) {
	if ms != nil && *ms >= 0 && *ms <= longestShown.Milliseconds() {
		st.shown.Store(*ms + 1)
	}
}

// account is what only the sockets know of a room.
type account struct {
	slow  int64  // sockets of the process cut for not reading, since its start
	shown *int64 // ms until comments are seen on the slowest overlay; nil while none has told
}

func (k *sockets) account(room string) account {
	a := account{slow: k.slow.Load()}
	k.mu.RLock()
	m := k.hubs[hubKey{room, live.ViewOverlay}]
	k.mu.RUnlock()
	if m == nil {
		return a
	}
	all, err := m.Sessions()
	if err != nil {
		return a // closing
	}
	for _, sess := range all {
		if ms := seatOf(sess).shown.Load() - 1; ms >= 0 && (a.shown == nil || ms > *a.shown) {
			a.shown = &ms
		}
	}
	return a
}

// restartSpread is over how long clients spread their return after a restart.
const restartSpread = 2 * time.Second

func (k *sockets) restarting(sess *melody.Session) {
	wait := rand.N(restartSpread)
	k.bye(sess, endWith(wireBye{Code: "restart", WaitMS: wait.Milliseconds()}, melody.CloseServiceRestart))
}

// shutdown tells every socket that the server restarts and closes it with
// 1012; what has not gone when ctx ends is cut.
func (k *sockets) shutdown(ctx context.Context) {
	k.mu.Lock()
	k.closing = true
	stop := k.stop
	k.mu.Unlock()
	if stop != nil {
		stop()
	}
	k.beats.Wait()
	k.each(func(_ hubKey, sess *melody.Session) { k.restarting(sess) })
	gone := make(chan struct{})
	go func() {
		k.handlers.Wait()
		k.cutters.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return
	case <-ctx.Done():
	}
	k.each(func(_ hubKey, sess *melody.Session) { _ = sess.WebsocketConnection().NetConn().Close() })
	// Whoever still waits for the journal then is answered by its closing.
	select {
	case <-gone:
	case <-time.After(closeTimeout):
	}
}
