package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/comment"
	"danmaku/live/access"
	"danmaku/room"
	"danmaku/testrace"
)

// A moderator's one click takes effect as a whole or not at all, with one request to the
// log.
func TestAnActionIsOneRequestToTheLog(t *testing.T) {
	ann := access.NewKeys([]byte("secret")).Pseudonym("live", "ann")
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *Service) error
		want string
	}{
		{"lock down", func(t *testing.T, svc *Service) error {
			_, err := svc.LockDown(t.Context(), "live", boss)
			return err
		}, "room clear"},
		{"ban a person and take down", func(t *testing.T, svc *Service) error {
			_, removed, err := svc.Ban(t.Context(), "live", boss, BanRequest{User: ann, Kind: room.FullBan, Remove: true})
			if err == nil && removed != 1 {
				t.Errorf("%d comments were taken down", removed)
			}
			return err
		}, "ban remove"},
		{"close the room, which ends the bans of the show", func(t *testing.T, svc *Service) error {
			svc.bans.add(room.Ban{ID: 100, Room: "live", User: ann, Kind: room.Mute, ShowEnd: true}, at(noon))
			svc.bans.add(room.Ban{ID: 101, Room: "live", User: ann, Kind: room.Mute, ShowEnd: true}, at(noon))
			svc.bans.add(room.Ban{ID: 102, Room: "live", User: ann, Kind: room.Mute}, at(noon))
			_, err := svc.SetRoom(t.Context(), "live", boss, room.Patch{Settings: map[string]json.RawMessage{"state": []byte(`"closed"`)}})
			return err
		}, "room unban unban"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			svc, log := newFakeLogService(t)
			log.failing = 1
			if err := tt.do(t, svc); !errors.Is(err, room.ErrBusy) || len(log.events) != 0 {
				t.Errorf("while the log is busy: %v, %q was written", err, log.kinds())
			}
			svc, log = newFakeLogService(t)
			log.failing = 2
			if err := tt.do(t, svc); err != nil || log.kinds() != tt.want {
				t.Errorf("%v, %q was written, want %q", err, log.kinds(), tt.want)
			}
		})
	}
}

// The ban removes the comments from a banned address in the same request, and those that
// came meanwhile in the next.
func TestABanByAddressRemovesCommentsSentMeanwhile(t *testing.T) {
	svc, log := newFakeLogService(t)
	_, removed, err := svc.Ban(t.Context(), "live", boss, BanRequest{AddressOf: 1, Kind: room.Mute, Remove: true})
	if err != nil || removed != 2 || log.kinds() != "ban remove remove" || log.requests != 2 {
		t.Errorf("%v, %d taken down, %q written by %d requests", err, removed, log.kinds(), log.requests)
	}
}

// verdicts is a filter with one verdict for everything.
type verdicts struct {
	Filter
	verdict comment.Verdict
}

func (v verdicts) Check(comment.Draft, room.Room) comment.Verdict { return v.verdict }
func (verdicts) OnCommitted(comment.Draft, comment.Verdict, bool) {}
func (verdicts) Group(c comment.Comment, _ room.Entry) string     { return c.Text }
func (verdicts) Known(string, string) bool                        { return false }

// free is a limiter that allows everything; its users wait a second.
type free struct{ Limiter }

func (free) Allow(room.LimitKey) error                 { return nil }
func (free) AllowPart(room.LimitKey) error             { return nil }
func (free) AllowReactions(_ room.LimitKey, n int) int { return n }
func (free) Penalize(room.LimitKey)                    {}
func (free) Refund(room.LimitKey)                      {}
func (free) MarkTrusted(room.LimitKey)                 {}
func (free) Wait(room.LimitKey) time.Duration          { return time.Second }

