// Package live runs the rooms: it takes comments in, has them checked and made durable,
// follows the log, and paces what goes out to the screens. It knows no database, no socket
// and no JSON; this file declares the interfaces it needs from them.
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

// Journal is the durable log of all rooms, in one order for each room. The
// contract every implementation must pass is live/journaltest.
type Journal interface {
	// Append makes ev durable and returns it with its numbers. It returns once killing the
	// process can no longer lose it. Events of one room come out in the order of their
	// numbers. An event that cannot happen any more (a ref that is bound, a decision that
	// has been made, a comment that is gone) is not an error: nothing is written, and the
	// receipt says what holds instead. Errors: room.ErrBusy when the queue is full or the
	// write failed, room.ErrNotFound for an unknown room, comment or item; for items, votes
	// and questions those of show.Decide, show.DecideEntry and show.DecideMark.
	Append(ctx context.Context, ev room.Event) (room.Receipt, error)

	// AppendAll makes several events durable together, with neighbouring numbers, or none
	// of them. When the first cannot happen any more, the others are not written either and
	// have no receipt. Errors are those of Append.
	AppendAll(ctx context.Context, events []room.Event) ([]room.Receipt, error)

	// Follow hands every committed batch to fn, in order, from one goroutine, and never
	// passes an event twice. Call it once, before the first Append. fn must not wait for
	// anything slow: while it runs, the log fills its queue.
	Follow(fn func(batch []room.Event))

	// Since returns a room's events with after < seq, oldest first, at most limit, for a
	// resume. It leaves out comments that were taken down since, comments shown before the
	// last clear, and events replaced by a later decision about the same comment. The
	// remove and clear events themselves are included. Errors: room.ErrNotFound for an
	// unknown room.
	Since(ctx context.Context, roomID string, after int64, limit int) ([]room.Event, error)

	// CountSince returns the number of events that Since would return, at most limit,
	// without reading them. Errors: room.ErrNotFound for an unknown room.
	CountSince(ctx context.Context, room string, after int64, limit int) (int, error)

	// Recent returns the newest limit events of a room, oldest first, with the same
	// omissions as Since.
	Recent(ctx context.Context, roomID string, limit int) ([]room.Event, error)

	// NewestID returns the greatest ID of a comment in the log, 0 when there is none.
	NewestID(ctx context.Context) (comment.ID, error)

	// Ready returns nil while the log can be written.
	Ready() error
}

// History reads the rows of comments.
type History interface {
	Comments(ctx context.Context, roomID string, q room.HistoryQuery) (rows []room.Row, more bool, err error)
	Comment(ctx context.Context, roomID string, id comment.ID) (room.Row, error)
	// Neighbours lists the authors who wrote from a masked address since a moment.
	Neighbours(ctx context.Context, room, address string, since time.Time) ([]string, error)
	Person(ctx context.Context, roomID, user string) (room.Person, error)
	Refs
}

// Refs finds comments by their authors' refs, and authors by their link.
type Refs interface {
	// CommentByRef finds the comment to which an author bound a ref. Errors:
	// room.ErrNotFound.
	CommentByRef(ctx context.Context, roomID, user, ref string) (room.Row, error)
	// CommentsByRef finds at most limit comments to which any author of a link
	// bound a ref in a room.
	CommentsByRef(ctx context.Context, roomID string, link int64, ref string, limit int) ([]comment.ID, error)
	// LinkOf returns the link that an author writes with, 0 when none is known.
	LinkOf(ctx context.Context, roomID, user string) (int64, error)
	// Brought finds the comment that a connected chat brought under a ref. Errors:
	// room.ErrNotFound.
	Brought(ctx context.Context, roomID, ref string) (comment.ID, error)
	// TakenDown lists the comments that by took down at a moment and that are still down.
	TakenDown(ctx context.Context, roomID, by string, at time.Time) ([]room.Row, error)
}

