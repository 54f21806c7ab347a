// Package live runs the rooms: it takes comments in, has them checked and made
// durable, follows the log, and paces what goes out to the screens. It knows
// no database, no socket and no JSON; what it needs of them it says here.
package live

import (
	"context"
	"io"
	"time"

	"danmaku/comment"
)

// Journal is the durable log of all rooms, in one order for each room. The
// contract every implementation must pass is live/journaltest.
type Journal interface {
	// Append makes ev durable and gives it back numbered. It returns when a
	// killed process could no longer lose it. Events of one room come out in the
	// order of their numbers. An event that cannot happen any more (a ref that is
	// bound, a decision that has been made, a comment that is gone) is not an
	// error: nothing is written, and the receipt tells what stands.
	// Errors: comment.ErrBusy when the queue is full or the write failed,
	// comment.ErrNotFound for an unknown room or comment.
	Append(ctx context.Context, ev comment.Event) (Receipt, error)

	// Follow hands every committed batch to fn, in order, from one goroutine, and
	// never one event twice. It is called once, before the first Append. fn must
	// not wait for anything slow: while it runs the log fills its queue.
	Follow(fn func(batch []comment.Event))

	// Since gives a room's events with after < seq, oldest first, at most limit,
	// as a resume needs them: without comments that were taken down since,
	// without those shown before the last clear, and without what a later
	// decision about the same comment replaced (the remove and clear events
	// themselves are there). Errors: comment.ErrNotFound for an unknown room.
	Since(ctx context.Context, room string, after int64, limit int) ([]comment.Event, error)

	// Recent gives the newest limit events of a room, oldest first, with the same
	// omissions as Since.
	Recent(ctx context.Context, room string, limit int) ([]comment.Event, error)

	// Ready is nil while the log can be written.
	Ready() error
}

// The words that the ports below speak. They live in package comment, so that
// what implements a port need not import this package.
type (
	Receipt    = comment.Receipt
	RoomRecord = comment.RoomRecord
	Link       = comment.Link
	RuleList   = comment.RuleList
	Act        = comment.Act
	Style      = comment.Style
)

// History reads the rows of comments.
type History interface {
	Comments(ctx context.Context, room string, q comment.HistoryQuery) (rows []comment.Row, more bool, err error)
	Comment(ctx context.Context, room string, id comment.ID) (comment.Row, error)
	// Neighbours lists the authors who wrote from a masked address since a moment.
	Neighbours(ctx context.Context, room, address string, since time.Time) ([]string, error)
	Person(ctx context.Context, room, user string) (comment.Person, error)
}

// Audit keeps who did what. Acts are written with what they tell of: with the
// event of the log, see [comment.Event.Act], or with the link, room or list.
type Audit interface {
	// AddAct is for acts on what is not stored: replays.
	AddAct(ctx context.Context, a comment.Act) error
	Acts(ctx context.Context, q comment.ActQuery) (acts []comment.Act, more bool, err error)
	// ListEdit gives what an act did to a list of rules. Errors:
	// comment.ErrNotFound when that is not kept.
	ListEdit(ctx context.Context, act int64) (comment.ListEdit, error)
}

// Rooms stores rooms. A change of settings goes through the journal as an event
// of kind room; AddRoom does not, and writes its act, when there is one, with
// the room.
type Rooms interface {
	Rooms(ctx context.Context) ([]RoomRecord, error)
	AddRoom(ctx context.Context, r comment.Room, a *Act) (RoomRecord, error)
}

// Links stores links. They are never deleted: a revoked one explains the log.
// The act, when there is one, is written in the same transaction, and is about
// the link.
type Links interface {
	Links(ctx context.Context) ([]Link, error)
	LinkByHash(ctx context.Context, hash []byte) (Link, error) // ErrNotFound
	// AddLink stores l; makeHash gets the new ID, since some keys are made of it.
	AddLink(ctx context.Context, l Link, makeHash func(id int64) []byte, a *Act) (Link, error)
	// RevokeLink takes a link back; one that was taken back before stays as it is,
	// and no act is written. Errors: ErrNotFound, ErrBusy.
	RevokeLink(ctx context.Context, id int64, at time.Time, a *Act) error
	// RestoreLink makes a link that was taken back good again. Errors: ErrNotFound,
	// ErrChanged for one that is good, ErrBusy.
	RestoreLink(ctx context.Context, id int64, a *Act) error
	TouchLink(ctx context.Context, id int64, at time.Time) error
}

// Pictures stores what dresses rooms' pages: the picture that a room shows, and
// some that it showed before.
type Pictures interface {
	PutPicture(ctx context.Context, room, hash string, jpeg []byte) error
	Picture(ctx context.Context, room, hash string) ([]byte, error) // ErrNotFound
}

// Rules stores rule lists.
type Rules interface {
	RuleLists(ctx context.Context) ([]RuleList, error)
	// ChangeRuleList lets change see a list (nil: there is none), and stores what it
	// gives (nil: there is none any more) with its act, all in one transaction.
	// change must be quick: the log waits for it.
	ChangeRuleList(ctx context.Context, room, name string, change func(was *RuleList) (*RuleList, *Act, error)) error
}

// Styles keeps how overlays look. Nobody but the builder reads them.
type Styles interface {
	// Styles gives those of a room, by name.
	Styles(ctx context.Context, room string) ([]Style, error)
	// PutStyle makes the style or replaces the one of the same room and name.
	// Errors: comment.ErrNotFound for an unknown room, comment.ErrBusy.
	PutStyle(ctx context.Context, s Style) error
	// DeleteStyle errors: comment.ErrNotFound, comment.ErrBusy.
	DeleteStyle(ctx context.Context, room, name string) error
}

