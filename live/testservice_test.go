package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/live/fanout"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/ratelimit"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
)

// testService runs the use cases over a real store, limiter and filter, called as the server
// calls them: the store's transaction decides the effect of an action, and a double would
// only repeat that. The room is live. There is no network, no page and no command.
type testService struct {
	*live.Service
	t      *testing.T
	dir    string
	keys   access.Keys
	screen *screens
	log    *promptLog
	stop   func()
	people int
	frozen atomic.Pointer[time.Time] // the time of the use cases; nil: the clock's
}

// freeze stops the clock of the use cases.
func (s *testService) freeze() {
	at := time.Now()
	s.frozen.Store(&at)
}

func (s *testService) now() time.Time {
	if at := s.frozen.Load(); at != nil {
		return *at
	}
	return time.Now()
}

// memory is a folder that Linux keeps in memory.
const memory = "/dev/shm"

// newTestService opens the service on a new folder, in memory where possible, so that no comment
// waits for a disk that others use, too.
func newTestService(t *testing.T, rates ratelimit.Rates) *testService {
	t.Helper()
	dir, err := os.MkdirTemp(memory, "danmaku-live-")
	if err != nil {
		return openTestService(t, t.TempDir(), rates)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return openTestService(t, dir, rates)
}

// openTestService opens the service on a folder, which may have been used before.
func openTestService(t *testing.T, dir string, rates ratelimit.Rates) *testService {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.NewTextHandler(io.Discard, nil))
	db, err := store.Open(ctx, store.Options{Dir: dir, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	keys := access.NewKeys([]byte("secret"))
	if rooms, err := db.Rooms(ctx); err != nil {
		t.Fatal(err)
	} else if len(rooms) == 0 {
		if err := (access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}).FirstStart(ctx, "live"); err != nil {
			t.Fatal(err)
		}
	}
	filter := moderation.New(moderation.Options{})
	filter.Prepare() // under the race detector it can take longer than a comment may
	s := &testService{t: t, dir: dir, keys: keys, screen: &screens{flushed: make(chan struct{}, 1)}, log: &promptLog{Store: db, reached: map[string]int64{}, moved: make(chan struct{})}}
	s.Service, err = live.Open(ctx, live.Deps{
		Journal: s.log, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, Emotes: db, Photos: db, Styles: db, Bans: db, Notes: db, Audit: db, Shows: db,
		Limiter: ratelimit.NewPolicy(rates, time.Now), Filter: chain{filter},
		Encoder: s.screen, Outlet: s.screen, Keys: keys, Log: log, Now: s.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.stop = sync.OnceFunc(func() {
		if err := errors.Join(s.Close(), db.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// restart returns the service after a restart.
func (s *testService) restart() *testService {
	s.t.Helper()
	s.stop()
	return openTestService(s.t, s.dir, ratelimit.Rates{})
}

// promptLog is a journal whose events reach the rooms before it answers.
type promptLog struct {
	*store.Store
	mu      sync.Mutex
	reached map[string]int64 // by room
	moved   chan struct{}    // closed with the next batch
	before  func()           // runs once, before the next AppendAll; nil: nothing
}

func (l *promptLog) Follow(fn func([]room.Event)) {
	l.Store.Follow(func(batch []room.Event) {
		fn(batch)
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, e := range batch {
			l.reached[e.Room] = max(l.reached[e.Room], e.Seq)
		}
		close(l.moved)
		l.moved = make(chan struct{})
	})
}

func (l *promptLog) Append(ctx context.Context, e room.Event) (room.Receipt, error) {
	receipt, err := l.Store.Append(ctx, e)
	if err == nil {
		l.follow(receipt)
	}
	return receipt, err
}

func (l *promptLog) AppendAll(ctx context.Context, events []room.Event) ([]room.Receipt, error) {
	if before := l.before; before != nil {
		l.before = nil
		before()
	}
	receipts, err := l.Store.AppendAll(ctx, events)
	if err == nil {
		l.follow(receipts...)
	}
	return receipts, err
}

func (l *promptLog) follow(receipts ...room.Receipt) {
	for _, r := range receipts {
		for {
			l.mu.Lock()
			there, moved := r.Again || l.reached[r.Event.Room] >= r.Event.Seq, l.moved
			l.mu.Unlock()
			if there {
				break
			}
			<-moved
		}
	}
}

// head returns the last event that a room received from the log.
func (l *promptLog) head(roomID string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reached[roomID]
}

// chain adapts the filter to this package, as the program does.
type chain struct{ *moderation.Chain }

func (c chain) SetRules(lists []room.RuleList) error {
	var converted []rules.List
	for _, l := range lists {
		converted = append(converted, ruleList(l))
	}
	return c.SetLists(converted)
}

func (chain) Shipped() room.RuleList {
	l := rules.Starter()
	return room.RuleList{Name: l.Name, Text: l.Text, On: l.On}
}

// Preview returns no warnings: package rules tests them.
func (chain) Preview(room.RuleList, []room.RuleList, []string) ([]room.RuleFault, int) {
	return nil, 0
}

func ruleList(l room.RuleList) rules.List {
	return rules.List{Room: l.Room, Name: l.Name, Text: l.Text, On: l.On}
}

// screens is the outlet and the encoder: it records what each view and each author would be
// sent. An action is recorded before it is answered.
type screens struct {
	wire.Encoder
	flushed chan struct{} // has one element when a view may have moved on
	mu      sync.Mutex
	events  map[room.View][]room.Event
	heard   map[string][]notification // by author
}

// notification is a notification to an author about a comment that waited.
type notification struct{ ID, Outcome string }

func (s *screens) Event(v room.View, e room.Event) []byte {
	b := s.Encoder.Event(v, e)
	if b != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.events == nil {
			s.events = map[room.View][]room.Event{}
		}
		s.events[v] = append(s.events[v], e)
	}
	return b
}

func (s *screens) SendTo(_, user string, frame []byte) {
	var h notification
	if json.Unmarshal(frame, &h) != nil || h.Outcome == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard == nil {
		s.heard = map[string][]notification{}
	}
	s.heard[user] = append(s.heard[user], h)
}

func (s *screens) Recipients(string, room.View) fanout.Recipients {
	select {
	case s.flushed <- struct{}{}:
	default:
	}
	return nowhere{}
}

func (*screens) Announce(string, room.View, []byte)             {}
func (*screens) Evict(func(live.Client) error)                  {}
func (*screens) People(string, string) []string                 { return nil }
func (*screens) Notify(_, _ string, _ func(live.Client) []byte) {}
func (*screens) Count(string, room.View) int                    { return 0 }
func (*screens) Connected(string, string) bool                  { return false }

type nowhere struct{}

func (nowhere) Send(fanout.Frame) <-chan struct{} { return nil }

// eventsSent returns the events of a kind that a view was sent.
func (s *testService) eventsSent(v room.View, kind room.Kind) (events []room.Event) {
	s.screen.mu.Lock()
	defer s.screen.mu.Unlock()
	for _, e := range s.screen.events[v] {
		if e.Kind == kind {
			events = append(events, e)
		}
	}
	return events
}

// notificationsTo returns an author's notifications since the last call.
func (s *testService) notificationsTo(user string) []notification {
	s.screen.mu.Lock()
	defer s.screen.mu.Unlock()
	all := s.screen.heard[user]
	delete(s.screen.heard, user)
	return all
}

// operator is a person who runs the room.
type operator struct {
	room.Actor
	svc *testService
}

// operators returns an owner and a moderator, each with their own link.
func (s *testService) operators() (owner, mod operator) {
	s.t.Helper()
	boss := room.Actor{Role: room.Owner, Label: "first"}
	enter := func(role room.Role, roomID, label string) operator {
		l, _, err := s.NewLink(s.t.Context(), boss, roomID, role, label)
		if err != nil {
			s.t.Fatal(err)
		}
		return operator{room.Actor{Role: role, Room: roomID, Label: label, Link: l.ID}, s}
	}
	return enter(room.Owner, "", "Olga"), enter(room.Moderator, "live", "Mo")
}

// wantError expects an error; nil is success.
func (s *testService) wantError(what string, err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		s.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// auditEntries returns the audit entries of a kind that by sees, newest first.
func (o operator) auditEntries(kind room.Action) []room.AuditEntry {
	o.svc.t.Helper()
	all, _, err := o.svc.AuditEntries(o.svc.t.Context(), o.Actor, room.AuditQuery{Room: "live", Kind: kind, Limit: 200})
	if err != nil {
		o.svc.t.Fatal(err)
	}
	return all
}

// newestEntry returns the last audit entry of a kind.
func (o operator) newestEntry(kind room.Action) room.AuditEntry {
	o.svc.t.Helper()
	all := o.auditEntries(kind)
	if len(all) == 0 {
		o.svc.t.Fatalf("no act %q", kind)
	}
	return all[0]
}

// undoNewest undoes the last action of a kind.
func (o operator) undoNewest(kind room.Action, want error) {
	o.svc.t.Helper()
	o.undoEntry(o.newestEntry(kind), want)
}

func (o operator) undoEntry(a room.AuditEntry, want error) {
	o.svc.t.Helper()
	o.svc.wantError(fmt.Sprintf("%s undoes %q of %s", o.Label, a.Kind, a.By), o.svc.Undo(o.svc.t.Context(), "live", o.Actor, a.ID), want)
}

// wantChangedBy expects that an undo is refused since somebody changed the same.
func (o operator) wantChangedBy(a room.AuditEntry, who string) {
	o.svc.t.Helper()
	err := o.svc.Undo(o.svc.t.Context(), "live", o.Actor, a.ID)
	changed, ok := errors.AsType[*room.ChangedError](err)
	if !ok || changed.By != who || changed.At.IsZero() || !strings.HasPrefix(err.Error(), who+" changed it since,") {
		o.svc.t.Errorf("%s of %s: %v, want changed by %s", a.Kind, a.By, err, who)
	}
	for _, b := range o.auditEntries(a.Kind) {
		if b.ID == a.ID && b.Undone != 0 {
			o.svc.t.Errorf("%s counts as undone", a.Kind)
		}
	}
}

// changeSettings changes settings of the room and returns the audit entry.
func (o operator) changeSettings(fields string) room.AuditEntry {
	o.svc.t.Helper()
	if _, err := o.patchSettings(fields); err != nil {
		o.svc.t.Fatal(err)
	}
	return o.newestEntry(room.ActionSettings)
}

// patchSettings changes settings given as JSON, as in the API.
func (o operator) patchSettings(fields string) (room.Room, error) {
	var p room.Patch
	if err := json.Unmarshal([]byte(fields), &p); err != nil {
		return room.Room{}, err
	}
	return o.svc.SetRoom(o.svc.t.Context(), "live", o.Actor, p)
}

// saveRules saves a list of the room.
func (o operator) saveRules(text string) {
	o.svc.t.Helper()
	_, _, err := o.svc.PutRules(o.svc.t.Context(), "live", o.Actor, live.RulesEdit{List: room.RuleList{Room: "live", Name: "words", Text: text, On: true}})
	if err != nil {
		o.svc.t.Fatal(err)
	}
}

// newAuthor returns a new audience member at a new address.
func (s *testService) newAuthor() live.Author {
	s.people++
	return s.newAuthorAt(fmt.Sprint("home ", s.people))
}

func (s *testService) newAuthorAt(address string) live.Author {
	s.people++
	user := s.keys.Pseudonym("live", fmt.Sprint(s.people))
	return live.Author{Role: room.Audience, User: user, Address: address, Networks: []string{address}, Identity: s.Stamp()}
}

// mustSubmit submits a comment and expects that it is accepted.
func (s *testService) mustSubmit(who live.Author, text string) live.Outcome {
	s.t.Helper()
	o, err := s.Submit(s.t.Context(), "live", who, comment.Draft{Text: text})
	if err != nil {
		s.t.Fatalf("%s says %q: %v", who.User, text, err)
	}
	return o
}

// join returns the welcome of a socket that joins once its view has received all events.
// The outlet reports when a view moves on.
func (s *testService) join(v room.View, from live.Resume) (got live.Welcome) {
	s.t.Helper()
	for head := s.log.head("live"); ; <-s.screen.flushed {
		if err := s.Join("live", v, from, func(w live.Welcome) {
			w.Held, w.Groups = slices.Clone(w.Held), slices.Clone(w.Groups)
			got = w
		}); err != nil {
			s.t.Fatal(err)
		}
		if got.End.Seq >= head {
			return got
		}
	}
}

// mustDecide decides about a comment and returns the decision. from is the status that by saw.
func (o operator) mustDecide(id comment.ID, kind room.Action, from comment.Status) live.Decision {
	o.svc.t.Helper()
	d, err := o.svc.Decide(o.svc.t.Context(), "live", o.Actor, id, kind, from)
	if err != nil {
		o.svc.t.Fatalf("%s: %s of %s: %v", o.Label, kind, id, err)
	}
	return d
}

// frame is an event as a console gets it.
type frame struct{ Type, ID, Rule, Group string }

func (s *testService) decodeFrame(b []byte) (f frame) {
	s.t.Helper()
	if err := json.Unmarshal(b, &f); err != nil {
		s.t.Fatalf("%s: %v", b, err)
	}
	return f
}
