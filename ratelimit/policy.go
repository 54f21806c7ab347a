package ratelimit

import (
	"strconv"
	"sync"
	"time"

	"danmaku/room"
)

// The kinds of bucket.
const (
	userBucket Kind = iota
	addressBucket
	newcomerBucket
	mintBucket
	wideMintBucket
	senderBucket
	replayBucket
	partBucket
	partAddressBucket
	reactionBucket
	reactionAddressBucket
	reactionRoomBucket
)

// Bursts of the buckets that are not a person's, in seconds of their rate. A room's burst
// allows for a venue of 500 people who answer within three seconds. Beyond it the reserve
// is for sources that send less than their share, even when all of them send at once.
const addressBurst, roomBurst, roomReserve, senderBurst = 4, 10, 5, 1

// The weights of sources in a room's share. All addresses together have the people's
// weight, and divide it equally: one address cannot starve another, programs cannot starve
// addresses, and addresses cannot starve a program.
const (
	peopleWeight  = 3.0
	addressWeight = 1.0
	senderWeight  = 1.0
	replayWeight  = 0.5
	chatWeight    = 0.5
)

// programShare is how much of a room's burst programs may use: a replay, a chat or a sender
// link that sends without a pause leaves the rest for people who all write at once.
const programShare = 0.5

// replayRate is the most of a room's rate that a server-side replay takes, however fast it
// is played.
const replayRate = 0.5

// The phones of a venue share one address and come all at once. Behind each address, the
// first identities are trusted from the beginning, and a few more each second; an identity
// stops being new after trustedAge.
const (
	newBurst   = 600
	newRate    = 5
	trustedAge = time.Minute
)

// wideNetwork is how many addresses the wider network around one counts for, such as the
// /48 of an IPv6 address.
const wideNetwork = 4

// penalty is the cost of a refusal by the filter in addition to the token for the send
// itself.
const penalty = 1

// Limits of taking part in polls: for one person, and for all people behind one address,
// where a venue may vote within seconds.
const (
	partRate, partBurst               = 1, 10
	partAddressRate, partAddressBurst = 100, 3000
)

// AllowPart checks the limits of taking part: the person's and the address's. It returns
// nil or a *room.WaitError around room.ErrSlowDown.
func (p *Policy) AllowPart(k room.LimitKey) error {
	keys := []Key{{Kind: partBucket, Name: k.Room + "/" + k.User}}
	if address := addressOf(k); address != "" {
		keys = append(keys, Key{Kind: partAddressBucket, Name: address})
	}
	if ok, wait := p.buckets.Allow(keys...); !ok {
		return slowDown(wait)
	}
	return nil
}

// Limits of reactions, as a rate and a burst: for one person's thumb, for a venue behind
// one address, and for a room. No address gets more than half of a room's.
const (
	reactionRate, reactionBurst               = 5, 20
	reactionAddressRate, reactionAddressBurst = 200, 1000
	reactionRoomRate, reactionRoomBurst       = 400, 2000
)

// AllowReactions returns how many of n reactions count: as many as the limits of the
// person, the address and the room allow.
func (p *Policy) AllowReactions(k room.LimitKey, n int) int {
	return p.buckets.Take(n, Key{Kind: reactionBucket, Name: k.Room + "/" + k.User},
		Key{Kind: reactionAddressBucket, Name: addressOf(k)}, Key{Kind: reactionRoomBucket, Name: k.Room})
}

// Rates are the limits of a server in comments a second. A rate of 0 means unlimited.
type Rates struct {
	User, Address, Room, Sender float64
	UserBurst                   int // comments that one person may send at once
}

// Policy decides whether a comment may be sent, by its author's own limits, by those of its
// address, and by the room's. It is safe for concurrent use. Its memory is bounded like a
// [Limiter]'s, and for each room by the room's burst.
type Policy struct {
	rates   Rates
	buckets *Limiter
	shared  *sharedIPLimit

	mu    sync.Mutex // one decision at a time: checking and charging are one step
	rooms map[string]*share
}

// NewPolicy makes a policy. clock may be nil, which means time.Now; its times should carry
// Go's monotonic reading, so that setting the wall clock changes no wait.
func NewPolicy(r Rates, clock func() time.Time) *Policy {
	if clock == nil {
		clock = time.Now
	}
	limit := func(rate, burst float64) Limit { return Limit{Rate: rate, Burst: max(1, int(burst))} }
	buckets := New(Options{Clock: clock, Limits: map[Kind]Limit{
		userBucket:     limit(r.User, float64(r.UserBurst)),
		addressBucket:  limit(r.Address, addressBurst*r.Address),
		newcomerBucket: limit(newRate, newBurst),
		mintBucket:     limit(newRate, newBurst),
		wideMintBucket: limit(wideNetwork*newRate, wideNetwork*newBurst),
		senderBucket:   limit(r.Sender, senderBurst*r.Sender),
		replayBucket:   limit(replayRate*r.Room, replayRate*r.Room),

		partBucket:        limit(partRate, partBurst),
		partAddressBucket: limit(partAddressRate, partAddressBurst),

		reactionBucket:        limit(reactionRate, reactionBurst),
		reactionAddressBucket: limit(reactionAddressRate, reactionAddressBurst),
		reactionRoomBucket:    limit(reactionRoomRate, reactionRoomBurst),
	}})
	return &Policy{
		rates: r, buckets: buckets, rooms: map[string]*share{},
		shared: newSharedIPLimit(sharedIPOptions{
			limiter: buckets, clock: clock, floor: addressBucket, newcomers: newcomerBucket, age: trustedAge,
		}),
	}
}