// Bans reads bans. They are made and lifted by journal events of
// kind ban and unban.
type Bans interface {
	Bans(ctx context.Context, now time.Time) ([]comment.Ban, error)
	// Ban gives one, also when it was lifted. Errors: comment.ErrNotFound.
	Ban(ctx context.Context, room string, id int64) (comment.Ban, error)
}

// Recordings finds what can be played again.
type Recordings interface {
	// Past is what a room showed from a moment on and before another (zero: up
	// to now), without what was a replay then.
	Past(ctx context.Context, room string, from, to time.Time) (Tape, error)
	// File reads a file, which is not in memory as a whole then or later. Errors
	// that its owner can mend are comment.ErrInvalid with an explanation;
	// comment.ErrBusy when there is no room for it.
	File(ctx context.Context, name string, file io.Reader) (Tape, error)
	// Sessions lists when a room was busy, newest first.
	Sessions(ctx context.Context, room string) ([]comment.Session, error)
}

// Changes tells that a program beside the server changed rooms, links, bans or
// rules: the number grows with every change.
type Changes interface {
	Changes(ctx context.Context) (int64, error)
}

// Limiter asks all buckets that a draft falls into, and charges all or none.
type Limiter interface {
	// Allow returns nil, or a *comment.WaitError around comment.ErrSlowDown.
	Allow(key LimitKey) error
	// Fine takes further tokens of the user's bucket after a refusal by the
	// filter, into a debt of at most one burst.
	Fine(key LimitKey)
	// Wait tells how long the user would have to wait now.
	Wait(key LimitKey) time.Duration
	// Passed tells that a comment of the user was shown, which makes him one of
	// those by whom his address's limit grows.
	Passed(key LimitKey)
}

// LimitKey names the buckets of one draft. Empty parts are not limited.
type LimitKey struct {
	Room    string
	User    string // in the room
	Address string // keyed hash of the masked address, over all rooms
	Sender  int64  // link of a sender; then User and Address are not limited
	Replay  bool   // it is of a replay that the server plays, which leaves room for the living

	// Identity is when the user's identity was made; zero counts as just now.
	// The address's limit grows only with those older than a minute, those of
	// whom a comment was shown, and the first few hundred new ones.
	Identity time.Time
}

// Filter decides about normalised drafts, by rules that can be exchanged while
// it works.
type Filter interface {
	Check(d comment.Draft, room comment.Room) comment.Verdict
	// SetRules exchanges all rule lists at once. Lines that cannot be understood
	// are left out and named in the error; the rest is in force.
	SetRules(lists []RuleList) error
	// CheckText decides about text alone, as the rules of a room would.
	CheckText(text string, room comment.Room) comment.Verdict
	// Preview tells what the author of a list should know before it is saved:
	// lines that are left out, and lines that would have stopped some of the texts
	// shown lately. The others are the lists that apply beside it.
	Preview(edited RuleList, others []RuleList, shown []string) []comment.RuleFault
	// Shipped is the list that applies to every room until one of its name for
	// all rooms is stored.
	Shipped() RuleList
	// Raid tells what comes over a room right now.
	Raid(room string) comment.Raid
	// Welcome says that a moderator let a comment of this author through.
	Welcome(room, user string)
}

// View is what a socket sees; see [comment.View].
type View = comment.View

// The views.
const (
	ViewOverlay  = comment.ViewOverlay
	ViewAudience = comment.ViewAudience
	ViewConsole  = comment.ViewConsole
)

// Views lists the views.
var Views = comment.Views

// Encoder makes the bytes of the wire. It lives in package server.
type Encoder interface {
	// Event encodes e for a view, or gives nil when the view does not see it.
	Event(v View, e comment.Event) []byte
	// Frame joins encoded events into one frame.
	Frame(pos comment.Position, events [][]byte) []byte
	// List joins encoded events into what [Welcome] carries.
	List(events [][]byte) []byte
	// Ack tells an author what became of a comment that had to wait.
	Ack(ref string, o Outcome) []byte
	// Muted tells an audience member until when he may not write; zero: he may.
	Muted(until time.Time) []byte
	// Replay tells consoles how a replay is doing.
	Replay(r Replay) []byte
}

// Seat is who sits at a socket.
type Seat struct {
	Room string
	View View
	User string // pseudonym, for the audience
	Link int64  // zero without one

	Address string // keyed hash of the masked address
}

// Outlet is all sockets of this process. None of its methods waits for a
// client.
type Outlet interface {
	// Broadcast sends a frame to every socket of a view in a room. What it gives
	// is closed when most of those that read have been written the frame; nil
	// when nobody is to be waited for.
	Broadcast(room string, v View, frame []byte) (taken <-chan struct{})
	// Announce sends what is not of the log, which nothing waits for.
	Announce(room string, v View, frame []byte)
	// Evict asks why for every socket and closes those with an answer, after
	// telling them: comment.ErrExpired for a revoked link, comment.ErrBanned.
	Evict(why func(Seat) error)
	// Tell sends a frame to an audience member's own sockets in a room.
	Tell(room, user string, frame []byte)
	// People lists the audience members of a room that are connected; with an
	// address, those behind it.
	People(room, address string) []string
	// Count tells how many sockets a view of a room has.
	Count(room string, v View) int
}
