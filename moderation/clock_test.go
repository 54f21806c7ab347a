package moderation_test

import (
	"fmt"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
)

// Memory lasts equally long when the wall clock is set back or ahead.
func TestMemoryOutlivesASetClock(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, -25 * time.Second, 25 * time.Second, time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			p := author{t, moderation.New(moderation.Options{Clock: func() time.Time { return start }}), room.New("r"), start}
			says := func(passed, set time.Duration, d comment.Draft) comment.Verdict {
				d.Room, d.At, d.Elapsed = "r", start.Add(passed+set), time.Minute+passed
				v := p.chain.Check(d, p.room)
				p.chain.OnCommitted(d, v, true)
				return v
			}
			second := func(n int) time.Duration { return time.Duration(n) * time.Second }

			p.wantRule(says(0, 0, comment.Draft{User: "u", Text: "Hello there"}), "")
			p.wantRule(says(second(5), step, comment.Draft{User: "u", Text: "Hello there"}), comment.RuleDuplicate)
			p.wantRule(says(second(31), step, comment.Draft{User: "u", Text: "Hello there"}), "")

			p.room.Slow = room.Millis(10 * time.Second)
			p.wantRule(says(second(40), 0, comment.Draft{User: "v", Text: "first"}), "")
			v := says(second(44), step, comment.Draft{User: "v", Text: "second"})
			if p.wantRule(v, comment.RuleSlow); v.Wait != second(6) {
				t.Errorf("a wait of %v, want 6s", v.Wait)
			}
			p.wantRule(says(second(50), step, comment.Draft{User: "v", Text: "third"}), "")
			p.room.Slow = 0

			p.room.URLs = room.URLsAllowed
			raid := func(at, set time.Duration, who int) comment.Verdict {
				return says(at, set, comment.Draft{User: fmt.Sprint("raider", who), Text: "look at example.com"})
			}
			for i := range 4 {
				p.wantRule(raid(second(60), 0, i), "")
			}
			p.wantRule(raid(second(65), step, 4), moderation.RuleRaid)
			p.wantRule(raid(second(80), step, 5), "")
		})
	}
}

// A raid is counted and ends as usual while the clock is set.
func TestARaidOutlivesASetClock(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, 25 * time.Second, time.Hour} {
		start, passed := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Duration(0)
		// time.Now has a monotonic reading, which does not step.
		c := moderation.New(moderation.Options{Clock: func() time.Time { return start.Add(passed) }})
		for i := range 10 {
			passed += time.Second
			d := comment.Draft{Room: "r", User: fmt.Sprint("u", i), Text: meme, At: start.Add(passed), Elapsed: time.Hour + passed}
			if i >= 5 {
				d.At = d.At.Add(step)
			}
			c.Check(d, room.New("r"))
		}
		if got := c.Raid("r"); got.Voices != 10 {
			t.Errorf("set by %v: %d voices, want 10", step, got.Voices)
		}
		passed += room.RaidWindow
		if got := c.Raid("r"); !got.Calm() {
			t.Errorf("set by %v: %+v goes on", step, got)
		}
	}
}

// A draft with a wall clock time only is not refused because of a comment from before the
// clock was set back.
func TestAFutureTimeBlocksNobody(t *testing.T) {
	p := newAuthor(t)
	p.room.Slow = room.Millis(10 * time.Second)
	p.wantRule(p.send(3600, comment.Draft{User: "u", Text: "Hello there"}), "")
	p.wantRule(p.send(5, comment.Draft{User: "u", Text: "Hello there"}), "")
	p.wantRule(p.send(6, comment.Draft{User: "u", Text: "Hello there"}), comment.RuleSlow)
}

// An identity from the future has no age: its owner is neither new for an hour nor trusted.
func TestAnIdentityOfTheFutureHasNoAge(t *testing.T) {
	p := newAuthor(t)
	p.room.Newcomers = room.NewcomersHeld
	future := p.start.Add(time.Hour)
	v := p.send(1, comment.Draft{User: "u", Text: "one", Identity: future})
	if v.Action != comment.Hold || v.Reason == comment.ReasonFirstMinute {
		t.Errorf("%v because of %v, want held as a first comment", v.Action, v.Reason)
	}
	p.chain.Welcome("r", "u")
	p.wantRule(p.send(2, comment.Draft{User: "u", Text: "two", Identity: future}), "")
}
