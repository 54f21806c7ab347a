package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/room"
)

// memoryLinks is a table of links.
type memoryLinks struct{ links []room.AccessLink }

func (m *memoryLinks) Links(context.Context) ([]room.AccessLink, error) {
	return slices.Clone(m.links), nil
}

func (m *memoryLinks) LinkID(context.Context) (int64, error) { return int64(len(m.links) + 1), nil }

func (m *memoryLinks) AddLink(_ context.Context, l room.AccessLink, _ *room.AuditEntry) (room.AccessLink, error) {
	l.ID = int64(len(m.links) + 1)
	m.links = append(m.links, l)
	return l, nil
}

func (m *memoryLinks) RevokeLink(_ context.Context, id int64, at time.Time, _ *room.AuditEntry) error {
	m.links[id-1].Revoked = at
	return nil
}

func (m *memoryLinks) RestoreLink(_ context.Context, id int64, _ *room.AuditEntry) error {
	m.links[id-1].Revoked = time.Time{}
	return nil
}

func (m *memoryLinks) TouchLink(context.Context, int64, time.Time) error { return nil }

// stoppedClock is a clock that stands still.
func stoppedClock() time.Duration { return 0 }

// newAccess is a table with one overlay link, and its key.
func newAccess(t *testing.T) (*Table, *memoryLinks, room.AccessLink, string) {
	t.Helper()
	table := &memoryLinks{}
	h := NewTable(table, NewKeys([]byte("secret")), time.Now, stoppedClock)
	key := randomKey()
	l, err := table.AddLink(t.Context(), room.AccessLink{Room: "live", Role: room.Overlay, Hash: hashKey(key)}, nil)
	if err == nil {
		_, err = h.Load(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return h, table, l, key
}

func (m *memoryLinks) revoke(t *testing.T, h *Table, id int64) {
	t.Helper()
	if err := m.RevokeLink(t.Context(), id, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A one-time code ends after ten minutes.
func TestCodesEnd(t *testing.T) {
	table := &memoryLinks{}
	now := time.Unix(1_700_000_000, 0)
	clock := func() time.Time { return now }
	began := now
	h := NewTable(table, NewKeys([]byte("secret")), clock, func() time.Duration { return now.Sub(began) })
	if _, err := table.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Hash: hashKey(randomKey())}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	young, old := h.NewCode(), h.NewCode()
	now = now.Add(codeAge)
	if _, err := h.TradeCode(t.Context(), young); err != nil {
		t.Errorf("after ten minutes: %v", err)
	}
	for _, again := range []string{young, young + "\n", young[:3] + "\r\n" + young[3:]} {
		if _, err := h.TradeCode(t.Context(), again); !errors.Is(err, room.ErrExpired) {
			t.Errorf("a second time, as %q: %v", again, err)
		}
	}
	now = now.Add(time.Second)
	if _, err := h.TradeCode(t.Context(), old); !errors.Is(err, room.ErrExpired) {
		t.Errorf("after more than ten minutes: %v", err)
	}

	for name, code := range map[string]string{
		"nonsense": "x", "none": "", "another secret's": NewKeys([]byte("other")).NewCode(now),
		"from before the start":   h.keys.NewCode(h.began.Add(-time.Millisecond)),
		"from the time to come":   h.keys.NewCode(now.Add(time.Second)),
		"one letter is another's": swapLast(h.NewCode()),
	} {
		if _, err := h.TradeCode(t.Context(), code); !errors.Is(err, room.ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	now = now.Add(codeAge + time.Second)
	if _, err := h.TradeCode(t.Context(), h.NewCode()); err != nil || len(h.traded) != 1 {
		t.Errorf("%v; %d used codes are remembered, those too old among them", err, len(h.traded))
	}
}

// A key that is not in memory is invalid: a guess costs no look-up.
func TestUnknownKeysAreNotLookedUp(t *testing.T) {
	h, table, l, key := newAccess(t)
	h.store = nil // a look-up would panic
	for _, guess := range []string{randomKey(), "", "x", key + "\n", strings.ToUpper(key)} {
		if _, err := h.Open(guess); !errors.Is(err, room.ErrNotFound) {
			t.Errorf("%q: %v", guess, err)
		}
	}
	if got, err := h.Open(key); err != nil || got.ID != l.ID {
		t.Errorf("the key: %+v, %v", got, err)
	}
	h.store = table
	table.revoke(t, h, l.ID)
	if _, err := h.Open(key); !errors.Is(err, room.ErrExpired) {
		t.Errorf("revoked: %v", err)
	}
}

// The use of a link that is not stored yet survives a reload of the links.
func TestUseTimesSurviveLoading(t *testing.T) {
	h, _, l, key := newAccess(t)
	if _, err := h.Open(key); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := h.ByID(l.ID); err != nil || got.LastUsed.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

// A session counts as a use of its link, too: the console of an owner is open all
// evening without its key.
func TestASessionUsesItsLink(t *testing.T) {
	h, _, l, _ := newAccess(t)
	if _, err := h.ByID(l.ID); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(h.List(), func(o room.AccessLink) bool { return o.ID == l.ID })
	if got := h.List()[i]; got.LastUsed.IsZero() {
		t.Errorf("never used: %+v", got)
	}
}

// swapLast changes the last letter of a code.
func swapLast(code string) string {
	if last := code[len(code)-1]; last == 'A' {
		return code[:len(code)-1] + "Q"
	}
	return code[:len(code)-1] + "A"
}

// A printed code stays valid while the clock is set, and no longer than its time.
func TestCodesOutliveASetClock(t *testing.T) {
	for _, step := range []time.Duration{-24 * time.Hour, -time.Minute, time.Hour} {
		wall, passed := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), time.Duration(0)
		now := func() time.Time { return wall.Add(passed) }
		table := &memoryLinks{}
		h := NewTable(table, NewKeys([]byte("secret")), now, func() time.Duration { return passed })
		if _, err := table.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Hash: hashKey(randomKey())}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		passed = time.Minute
		before, late := h.NewCode(), h.NewCode()
		wall = wall.Add(step)
		passed += time.Minute
		after := h.NewCode()
		for name, code := range map[string]string{"before": before, "after": after} {
			if _, err := h.TradeCode(t.Context(), code); err != nil {
				t.Errorf("set by %v, a code from %s: %v", step, name, err)
			}
			if _, err := h.TradeCode(t.Context(), code); err == nil {
				t.Errorf("set by %v, a code from %s is valid twice", step, name)
			}
		}
		if step < -time.Hour || step > 0 { // by the wall clock a small step back extends its life a little
			passed += codeAge
			if _, err := h.TradeCode(t.Context(), late); err == nil {
				t.Errorf("set by %v, a code never expires", step)
			}
		}
	}
}

// A new link is valid without reading the others, and an earlier read that ends later does
// not remove it.
func TestAddedLinks(t *testing.T) {
	h, table, _, _ := newAccess(t)
	key := randomKey()
	l, err := table.AddLink(t.Context(), room.AccessLink{Room: "hall", Role: room.Overlay, Hash: hashKey(key), Made: time.Unix(1_700_000_000, 123_456_789)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.store = nil // a read would panic
	h.Add(l)
	got, err := h.Open(key)
	if err != nil || got.ID != l.ID || got.Room != "hall" || got.Made.Nanosecond() != 123_000_000 {
		t.Errorf("the new one: %+v, %v", got, err)
	}
	h.store = table
	table.revoke(t, h, l.ID)
	h.Add(l) // by the request that made it, and late
	if _, err := h.Open(key); !errors.Is(err, room.ErrExpired) {
		t.Errorf("revoked before it was added: %v", err)
	}
}
