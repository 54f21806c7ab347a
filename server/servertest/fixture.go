// Package servertest is shared by the tests of server and server/socket: the use cases over
// a real store, with the test's hooks and clock, and clients that use the protocol over
// real connections.
package servertest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
)

// Room is the room of a fixture.
const Room = "live"

// Fixture is a service over a real store in a temporary folder. Its limiter and its filter
// allow everything unless a hook says otherwise. Set plain hooks before the first client
// connects, atomic ones at any time.
type Fixture struct {
	Service *live.Service
	Store   *store.Store
	Clock

	// Set before [Fixture.Open]; nil ones are not measured.
	Timings      live.Timings
	Commits, Lag store.Observer

	OnWait  func()                                // called while a client is registered
	OnVouch func(room.LimitKey) bool              // the limiter's result for Vouch; nil: true
	OnCheck func(comment.Draft)                   // called while a comment is filtered
	OnList  atomic.Pointer[func()]                // called while a client is welcomed
	OnEvent atomic.Pointer[func()]                // called while an event leaves the journal
	OnSince atomic.Pointer[func(context.Context)] // called while the log is read for a resume
	OnAudit atomic.Pointer[func() ([]room.AuditEntry, bool, error)]
}

// Clock is a fixture's clock, which a test can set and speed up.
type Clock struct {
	Skew  atomic.Int64 // how far the wall clock has been set, ns
	Later atomic.Int64 // additional elapsed time, ns
}

var began = time.Now()

// Now is the wall clock.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.Skew.Load() + c.Later.Load()))
}

// Elapsed returns the time since the tests began, by a clock that is never set.
func (c *Clock) Elapsed() time.Duration {
	return time.Since(began) + time.Duration(c.Later.Load())
}

// Open opens the service of a new fixture. The outlet may use the fixture's clock.
// [Fixture.Close] closes everything.
func (f *Fixture) Open(t testing.TB, outlet live.Outlet) {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), Log: log, Commits: f.Commits, Lag: f.Lag})
	if err != nil {
		t.Fatal(err)
	}
	f.Store = db
	secret := make([]byte, 32)
	rand.Read(secret)
	keys := access.NewKeys(secret)
	if err := (access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}).FirstStart(ctx, Room); err != nil {
		t.Fatal(err)
	}
	f.Service, err = live.Open(ctx, live.Deps{
		Journal: journal{db, f}, History: db, Rooms: db, Links: db, Rules: db, Bans: db, Notes: db, Audit: audit{db, f}, Shows: db, Limiter: limiter{f: f},
		Filter: filter{f: f}, Encoder: encoder{f: f}, Outlet: outlet, Keys: keys, Log: log, Now: f.Now, Elapsed: f.Elapsed, Timings: f.Timings,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Service.Start()
}

// Close closes the service and its store.
func (f *Fixture) Close(ctx context.Context) error {
	return errors.Join(f.Service.Close(), f.Store.Close(ctx))
}

// journal is the store's, with a hook.
type journal struct {
	*store.Store
	f *Fixture
}

// CountSince implements live.Journal.
func (j journal) CountSince(ctx context.Context, id string, after int64, limit int) (int, error) {
	if fn := j.f.OnSince.Load(); fn != nil {
		(*fn)(ctx)
	}
	return j.Store.CountSince(ctx, id, after, limit)
}

// Since implements live.Journal.
func (j journal) Since(ctx context.Context, id string, after int64, limit int) ([]room.Event, error) {
	if fn := j.f.OnSince.Load(); fn != nil {
		(*fn)(ctx)
	}
	return j.Store.Since(ctx, id, after, limit)
}

// limiter allows everything.
type limiter struct {
	live.Limiter // methods that are not overridden are not called
	f            *Fixture
}

func (limiter) Allow(room.LimitKey) error     { return nil }
func (limiter) Penalize(room.LimitKey)        {}
func (limiter) Refund(room.LimitKey)          {}
func (limiter) MarkTrusted(room.LimitKey)     {}
func (limiter) AllowPart(room.LimitKey) error { return nil }

func (limiter) AllowReactions(_ room.LimitKey, n int) int { return n }

func (l limiter) Vouch(k room.LimitKey) bool {
	return l.f.OnVouch == nil || l.f.OnVouch(k)
}

func (l limiter) Wait(room.LimitKey) time.Duration {
	if l.f.OnWait != nil {
		l.f.OnWait()
	}
	return 0
}

// filter allows everything.
type filter struct {
	live.Filter // methods that are not overridden are not called
	f           *Fixture
}

func (filter) SetRules([]room.RuleList) error                   { return nil }
func (filter) OnCommitted(comment.Draft, comment.Verdict, bool) {}
func (filter) Raid(string) room.Raid                            { return room.Raid{} }
func (filter) Shipped() room.RuleList                           { return room.RuleList{} }

func (l filter) Check(d comment.Draft, _ room.Room) comment.Verdict {
	if l.f.OnCheck != nil {
		l.f.OnCheck(d)
	}
	return comment.Verdict{}
}

// audit is the store's, with a hook.
type audit struct {
	live.Audit
	f *Fixture
}

func (a audit) AuditEntries(ctx context.Context, q room.AuditQuery) ([]room.AuditEntry, bool, error) {
	if fn := a.f.OnAudit.Load(); fn != nil {
		return (*fn)()
	}
	return a.Audit.AuditEntries(ctx, q)
}

// encoder is the wire's, with hooks.
type encoder struct {
	wire.Encoder
	f *Fixture
}

// List implements fanout.Encoder.
func (e encoder) List(events [][]byte) []byte {
	if fn := e.f.OnList.Load(); fn != nil {
		(*fn)()
	}
	return e.Encoder.List(events)
}

// Event implements fanout.Encoder.
func (e encoder) Event(v room.View, ev room.Event) []byte {
	if fn := e.f.OnEvent.Load(); fn != nil {
		(*fn)()
	}
	return e.Encoder.Event(v, ev)
}

// Append writes a comment to the log, as if its author had just sent it. n makes its ID
// differ from others of the same millisecond.
func (f *Fixture) Append(ctx context.Context, n int, text string) error {
	at := time.Now()
	_, err := f.Store.Append(ctx, room.Event{Room: Room, At: at, Kind: room.KindComment, Comment: comment.Comment{
		ID: comment.NewID(at, uint32(n)), At: at, Text: text, User: "u",
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}})
	return err
}
