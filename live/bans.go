package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"danmaku/comment"
)

// bans are all bans in force, in memory.
type bans struct {
	mu   sync.RWMutex
	byID map[int64]comment.Ban
	by   map[banKey][]int64
}

// banKey is what a ban hits in a room: a user or an address.
type banKey struct{ room, user, address string }

func keyOf(b comment.Ban) banKey { return banKey{b.Room, b.User, b.Address} }

// set replaces everything by what is stored, but keeps what is newer and in
// force.
func (b *bans) set(list []comment.Ban, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var newest int64
	for _, ban := range list {
		newest = max(newest, ban.ID)
	}
	for id, ban := range b.byID {
		if id > newest && ban.Active(now) {
			list = append(list, ban)
		}
	}
	b.byID, b.by = map[int64]comment.Ban{}, map[banKey][]int64{}
	for _, ban := range list {
		b.put(ban)
	}
}

func (b *bans) put(ban comment.Ban) {
	if _, known := b.byID[ban.ID]; !known {
		b.by[keyOf(ban)] = append(b.by[keyOf(ban)], ban.ID)
	}
	b.byID[ban.ID] = ban
}

func (b *bans) add(ban comment.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(ban)
}

func (b *bans) lift(ban comment.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.byID, ban.ID)
	k := keyOf(ban)
	b.by[k] = slices.DeleteFunc(b.by[k], func(id int64) bool { return id == ban.ID })
	if len(b.by[k]) == 0 {
		delete(b.by, k)
	}
}

// on lists the bans in force on an author, by user and by address.
func (b *bans) on(room, user, address string, now time.Time) []comment.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []comment.Ban
	for _, k := range []banKey{{room: room, user: user}, {room: room, address: address}} {
		if k.user == "" && k.address == "" {
			continue
		}
		for _, id := range b.by[k] {
			if ban := b.byID[id]; ban.Active(now) {
				out = append(out, ban)
			}
		}
	}
	return out
}

// list gives the bans of a room that are in force, newest first.
func (b *bans) list(room string, now time.Time) []comment.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []comment.Ban
	for _, ban := range b.byID {
		if ban.Room == room && ban.Active(now) {
			out = append(out, ban)
		}
	}
	slices.SortFunc(out, func(x, y comment.Ban) int { return int(y.ID - x.ID) })
	return out
}

// Forever is the end of a ban that has none, for those who need a moment.
var Forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// mutedUntil tells until when an author may not write; zero: he may.
func (b *bans) mutedUntil(room, user, address string, now time.Time) time.Time {
	var until time.Time
	for _, ban := range b.on(room, user, address, now) {
		end := ban.Until
		if end.IsZero() {
			end = Forever
		}
		if end.After(until) {
			until = end
		}
	}
	return until
}

// outlaw is ErrNotAllowed for an author who is banned, not just muted.
func (b *bans) outlaw(room, user, address string, now time.Time) error {
	for _, ban := range b.on(room, user, address, now) {
		if ban.Kind == comment.FullBan {
			return comment.ErrNotAllowed
		}
	}
	return nil
}

// refuse is why an author may not write: ErrBanned, ErrMuted or nothing.
func (b *bans) refuse(room, user, address string, now time.Time) error {
	if b.outlaw(room, user, address, now) != nil {
		return comment.ErrBanned
	}
	switch until := b.mutedUntil(room, user, address, now); {
	case until.IsZero():
		return nil
	case until.Equal(Forever):
		return comment.ErrMuted
	default:
		return &comment.WaitError{Err: comment.ErrMuted, Wait: until.Sub(now)}
	}
}

func (h *Hall) loadBans(ctx context.Context) error {
	now := h.now()
	list, err := h.banned.Bans(ctx, now)
	if err != nil {
		return fmt.Errorf("load bans: %w", err)
	}
	h.bans.set(list, now)
	return nil
}

// Sit tells whether an audience member may come in (ErrBanned), and until when
// he may not write.
func (h *Hall) Sit(roomID, user, address string) (mutedUntil time.Time, err error) {
	now := h.now()
	if h.bans.outlaw(roomID, user, address, now) != nil {
		return time.Time{}, comment.ErrBanned
	}
	return h.bans.mutedUntil(roomID, user, address, now), nil
}

