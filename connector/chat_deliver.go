package connector

import (
	"context"
	"errors"
	"time"

	"danmaku/comment"
)

// wasTakenDown reports whether a message was taken down after it arrived.
func (c *chat) wasTakenDown(a arrival) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	for _, origin := range []comment.Source{a.Origin, AnyOrigin} {
		if _, ok := c.gone.get(messageKey{origin, a.ID}, now); ok && a.ID != "" {
			return true // also when it is repeated
		}
	}
	if seq, ok := c.goneUsers.get(userKey{a.Origin, a.UserID}, now); ok && seq > a.seq {
		return true
	}
	return c.goneAll[a.Origin] > a.seq
}

// submit submits one message to the room.
func (c *chat) submit(a arrival) {
	if c.wasTakenDown(a) {
		c.set(func(st *State) { st.Counts.Gone++ })
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), actWithin)
	defer cancel()
	settings := c.setup()
	if voted, err := c.rooms.Vote(ctx, settings, a.Message); voted {
		if err != nil {
			c.log.Debug("a vote from a chat was not accepted", "room", c.room, "chat", c.id, "err", err)
		}
		return
	}
	if a.Paid == nil && c.isResting() {
		c.set(func(st *State) { st.Counts.Limited++ })
		return
	}
	result, err := c.rooms.Submit(ctx, settings, a.Message)
	switch {
	case err != nil:
		c.log.Debug("a message from a chat was not accepted", "room", c.room, "chat", c.id, "err", err)
		c.set(func(st *State) { st.Counts.Limited++ })
		return
	case result.Limited:
		c.set(func(st *State) {
			st.Counts.Limited++
			if result.Wait > 0 {
				rest := min(max(result.Wait, shortestRest), longestRest)
				c.rest = c.clock.Now().Add(time.Duration(2 * c.jitter() * float64(rest)))
			}
		})
		return
	}
	c.set(func(st *State) {
		switch {
		case result.Twice:
			st.Counts.Twice++
		case result.Status == comment.Shown:
			st.Counts.Shown++
		case result.Status == comment.Held:
			st.Counts.Held++
		case result.Status == comment.Refused:
			st.Counts.Refused++
		}
	})
	if a.ID != "" {
		c.mu.Lock()
		c.known.put(messageKey{a.Origin, a.ID}, result.ID, c.clock.Now())
		c.mu.Unlock()
	}
	if c.wasTakenDown(a) {
		c.count(c.rooms.TakeDown(ctx, settings, []comment.ID{result.ID}))
	}
}

// The bounds of the mean time for which a chat drops messages without asking. It is long
// compared with the rate of a room, whose other sources also write at regular intervals.
const shortestRest, longestRest = 100 * time.Millisecond, time.Second

// isResting reports whether the room was full a moment ago. The length of a rest is
// random, so that a chat that is too big is sampled evenly: if the first message that
// fits were always taken, authors who write in step with the room's rate would always be
// the same ones.
func (c *chat) isResting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock.Now().Before(c.rest)
}

// remove handles one removal of the platform. It counts removals of unknown messages.
func (c *chat) remove(r Removal) {
	ctx, cancel := context.WithTimeout(context.Background(), actWithin)
	defer cancel()
	settings := c.setup()
	n, unknown := 0, false
	var err error
	switch {
	case r.All:
		n, err = c.rooms.TakeDownAll(ctx, settings, r.Origin)
	case r.MessageID != "":
		n, unknown, err = c.removeMessage(ctx, settings, r)
	default:
		mute, forever := r.Mute, r.Forever
		if !settings.FollowBans {
			mute, forever = 0, false
		}
		n, err = c.rooms.TakeDownAuthor(ctx, settings, r.Origin, r.UserID, mute, forever)
		unknown = n == 0 && r.Login != "" && r.UserID == ByName(r.Login)
	}
	c.count(n, err)
	if unknown && err == nil {
		c.set(func(st *State) { st.Counts.Unknown++ })
	}
}

// removeMessage removes one message: by its remembered comment, otherwise by its ref, which
// the log has.
func (c *chat) removeMessage(ctx context.Context, settings Settings, r Removal) (n int, unknown bool, err error) {
	origins := []comment.Source{r.Origin}
	if r.Origin == AnyOrigin {
		origins = comment.Platforms
	}
	for _, origin := range origins {
		c.mu.Lock()
		id, ok := c.known.get(messageKey{origin, r.MessageID}, c.clock.Now())
		c.mu.Unlock()
		if ok {
			n, err = c.rooms.TakeDown(ctx, settings, []comment.ID{id})
			return n, false, err
		}
	}
	var errs []error
	for _, origin := range origins {
		found, err := c.rooms.TakeDownRef(ctx, settings, origin, r.MessageID)
		n += found
		errs = append(errs, err)
	}
	return n, n == 0, errors.Join(errs...)
}

func (c *chat) count(n int, err error) {
	if err != nil {
		c.log.Warn("could not remove comments that a platform took down", "room", c.room, "chat", c.id, "err", err)
	}
	c.set(func(st *State) { st.Counts.Gone += n })
}
