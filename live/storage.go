package live

import (
	"context"
	"time"

	"danmaku/comment"
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