// enforce puts a ban into force, or ends it, and tells those it hits.
func (h *Hall) enforce(e comment.Event) {
	if e.Ban == nil {
		return
	}
	ban := *e.Ban
	if e.Kind == comment.KindUnban {
		h.bans.lift(ban)
	} else {
		h.bans.add(ban)
	}
	if ban.Kind == comment.FullBan && e.Kind == comment.KindBan {
		h.outlet.Evict(func(s Seat) error {
			if s.Room == ban.Room && s.View == ViewAudience &&
				(ban.User != "" && s.User == ban.User || ban.Address != "" && s.Address == ban.Address) {
				return comment.ErrBanned
			}
			return nil
		})
		return
	}
	users := []string{ban.User}
	if ban.Address != "" {
		users = h.outlet.People(ban.Room, ban.Address)
	}
	for _, user := range users {
		h.outlet.Tell(ban.Room, user, h.encoder.Muted(h.bans.mutedUntil(ban.Room, user, ban.Address, e.At)))
	}
}

// BanRequest is a ban as a moderator asks for it.
type BanRequest struct {
	User      string
	AddressOf comment.ID // instead of User: the address that a comment came from
	Kind      comment.BanKind
	For       time.Duration // 0: for ever
	ShowEnd   bool          // until the room is closed
	Reason    string
	Remove    bool // also takes down what they have on the screens
}

// The bounds of a ban.
const (
	maxBan    = 10 * 365 * 24 * time.Hour
	maxReason = 200 // graphemes
)

// nearby is how far back authors count as being behind an address.
const nearby = 24 * time.Hour

// Bans lists the bans of a room that are in force, newest first.
func (h *Hall) Bans(roomID string) ([]comment.Ban, error) {
	if _, err := h.room(roomID); err != nil {
		return nil, err
	}
	return h.bans.list(roomID, h.now()), nil
}

// Ban keeps an author, or everybody behind an address, from writing, and with
// a full ban from watching. removed tells how many comments were taken down.
// Errors: ErrNotFound for a comment or an address that is not there,
// ErrNotAllowed for a ban of those who run the room, ErrInvalid, ErrBusy.
func (h *Hall) Ban(ctx context.Context, roomID string, by Actor, q BanRequest) (ban comment.Ban, removed int, err error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return ban, 0, err
	}
	if ban, err = h.banOf(ctx, roomID, q); err != nil {
		return ban, 0, err
	}
	a := by.act(comment.ActKind(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	receipt, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindBan, Ban: &ban, Act: a})
	if err != nil {
		return ban, 0, err
	}
	ban = *receipt.Event.Ban
	if q.Remove {
		removed, err = h.removeBanned(ctx, roomID, by, ban)
	}
	return ban, removed, err
}

// banOf checks a request and finds whom it hits.
func (h *Hall) banOf(ctx context.Context, roomID string, q BanRequest) (comment.Ban, error) {
	ban := comment.Ban{Room: roomID, Kind: q.Kind, User: q.User, ShowEnd: q.ShowEnd, Reason: q.Reason}
	switch {
	case q.Kind != comment.Mute && q.Kind != comment.FullBan:
		return ban, comment.Explain(comment.ErrInvalid, "kind %q: mute or ban", q.Kind)
	case (q.User == "") == (q.AddressOf == 0):
		return ban, comment.Explain(comment.ErrInvalid, "say either user or address_of")
	case q.For < 0 || q.For > maxBan:
		return ban, comment.Explain(comment.ErrInvalid, "seconds: 0 (for ever) to %d", int(maxBan.Seconds()))
	case q.For > 0 && q.ShowEnd:
		return ban, comment.Explain(comment.ErrInvalid, "say either seconds or until")
	case comment.Graphemes(q.Reason) > maxReason:
		return ban, comment.Explain(comment.ErrInvalid, "reason: at most %d characters", maxReason)
	case q.User != "" && !sanePseudonym(q.User):
		return ban, fmt.Errorf("ban: %w", comment.ErrNotFound)
	}
	if q.For > 0 {
		ban.Until = h.now().Add(q.For)
	}
	if q.AddressOf != 0 {
		row, err := h.history.Comment(ctx, roomID, q.AddressOf)
		if err != nil {
			return ban, fmt.Errorf("ban: %w", err)
		}
		if row.Badge != comment.NoBadge || h.rank(roomID, row.User).Moderates() {
			return ban, comment.ErrNotAllowed
		}
		if row.Address == "" {
			return ban, comment.Explain(comment.ErrNotFound, "That comment came without an address: ban its user.")
		}
		ban.Address = row.Address
	}
	if ban.User != "" && h.rank(roomID, ban.User).Moderates() {
		return ban, comment.ErrNotAllowed
	}
	return ban, nil
}

// sanePseudonym tells whether s can be what Keys.Pseudonym makes.
func sanePseudonym(s string) bool {
	b, err := nameEncoding.DecodeString(s)
	return err == nil && len(b) == 10
}