// Allow checks all limits for a comment, and charges all or none. It returns nil or a
// *room.WaitError around room.ErrSlowDown.
func (p *Policy) Allow(k room.LimitKey) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.buckets.Now()
	limit := p.rates.Room * roomBurst
	if k.Replay || k.Chat != "" || k.Sender != 0 {
		limit *= programShare
	}
	m, rank, own := p.limits(k)
	roomShare, from := p.room(k.Room, now), sourceOf(k)
	if roomShare != nil {
		if ok, wait := roomShare.allow(from, max(1, limit), rank != untrusted, now); !ok {
			return &room.WaitError{Err: room.ErrSlowDown, Wait: max(wait, p.buckets.Wait(p.shared.keys(m, rank, own)...)), Full: true}
		}
	}
	if ok, wait := p.shared.allow(m, rank, own...); !ok {
		return slowDown(wait)
	}
	if roomShare != nil {
		roomShare.charge(from, rank != untrusted)
	}
	return nil
}

// limits returns the limits of a comment other than the room's: the author behind an
// address, the author's standing, and the author's own buckets.
func (p *Policy) limits(k room.LimitKey) (m member, rank standing, own []Key) {
	switch {
	case k.Replay:
		return m, trusted, []Key{{Kind: replayBucket, Name: k.Room}}
	case k.Chat != "":
		return m, trusted, nil
	case k.Sender != 0:
		return m, trusted, []Key{{Kind: senderBucket, Name: strconv.FormatInt(k.Sender, 10)}}
	case p.rates.User <= 0:
		// Without their own limit people are bounded by their address alone.
		return m, trusted, []Key{{Kind: addressBucket, Name: addressOf(k)}}
	}
	user := userKey(k)
	m = member{group: addressOf(k), name: user.Name, since: k.Identity}
	return m, p.shared.standing(m), []Key{user}
}

// Refund returns what [Policy.Allow] took, for a comment that could not be stored. The
// room's rate pays back the room's own share soon enough.
func (p *Policy) Refund(k room.LimitKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, rank, own := p.limits(k)
	p.buckets.Refund(p.shared.keys(m, rank, own)...)
}

func slowDown(wait time.Duration) error {
	return &room.WaitError{Err: room.ErrSlowDown, Wait: wait}
}

// Penalize takes a further token from the author's own bucket after the filter refused a
// comment, into a debt of at most one burst. Programs are not penalized.
func (p *Policy) Penalize(k room.LimitKey) {
	if k.Sender == 0 && k.Chat == "" {
		p.buckets.Penalize(userKey(k), penalty)
	}
}

// Wait returns how long the author's own limit would make the author wait now.
func (p *Policy) Wait(k room.LimitKey) time.Duration { return p.buckets.Wait(userKey(k)) }

// MarkTrusted records that a comment of the author was shown: the author is trusted from
// now on, behind any address.
func (p *Policy) MarkTrusted(k room.LimitKey) {
	if user := userKey(k); user.Name != "" {
		p.shared.markTrusted(user.Name)
	}
}

// Vouch reports whether an identity of this address and, if it has one already, of this
// user may carry the time at which it was made. Without that time an identity never gets
// older, so it stays untrusted until a comment of it was shown. An identity whose comment
// was shown may; a new one takes a token of the address's rate.
func (p *Policy) Vouch(k room.LimitKey) bool {
	if user := userKey(k); user.Name != "" {
		return p.shared.trusts(member{group: addressOf(k), name: user.Name})
	}
	keys := []Key{{Kind: mintBucket, Name: addressOf(k)}}
	for _, wider := range k.Networks[min(1, len(k.Networks)):] {
		keys = append(keys, Key{Kind: wideMintBucket, Name: wider})
	}
	ok, _ := p.buckets.Allow(keys...)
	return ok
}

// room returns the share of a room, or nil when rooms have no limit. The caller holds p.mu.
func (p *Policy) room(id string, now time.Time) *share {
	if p.rates.Room <= 0 || id == "" {
		return nil
	}
	s := p.rooms[id]
	if s == nil {
		s = newShare(p.rates.Room, roomBurst*p.rates.Room, roomReserve*p.rates.Room, now)
		p.rooms[id] = s
	}
	return s
}

func userKey(k room.LimitKey) Key {
	if k.User == "" {
		return Key{Kind: userBucket}
	}
	return Key{Kind: userBucket, Name: k.Room + "/" + k.User}
}

// addressOf returns what counts as one address: the narrowest network.
func addressOf(k room.LimitKey) string {
	if len(k.Networks) > 0 {
		return k.Networks[0]
	}
	return k.Address
}

// sourceOf returns the source of a comment in its room.
func sourceOf(k room.LimitKey) source {
	switch {
	case k.Replay:
		return source{{"replay", replayWeight}}
	case k.Chat != "":
		return source{{"chat " + k.Chat, chatWeight}}
	case k.Sender != 0:
		return source{{"sender " + strconv.FormatInt(k.Sender, 10), senderWeight}}
	}
	from := source{{"people", peopleWeight}}
	for i := len(k.Networks) - 1; i > 0; i-- { // the widest first
		from = append(from, hop{k.Networks[i], addressWeight})
	}
	return append(from, hop{addressOf(k), addressWeight})
}