// Shows reads what rooms show besides comments, and who took part in it. Journal events of
// the kinds item and entry change both.
type Shows interface {
	// Items returns the items of a room, including ended ones.
	Items(ctx context.Context, roomID string) ([]show.Item, error)
	// Entries returns the entries of an item, each person's oldest first.
	Entries(ctx context.Context, roomID, item string) ([]show.Entry, error)
	// AddReactions adds to the counts per minute.
	AddReactions(ctx context.Context, roomID string, minutes []room.ReactionMinute) error
	// Questions returns the shown questions of a list, including hidden and merged ones.
	Questions(ctx context.Context, roomID, item string) ([]show.Question, error)
	// EntriesOf returns a person's entries by item, each item's oldest first.
	EntriesOf(ctx context.Context, roomID, person string) ([]show.Entry, error)
}

// Keep stores the number of days for which comments are kept; see [Service.SetKeep].
type Keep interface {
	// KeepDays returns the stored choice; chosen is false when there is none.
	KeepDays(ctx context.Context) (days int, chosen bool, err error)
	// SetKeepDays errors: room.ErrBusy.
	SetKeepDays(ctx context.Context, days int, a *room.AuditEntry) error
}

// WiFi stores the Wi-Fi networks of rooms, sealed; see [Service.SetWiFi].
type WiFi interface {
	// WiFi returns nil when there is none.
	WiFi(ctx context.Context, roomID string) (sealed []byte, err error)
	// SetWiFi deletes the network when sealed is nil. Errors: room.ErrNotFound,
	// room.ErrBusy.
	SetWiFi(ctx context.Context, roomID string, sealed []byte, a *room.AuditEntry) error
}

// Audit stores who did what. An entry is written together with what it describes: with the
// event of the log, see [room.Event.Audit], or with the link, room or list.
type Audit interface {
	// AddAuditEntry stores entries about what is not stored itself: replays.
	AddAuditEntry(ctx context.Context, a room.AuditEntry) error
	AuditEntries(ctx context.Context, q room.AuditQuery) (acts []room.AuditEntry, more bool, err error)
	// Decided lists the comments that one action decided about. Errors: room.ErrNotFound
	// for an action about one comment or none.
	Decided(ctx context.Context, act int64) ([]comment.ID, error)
	// ListEdit returns what an action did to a list of rules. Errors: room.ErrNotFound when
	// that is not stored.
	ListEdit(ctx context.Context, act int64) (room.ListEdit, error)
	// ItemChanges returns what an action did to items. Errors: room.ErrNotFound when that
	// is not stored.
	ItemChanges(ctx context.Context, act int64) ([]show.Change, error)
	// MarkOf returns what an action did to a question. Errors: room.ErrNotFound when that
	// is not stored.
	MarkOf(ctx context.Context, act int64) (show.MarkChange, error)
}

// Rooms stores rooms. A change of settings goes through the journal as an event of kind
// room; AddRoom does not, and writes its audit entry, if any, with the room.
type Rooms interface {
	Rooms(ctx context.Context) ([]room.Record, error)
	AddRoom(ctx context.Context, r room.Room, a *room.AuditEntry, links ...room.AccessLink) (room.Record, error)
}

// Pictures stores the pictures of rooms' pages: the current one of each room, and some
// earlier ones.
type Pictures interface {
	PutPicture(ctx context.Context, room, hash string, jpeg []byte) error
	Picture(ctx context.Context, room, hash string) ([]byte, error) // ErrNotFound
}

// Emotes stores the pictures of rooms' own emotes: the current ones, and some earlier ones,
// for an undo.
type Emotes interface {
	// PutEmote errors: room.ErrNotFound for an unknown room, room.ErrBusy.
	PutEmote(ctx context.Context, roomID, hash, mediaType string, picture []byte) error
	// EmotePicture returns a picture, its media type and the rooms for which it is stored.
	// Errors: room.ErrNotFound.
	EmotePicture(ctx context.Context, hash string) (picture []byte, mediaType string, rooms []string, err error)
}