// An author learns the wait that the server will demand: a comment that the filter refused
// does not start the slow mode's, by either clock.
func TestTheWaitReportedToAnAuthor(t *testing.T) {
	slow := 30 * time.Second
	for _, tt := range []struct {
		name    string
		verdict comment.Verdict
		review  room.Review
		want    time.Duration
		err     error
	}{
		{"shown", comment.Verdict{}, room.ReviewHeld, slow, nil},
		{"held", comment.Verdict{Action: comment.Hold}, room.ReviewHeld, slow, nil},
		{"refused by the filter", comment.Verdict{Action: comment.Refuse, Rule: "words"}, room.ReviewHeld, time.Second, nil},
		{"refused since nobody reviews", comment.Verdict{Action: comment.Hold}, room.ReviewOff, slow, nil},
		{"too fast", comment.Verdict{Action: comment.Refuse, Rule: comment.RuleSlow, Wait: 7 * time.Second}, room.ReviewHeld, 7 * time.Second, room.ErrSlowDown},
		{"too fast, by a clock that was set back", comment.Verdict{Action: comment.Refuse, Rule: comment.RuleSlow, Wait: time.Hour}, room.ReviewHeld, slow, room.ErrSlowDown},
		{"too fast, by a clock that was set forward", comment.Verdict{Action: comment.Refuse, Rule: comment.RuleSlow, Wait: -time.Hour}, room.ReviewHeld, 0, room.ErrSlowDown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			svc, _ := newFakeLogService(t)
			svc.filter, svc.limiter = verdicts{verdict: tt.verdict}, free{}
			r := svc.rooms["live"]
			r.setup.Slow, r.setup.Review = room.Millis(slow), tt.review
			o, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi"})
			got := o.Wait
			if err != nil {
				got = room.Wait(err)
			}
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("wait %v, %v, want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// remembering is a filter and a limiter that record the calls about drafts.
type remembering struct {
	Filter
	free
	sent []string
}

func (r *remembering) Check(d comment.Draft, _ room.Room) comment.Verdict {
	r.sent = append(r.sent, "check "+d.Text)
	return comment.Verdict{}
}
func (r *remembering) OnCommitted(d comment.Draft, _ comment.Verdict, kept bool) {
	r.sent = append(r.sent, fmt.Sprint("settle ", d.Text, " ", kept))
}
func (r *remembering) Allow(room.LimitKey) error { r.sent = append(r.sent, "take"); return nil }
func (r *remembering) Refund(k room.LimitKey)    { r.sent = append(r.sent, "refund "+k.User) }

// A comment that the log did not accept was never sent: the filter forgets it, and the
// author gets the token back. This holds also without a ref, as from a form without
// JavaScript and from programs.
func TestABusyLogCostsTheAuthorNothing(t *testing.T) {
	svc, log := newFakeLogService(t)
	r := &remembering{}
	svc.filter, svc.limiter = r, r
	log.failing = 1
	_, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi"})
	if want := []string{"take", "check hi", "settle hi false", "refund ann"}; !errors.Is(err, room.ErrBusy) || !slices.Equal(r.sent, want) {
		t.Errorf("%v, notified %q, want %q", err, r.sent, want)
	}
	r.sent = nil
	o, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi"})
	if want := []string{"take", "check hi", "settle hi true"}; err != nil || o.Status != comment.Shown || !slices.Equal(r.sent, want) {
		t.Errorf("%+v, %v, notified %q, want %q", o, err, r.sent, want)
	}
	r.sent, log.failing = nil, 3
	_, err = svc.Submit(t.Context(), "live", Author{Role: room.Moderator, User: "mod"}, comment.Draft{Text: "mine"})
	if want := []string{"check mine", "settle mine false"}; err == nil || !slices.Equal(r.sent, want) {
		t.Errorf("for a moderator, who has no limits: %v, notified %q, want %q", err, r.sent, want)
	}
}

// A comment that was deleted because of its age no longer waits for a moderator.
func TestForgetEmptiesTheQueue(t *testing.T) {
	svc, _ := newFakeLogService(t)
	r := svc.rooms["live"]
	for i, at := range []time.Time{noon.Add(-2 * time.Hour), noon} {
		r.apply(plainEncoder{}, room.Event{Seq: int64(i + 1), Kind: room.KindHeld, At: at, Comment: comment.Comment{ID: comment.ID(i + 1), At: at}})
	}
	svc.Forget(noon.Add(-time.Hour))
	var w Welcome
	if r.toReview(&w); w.Waiting != 1 {
		t.Errorf("%d comments wait, want the young one", w.Waiting)
	}
}

// lateLog is a journal whose events reach the rooms a second after they are durable.
type lateLog struct {
	Journal
	svc *Service
}

func (l lateLog) Append(_ context.Context, e room.Event) (room.Receipt, error) {
	e.Seq = 1
	time.AfterFunc(time.Second, func() { l.svc.apply([]room.Event{e}) })
	return room.Receipt{Event: e}, nil
}

// A program that has its answer finds the comment in the queue, since it may decide about
// it next. A person is answered as soon as the comment is durable.
func TestAProgramFindsWhatItSentInTheQueue(t *testing.T) {
	for name, tt := range map[string]struct {
		author  Author
		waiting int
	}{
		"program": {Author{Role: room.Sender, Link: 1}, 1},
		"chat":    {Author{Role: room.Sender, Chat: "c1", User: "ann"}, 0},
		"person":  {Author{Role: room.Audience, User: "ann"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			testrace.Bubble(t, func(t *testing.T) {
				svc, _ := newFakeLogService(t)
				defer svc.rooms["live"].close()
				svc.journal, svc.limiter = lateLog{svc: svc}, free{}
				svc.filter = verdicts{verdict: comment.Verdict{Action: comment.Hold, Rule: "words"}}
				o, err := svc.Submit(t.Context(), "live", tt.author, comment.Draft{Text: "hi"})
				if err != nil || o.Status != comment.Held {
					t.Fatalf("%+v, %v", o, err)
				}
				if q, err := svc.Review("live", boss, "", 0, 10); err != nil || q.Total != tt.waiting {
					t.Errorf("%d wait (%v), want %d", q.Total, err, tt.waiting)
				}
				time.Sleep(time.Second) // of the bubble's clock
				synctest.Wait()
				if q, err := svc.Review("live", boss, "", 0, 10); err != nil || q.Total != 1 {
					t.Errorf("a second later %d wait (%v)", q.Total, err)
				}
			})
		})
	}
}

// stuckLog is a journal whose writer never reaches an event.
type stuckLog struct{ Journal }

func (stuckLog) Append(ctx context.Context, _ room.Event) (room.Receipt, error) {
	<-ctx.Done()
	return room.Receipt{}, ctx.Err()
}

// A comment waits for the log only a limited time, and may be sent again.
func TestACommentWaitsForTheLogUntilItsDeadline(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		svc, _ := newFakeLogService(t)
		defer svc.rooms["live"].close()
		svc.journal, svc.filter, svc.limiter = stuckLog{}, verdicts{}, free{}
		began := time.Now()
		_, err := svc.Submit(t.Context(), "live", Author{Role: room.Audience, User: "ann"}, comment.Draft{Text: "hi"})
		if !errors.Is(err, room.ErrBusy) || time.Since(began) != submitWithin {
			t.Errorf("%v after %v, want busy after %v", err, time.Since(began), submitWithin)
		}
	})
}
