// Package live runs the rooms: it takes comments in, has them checked and made durable,
// follows the log, and paces what goes out to the screens. It knows no database, no socket
// and no JSON; this file and storage.go declare the interfaces it needs from them.
package live

import (
	"context"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

// ChatRunner connects chats. Its methods return at once.
type ChatRunner interface {
	// Recognize parses a link or a name. Errors: room.ErrInvalid with an explanation.
	Recognize(text string) (room.ChatLink, error)
	// Secrets returns the names of the secrets that a kind of chat needs, and of the
	// optional ones; known is false for an unsupported kind.
	Secrets(kind string) (needs, may []string, known bool)
	Set(c room.Chat)
	Remove(id string)
	State(id string) (state room.ChatState, known bool)
	// Test injects a line into a chat as if its platform had sent it.
	Test(id, text string) bool
}

// WebhookRunner sends webhooks. All methods except Test return at once.
type WebhookRunner interface {
	Set(w room.Webhook)
	Remove(id string)
	State(id string) room.WebhookState
	// Test sends a test and returns its result. Errors: room.ErrSlowDown in a
	// *room.WaitError, context.Canceled.
	Test(ctx context.Context, w room.Webhook) (room.Delivery, error)
	// Moved reports that the log of a room has grown.
	Moved(roomID string)
}

// Cluster is the other machines, where several run the rooms together. One of them, the
// home, decides; every machine has all rooms in memory and serves its own sockets.
type Cluster interface {
	// Decides reports whether this machine is the home, and returns a channel that closes
	// when that may have changed.
	Decides() (bool, <-chan struct{})
	// Term returns the term of the newest event in memory, see [room.WithTerm].
	Term() uint64
	// AwaitEnd waits until this machine's memory has reached the end of the log.
	AwaitEnd(ctx context.Context) error
	// Announce has all other machines send a frame to their sockets of a view; it may be lost.
	Announce(room string, v room.View, frame []byte)
	// Used reports to the home when links were used on this machine. The message may be
	// lost.
	Used(links map[int64]time.Time)
	// People returns the audience members of a room who are connected at other machines:
	// with a user, only that one; with an address, only those behind it. Each machine
	// returns at most 20,000.
	People(ctx context.Context, room, user, address string) []string
	// Replay reports the state of a room's replay to all other machines; a report may be lost.
	Replay(room string, r replay.Report)
}

// Limiter checks all limits for a draft, and charges all or none.
type Limiter interface {
	// Allow returns nil, or a *room.WaitError around room.ErrSlowDown.
	Allow(key room.LimitKey) error
	// AllowPart checks the person's and the address's limits for taking part: a vote, an
	// up-vote. It does not check the room's limit, since nothing is shown. It returns nil,
	// or a *room.WaitError around room.ErrSlowDown.
	AllowPart(key room.LimitKey) error
	// AllowReactions returns how many of n reactions the limits of the person, the address
	// and the room allow.
	AllowReactions(key room.LimitKey, n int) int
	// Penalize takes further tokens of the user's bucket after the filter refused a draft,
	// into a debt of at most one burst.
	Penalize(key room.LimitKey)
	// Refund returns what [Limiter.Allow] took from the author's own limits, for a comment
	// that did not get into the log.
	Refund(key room.LimitKey)
	// Wait returns how long the user would have to wait now.
	Wait(key room.LimitKey) time.Duration
	// MarkTrusted notes that a comment of the user was shown; the limit of an
	// address grows with its trusted users.
	MarkTrusted(key room.LimitKey)
	// Vouch reports whether an identity may carry the time at which it was made; without
	// that time it stays untrusted until one of its comments was shown. An existing
	// identity (key has a user) may once the user is trusted. A new one (without a user)
	// may while its address is within a rate.
	Vouch(key room.LimitKey) bool
}

// Filter decides about normalised drafts, by rules that can be exchanged while it runs.
type Filter interface {
	// Check decides about a draft. It remembers a draft that no limit may refuse as
	// pending; OnCommitted has to follow.
	Check(d comment.Draft, setup room.Room) comment.Verdict
	// OnCommitted reports the result of a draft with the verdict v: it is in the log, or it
	// is not, and then the filter forgets that it was sent.
	OnCommitted(d comment.Draft, v comment.Verdict, kept bool)
	// SetRules exchanges all rule lists at once. It skips invalid lines and names them in
	// the error; the rest is in force.
	SetRules(lists []room.RuleList) error
	// CheckText decides about text alone, by the rules of a room.
	CheckText(text string, setup room.Room) comment.Verdict
	// Preview returns what the author of a list should know before saving it: lines that
	// would be skipped, and lines that would have stopped some of the texts shown recently.
	// others are the lists that apply beside it. listed may hold only the gravest faults;
	// total counts all.
	Preview(edited room.RuleList, others []room.RuleList, shown []string) (listed []room.RuleFault, total int)
	// Shipped returns the built-in rule list. It applies to every room until a list of the
	// same name for all rooms is stored.
	Shipped() room.RuleList
	// Group returns the key of a held comment's group: similar comments have the same key,
	// also after a restart, and it is never empty.
	Group(c comment.Comment, e room.Entry) string
	// Raid returns the current raid on a room.
	Raid(roomID string) room.Raid
	// Known reports whether a comment of this author recently passed or was approved.
	Known(room, user string) bool
	// Welcome records that a moderator approved a comment of this author.
	Welcome(room, user string)
}

// SecondOpinion is an operator's service that is asked about comments which the filter lets
// pass.
type SecondOpinion interface {
	// Ask returns the service's verdict on a draft, within a bounded time whatever the
	// service does. The error is that of ctx.
	Ask(ctx context.Context, d comment.Draft) (comment.Verdict, error)
	// State returns the state of the service.
	State() room.OpinionState
}

// Encoder makes the bytes of the wire. Package server/wire implements it.
type Encoder interface {
	fanout.Encoder
	// List joins encoded events into the form that [Welcome] carries.
	List(events [][]byte) []byte
	// Ack encodes, for its author, the result of a comment that had to wait.
	Ack(ref string, o Outcome) []byte
	// Muted encodes until when an audience member may not write; zero means that it may.
	Muted(until time.Time) []byte
	// Warned encodes an audience member's unread warnings.
	Warned(unread []room.Note) []byte
	// Tally encodes the counts of items, which are as the view sees them.
	Tally(items []show.Item) []byte
	// Reactions encodes the number of reactions by emoji since the last frame.
	Reactions(sums map[string]int) []byte
	// Keeping encodes, for phones, where a room's comments go and how long they are kept.
	Keeping(setup room.Room) []byte
	// Looking encodes, for consoles, which comment a console has open.
	Looking(l Looking) []byte
	// Replay encodes the state of a replay, for consoles.
	Replay(r replay.Report) []byte
}

// Client describes a connected socket.
type Client struct {
	Room string
	View room.View
	User string // pseudonym, for the audience
	Link int64  // zero without one

	Address string // keyed hash of the masked address
}

// Outlet sends to all sockets of this process. None of its methods waits for a client.
type Outlet interface {
	fanout.Outlet
	// Announce sends a frame that is not in the log. It may be lost.
	Announce(room string, v room.View, frame []byte)
	// Evict calls why for every socket. Where that returns an error (room.ErrExpired for a
	// revoked link, room.ErrBanned), the socket gets a close message and is closed.
	Evict(why func(Client) error)
	// SendTo sends a frame to an audience member's own sockets in a room.
	SendTo(room, user string, frame []byte)
	// Notify sends to an audience member's own sockets in a room what frame returns for
	// each; nil sends nothing.
	Notify(room, user string, frame func(Client) []byte)
	// People lists the connected audience members of a room; with an address, only those
	// behind it.
	People(room, address string) []string
	// Connected reports whether an audience member of a room is connected.
	Connected(room, user string) bool
	// Count returns how many sockets a view of a room has.
	Count(room string, v room.View) int
}