// Photos stores the pictures of photos. A picture is stored with its comment, see
// [room.Event.Picture], and deleted when the comment is taken down or deleted.
type Photos interface {
	// Photo returns a picture, its comment's current row, and the room. Errors:
	// room.ErrNotFound.
	Photo(ctx context.Context, path string) (picture []byte, row room.Row, roomID string, err error)
	// PhotosOf returns the photos of an item that wait or are shown, and were not cleared,
	// oldest first. With a user it returns only that author's, including refused ones.
	PhotosOf(ctx context.Context, roomID, item, user string) ([]room.Row, error)
}

// Rules stores rule lists.
type Rules interface {
	RuleLists(ctx context.Context) ([]room.RuleList, error)
	RuleList(ctx context.Context, room, name string) (room.RuleList, error) // ErrNotFound
	// ChangeRuleList makes, replaces or deletes a list and writes the audit entry, in one
	// transaction. Errors: ErrChanged when the stored list is not the one that the change
	// was made from, ErrNotFound for an unknown room, ErrBusy.
	ChangeRuleList(ctx context.Context, c room.RuleChange) error
}

// Chats stores connected chats, their secrets sealed.
type Chats interface {
	Chats(ctx context.Context) ([]room.Chat, error)
	// PutChat makes or replaces the chat of the same ID, and writes the audit entry in the
	// same transaction. Errors: room.ErrNotFound for an unknown room, room.ErrBusy.
	PutChat(ctx context.Context, c room.Chat, a *room.AuditEntry) error
	// DeleteChat errors: room.ErrNotFound, room.ErrBusy.
	DeleteChat(ctx context.Context, roomID, id string, a *room.AuditEntry) error
}

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

// Webhooks stores webhooks, their addresses and keys sealed.
type Webhooks interface {
	Webhooks(ctx context.Context) ([]room.Webhook, error)
	// PutWebhook makes or replaces the webhook of the same ID, and writes the audit entry
	// in the same transaction. A webhook's position never goes back. Errors:
	// room.ErrNotFound for an unknown room, room.ErrBusy.
	PutWebhook(ctx context.Context, w room.Webhook, a *room.AuditEntry) error
	// PassWebhook stores a webhook's position. It ignores a webhook that is gone. Errors:
	// room.ErrBusy.
	PassWebhook(ctx context.Context, id string, seq int64) error
	// DeleteWebhook errors: room.ErrNotFound, room.ErrBusy.
	DeleteWebhook(ctx context.Context, roomID, id string, a *room.AuditEntry) error
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

// Styles stores the styles of overlays. Only the builder reads them.
type Styles interface {
	// Styles returns the styles of a room, by name.
	Styles(ctx context.Context, room string) ([]room.Style, error)
	// PutStyle makes the style or replaces the one of the same room and name.
	// Errors: room.ErrNotFound for an unknown room, room.ErrBusy.
	PutStyle(ctx context.Context, s room.Style) error
	// DeleteStyle errors: room.ErrNotFound, room.ErrBusy.
	DeleteStyle(ctx context.Context, room, name string) error
}

// Bans reads bans. Journal events of kind ban and unban make and lift them.
type Bans interface {
	Bans(ctx context.Context, now time.Time) ([]room.Ban, error)
	// Ban returns a ban, including a lifted one. Errors: room.ErrNotFound.
	Ban(ctx context.Context, roomID string, id int64) (room.Ban, error)
}

// Notes reads moderators' notes about people. Journal events of kind note, note_gone and
// note_read change them.
type Notes interface {
	// NotesOn lists the notes on a person, newest first, without deleted ones.
	NotesOn(ctx context.Context, roomID, user string) ([]room.Note, error)
	// UnreadWarnings lists the warnings of all rooms that nobody has dismissed, oldest
	// first.
	UnreadWarnings(ctx context.Context) ([]room.Note, error)
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
