package main

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/moderation"
	"danmaku/obs"
	"danmaku/ratelimit"
	"danmaku/server"
)

// This file fits packages that know nothing of each other to what package live
// asks for.

// The kinds of bucket.
const (
	userBucket ratelimit.Kind = iota
	addressBucket
	newcomerBucket
	roomBucket
	senderBucket
	replayBucket
)

// bursts of the buckets that are not a person's, in seconds of their rate. The
// room's takes a hall of 500 that answers within three seconds.
const addressBurst, roomBurst, senderBurst = 4, 10, 1

// replayShare is how much of a room's rate a replay that the server plays takes
// at most: however fast it is played, the audience is heard.
const replayShare = 0.5

// A hall's phones share one address and come all at once. Behind each address
// so many new ones are taken at their word, and so many more each second; who
// has been here for newTime is not new.
const (
	newBurst = 600
	newRate  = 5
	newTime  = time.Minute
)

// studioWithin is how long OBS may take for everything that the console asks.
const studioWithin = 15 * time.Second

// sourceName is what our source is called in OBS unless somebody says otherwise.
const sourceName = "danmaku"

// finePart is what a refusal by the filter costs besides the token that the
// send itself cost.
const finePart = 1

// limits is live.Limiter over token buckets.
type limits struct {
	buckets *ratelimit.Limiter
	crowd   *ratelimit.Crowd
	grows   bool // by how much an address's limit grows for a person, is known
}

var _ live.Limiter = limits{}

func newLimiter(cfg config.Config, clock func() time.Time) limits {
	limit := func(rate, burst float64) ratelimit.Limit {
		return ratelimit.Limit{Rate: rate, Burst: max(1, int(burst))}
	}
	buckets := ratelimit.New(ratelimit.Options{Clock: clock, Limits: map[ratelimit.Kind]ratelimit.Limit{
		userBucket:     limit(cfg.UserRate, float64(cfg.UserBurst)),
		addressBucket:  limit(cfg.AddressRate, addressBurst*cfg.AddressRate),
		newcomerBucket: limit(newRate, newBurst),
		roomBucket:     limit(cfg.RoomRate, roomBurst*cfg.RoomRate),
		senderBucket:   limit(cfg.SenderRate, senderBurst*cfg.SenderRate),
		replayBucket:   limit(replayShare*cfg.RoomRate, replayShare*cfg.RoomRate),
	}})
	return limits{
		buckets: buckets,
		crowd: ratelimit.NewCrowd(ratelimit.CrowdOptions{
			Limiter: buckets, Floor: addressBucket, Newcomers: newcomerBucket, Age: newTime,
		}),
		// Without a limit of their own, people are bounded by their address alone.
		grows: cfg.UserRate > 0,
	}
}

func userKey(k live.LimitKey) ratelimit.Key {
	if k.User == "" {
		return ratelimit.Key{Kind: userBucket}
	}
	return ratelimit.Key{Kind: userBucket, Name: k.Room + "/" + k.User}
}

// Allow implements live.Limiter.
func (l limits) Allow(k live.LimitKey) error {
	var ok bool
	var wait time.Duration
	room := ratelimit.Key{Kind: roomBucket, Name: k.Room}
	switch {
	case k.Replay:
		ok, wait = l.buckets.Allow(room, ratelimit.Key{Kind: replayBucket, Name: k.Room})
	case k.Sender != 0:
		ok, wait = l.buckets.Allow(room, ratelimit.Key{Kind: senderBucket, Name: strconv.FormatInt(k.Sender, 10)})
	case !l.grows:
		ok, wait = l.buckets.Allow(room, ratelimit.Key{Kind: addressBucket, Name: k.Address})
	default:
		user := userKey(k)
		m := ratelimit.Member{Group: k.Address, Name: user.Name, Since: k.Identity}
		ok, wait = l.crowd.Allow(m, room, user)
	}
	if !ok {
		return &comment.WaitError{Err: comment.ErrSlowDown, Wait: wait}
	}
	return nil
}

// Fine implements live.Limiter.
func (l limits) Fine(k live.LimitKey) {
	if k.Sender == 0 {
		l.buckets.Fine(userKey(k), finePart)
	}
}

// Wait implements live.Limiter.
func (l limits) Wait(k live.LimitKey) time.Duration { return l.buckets.Wait(userKey(k)) }

// Passed implements live.Limiter.
func (l limits) Passed(k live.LimitKey) {
	if user := userKey(k); user.Name != "" {
		l.crowd.Passed(user.Name)
	}
}

// studio is server.Studio over obs-websocket.
type studio struct {
	url      string
	password string // for those who give none
}

var _ server.Studio = studio{}

// AddOverlay implements server.Studio.
func (s studio) AddOverlay(ctx context.Context, o server.StudioOrder) (server.StudioReport, error) {
	ctx, cancel := context.WithTimeout(ctx, studioWithin)
	defer cancel()
	password := cmp.Or(o.Password, s.password)
	client, err := obs.Dial(ctx, s.url, func() (string, error) { return password, nil })
	var placed obs.Placed
	if err == nil {
		defer client.Close()
		source := obs.Source{Name: sourceName, URL: o.URL}
		if o.Look {
			source.Look = &obs.Look{CSS: o.CSS}
		}
		placed, err = client.Place(source)
	}
	r := server.StudioReport{
		At: hostOf(s.url), Version: placed.Version, Width: placed.Width, Height: placed.Height, FPS: placed.FPS,
	}
	for told, outcome := range map[error]server.StudioOutcome{
		obs.ErrUnreachable: server.StudioUnreachable, obs.ErrWrongPassword: server.StudioPassword,
		obs.ErrNoBrowser: server.StudioNoBrowser, obs.ErrNameTaken: server.StudioRefused,
	} {
		if errors.Is(err, told) {
			r.Outcome = outcome
			return r, nil
		}
	}
	r.Outcome = server.StudioRefreshed
	if placed.Made {
		r.Outcome = server.StudioAdded
	}
	return r, err
}

// rules is live.Filter over the chain of checks.
type rules struct{ *moderation.Chain }

var _ live.Filter = rules{}

func newFilter() rules { return rules{moderation.New(moderation.Options{})} }

// SetRules implements live.Filter.
func (r rules) SetRules(lists []live.RuleList) error {
	converted := make([]moderation.List, len(lists))
	for i, l := range lists {
		converted[i] = moderationList(l)
	}
	return r.SetLists(converted)
}

// Shipped implements live.Filter.
func (r rules) Shipped() live.RuleList {
	l := moderation.Starter()
	return live.RuleList{Name: l.Name, Text: l.Text, On: l.On}
}

// Preview implements live.Filter.
func (r rules) Preview(edited live.RuleList, others []live.RuleList, shown []string) []comment.RuleFault {
	beside := make([]moderation.List, len(others))
	for i, l := range others {
		beside[i] = moderationList(l)
	}
	var out []comment.RuleFault
	for _, f := range moderation.Preview(moderationList(edited), beside, shown, time.Now()) {
		out = append(out, comment.RuleFault{
			Line: f.Line, Entry: f.Entry, Code: string(f.Code), Word: f.Word, N: f.N, Of: f.Of, Message: f.Message(), Warning: f.Warning(),
		})
	}
	return out
}

func moderationList(l live.RuleList) moderation.List {
	return moderation.List{Room: l.Room, Name: l.Name, Text: l.Text, On: l.On}
}