// removeBanned takes down what those hit by a ban have on the screens, and what
// waits for review.
func (h *Hall) removeBanned(ctx context.Context, roomID string, by Actor, ban comment.Ban) (int, error) {
	if ban.User != "" {
		return h.RemoveUser(ctx, roomID, by, ban.User)
	}
	users, err := h.history.Neighbours(ctx, roomID, ban.Address, h.now().Add(-nearby))
	if err != nil {
		return 0, err
	}
	var ids []comment.ID
	for _, user := range users {
		q := comment.HistoryQuery{User: user, Limit: 200}
		for more := true; more; {
			var rows []comment.Row
			if rows, more, err = h.history.Comments(ctx, roomID, q); err != nil {
				return 0, err
			}
			for _, row := range rows {
				if row.Address == ban.Address && (row.Status == comment.Shown || row.Status == comment.Held) {
					ids = append(ids, row.ID)
				}
				q.Before = row.Seq
			}
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return len(ids), h.takeDown(ctx, roomID, by, ids, strconv.Itoa(len(ids))+" comments from one address")
}

// Unban lifts a ban; one that is lifted already is no fault.
func (h *Hall) Unban(ctx context.Context, roomID string, by Actor, id int64) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	return h.unban(ctx, r, by, id)
}

func (h *Hall) unban(ctx context.Context, r *room, by Actor, id int64) error {
	a := by.act(comment.ActUnban)
	h.bans.mu.RLock()
	a.User, a.Detail = h.bans.byID[id].User, h.bans.byID[id].Reason
	h.bans.mu.RUnlock()
	_, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindUnban, Ban: &comment.Ban{ID: id}, Act: a})
	return err
}

// reban puts a lifted ban into force again, as long as it would have lasted.
// Errors: ErrExpired when that is over, ErrNotAllowed for somebody who runs the
// room by now.
func (h *Hall) reban(ctx context.Context, roomID string, by Actor, id int64) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	ban, err := h.banned.Ban(ctx, roomID, id)
	switch {
	case err != nil:
		return fmt.Errorf("ban again: %w", err)
	case !ban.Active(h.now()):
		return comment.Explain(comment.ErrExpired, "Its time is over.")
	case ban.User != "" && h.rank(roomID, ban.User).Moderates():
		return comment.ErrNotAllowed
	}
	ban.ID, ban.By, ban.At = 0, "", time.Time{} // it is a new one, by who acts now
	a := by.act(comment.ActKind(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindBan, Ban: &ban, Act: a})
	return err
}

// endShow lifts the bans that hold for this show.
func (h *Hall) endShow(ctx context.Context, r *room, by Actor) error {
	var errs []error
	for _, ban := range h.bans.list(r.id, h.now()) {
		if ban.ShowEnd {
			errs = append(errs, h.unban(ctx, r, by, ban.ID))
		}
	}
	return errors.Join(errs...)
}

// Person is what those who run a room see of an author.
type Person struct {
	comment.Person
	Role      comment.Role // of one who runs the room, else audience
	Connected bool
	Wait      time.Duration
	Bans      []comment.Ban
}

// Person tells about an author. Somebody who was never there is ErrNotFound.
func (h *Hall) Person(ctx context.Context, roomID, user string) (Person, error) {
	if _, err := h.room(roomID); err != nil {
		return Person{}, err
	}
	known, err := h.history.Person(ctx, roomID, user)
	if err != nil {
		return Person{}, err
	}
	p := Person{
		Person: known, Role: h.rank(roomID, user), Wait: h.Wait(roomID, user),
		Connected: slices.Contains(h.outlet.People(roomID, ""), user), Bans: h.bans.on(roomID, user, "", h.now()),
	}
	if len(p.Counts) == 0 && !p.Connected && p.Role == comment.Audience {
		return Person{}, comment.ErrNotFound
	}
	return p, nil
}

// Behind tells how many people a ban by a comment's address would hit: authors
// of the last day, and who is connected now.
func (h *Hall) Behind(ctx context.Context, roomID string, id comment.ID) (int, error) {
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return 0, fmt.Errorf("look up an address: %w", err)
	}
	if row.Address == "" {
		return 0, comment.Explain(comment.ErrNotFound, "That comment came without an address.")
	}
	users, err := h.history.Neighbours(ctx, roomID, row.Address, h.now().Add(-nearby))
	if err != nil {
		return 0, err
	}
	users = append(users, h.outlet.People(roomID, row.Address)...)
	users = append(users, row.User)
	slices.Sort(users)
	return len(slices.Compact(users)), nil
}
