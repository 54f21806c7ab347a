package main

import (
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/moderation"
	"danmaku/ratelimit"
)

// This file fits packages that know nothing of each other to what package live
// asks for.

// The kinds of bucket.
const (
	userBucket ratelimit.Kind = iota
	addressBucket
	roomBucket
	senderBucket
)

// bursts of the buckets that are not a person's, in seconds of their rate.
const addressBurst, roomBurst, senderBurst = 4, 2, 1

// finePart is what a refusal by the filter costs besides the token that the
// send itself cost.
const finePart = 1

// limits is live.Limiter over token buckets.
type limits struct{ buckets *ratelimit.Limiter }

var _ live.Limiter = limits{}

func newLimiter(cfg config.Config) limits {
	limit := func(rate, burst float64) ratelimit.Limit {
		return ratelimit.Limit{Rate: rate, Burst: max(1, int(burst))}
	}
	return limits{ratelimit.New(ratelimit.Options{Limits: map[ratelimit.Kind]ratelimit.Limit{
		userBucket:    limit(cfg.UserRate, float64(cfg.UserBurst)),
		addressBucket: limit(cfg.AddressRate, addressBurst*cfg.AddressRate),
		roomBucket:    limit(cfg.RoomRate, roomBurst*cfg.RoomRate),
		senderBucket:  limit(cfg.SenderRate, senderBurst*cfg.SenderRate),
	}})}
}

func userKey(k live.LimitKey) ratelimit.Key {
	if k.User == "" {
		return ratelimit.Key{Kind: userBucket}
	}
	return ratelimit.Key{Kind: userBucket, Name: k.Room + "/" + k.User}
}

// Allow implements live.Limiter.
func (l limits) Allow(k live.LimitKey) error {
	keys := []ratelimit.Key{{Kind: roomBucket, Name: k.Room}}
	if k.Sender != 0 {
		keys = append(keys, ratelimit.Key{Kind: senderBucket, Name: strconv.FormatInt(k.Sender, 10)})
	} else {
		keys = append(keys, userKey(k), ratelimit.Key{Kind: addressBucket, Name: k.Address})
	}
	if ok, wait := l.buckets.Allow(keys...); !ok {
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
		out = append(out, comment.RuleFault{Line: f.Line, Entry: f.Entry, Message: f.Message, Warning: f.Warning})
	}
	return out
}

func moderationList(l live.RuleList) moderation.List {
	return moderation.List{Room: l.Room, Name: l.Name, Text: l.Text, On: l.On}
}
