package live

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"danmaku/comment"
)

// memoryLinks is a table of links; looked runs after each look-up by hash, and
// listed after each reading of the whole table, before the answer is given.
type memoryLinks struct {
	links          []Link
	looked, listed func()
}

func (m *memoryLinks) Links(context.Context) ([]Link, error) {
	list := slices.Clone(m.links)
	if m.listed != nil {
		m.listed()
	}
	return list, nil
}

func (m *memoryLinks) LinkByHash(_ context.Context, hash []byte) (Link, error) {
	i := slices.IndexFunc(m.links, func(l Link) bool { return slices.Equal(l.Hash, hash) })
	if i < 0 {
		return Link{}, comment.ErrNotFound
	}
	found := m.links[i]
	if m.looked != nil {
		m.looked()
	}
	return found, nil
}

func (m *memoryLinks) AddLink(_ context.Context, l Link, makeHash func(int64) []byte, _ *Act) (Link, error) {
	l.ID = int64(len(m.links) + 1)
	l.Hash = makeHash(l.ID)
	m.links = append(m.links, l)
	return l, nil
}

func (m *memoryLinks) RevokeLink(_ context.Context, id int64, at time.Time, _ *Act) error {
	m.links[id-1].Revoked = at
	return nil
}

func (m *memoryLinks) RestoreLink(_ context.Context, id int64, _ *Act) error {
	m.links[id-1].Revoked = time.Time{}
	return nil
}

func (m *memoryLinks) TouchLink(context.Context, int64, time.Time) error { return nil }

// newDoor is a hall that knows links alone, and one overlay link with its key.
func newDoor(t *testing.T) (*Hall, *memoryLinks, Link, string) {
	t.Helper()
	table := &memoryLinks{}
	h := &Hall{access: newAccess(table, NewKeys([]byte("secret")), time.Now)}
	key := randomKey()
	l, err := table.AddLink(t.Context(), Link{Room: "live", Role: comment.Overlay}, func(int64) []byte { return hashKey(key) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h, table, l, key
}

func (m *memoryLinks) revoke(t *testing.T, h *Hall, id int64) {
	t.Helper()
	if err := m.RevokeLink(t.Context(), id, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.access.load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A link that is revoked while its key is being looked up must not be
// remembered as good: nothing would ever correct that.
func TestLinkRevokedDuringTheLookUp(t *testing.T) {
	h, table, l, key := newDoor(t)
	table.looked = func() { table.revoke(t, h, l.ID) }
	if _, err := h.Open(t.Context(), key); !errors.Is(err, comment.ErrExpired) {
		t.Errorf("Open: %v, want expired", err)
	}
	if _, err := h.Open(t.Context(), key); !errors.Is(err, comment.ErrExpired) {
		t.Errorf("Open again: %v, want expired", err)
	}
}

// A link that is made and used while the list is being read stays known.
func TestLinkMadeDuringLoading(t *testing.T) {
	h, table, _, _ := newDoor(t)
	var made Link
	table.listed = func() {
		key := randomKey()
		var err error
		if made, err = table.AddLink(t.Context(), Link{Role: comment.Owner}, func(int64) []byte { return hashKey(key) }, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Open(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.access.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.LinkByID(made.ID); err != nil {
		t.Errorf("a session with the new link: %v", err)
	}
}

// A seat is asked about once more when its socket can be evicted.
func TestSeatOfARevokedLinkDoesNotStay(t *testing.T) {
	h, table, l, key := newDoor(t)
	if _, err := h.Open(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	seat := Seat{Room: "live", View: ViewOverlay, Link: l.ID}
	if err := h.Stays(seat); err != nil {
		t.Errorf("a good link: %v", err)
	}
	if err := h.Stays(Seat{Room: "live", View: ViewAudience}); err != nil {
		t.Errorf("a phone: %v", err)
	}
	table.revoke(t, h, l.ID)
	if err := h.Stays(seat); !errors.Is(err, comment.ErrExpired) {
		t.Errorf("a revoked link: %v, want expired", err)
	}
}

// What must end by itself: a one-time code after ten minutes, and the looking
// up of keys that nobody has heard of after twenty in a second.
func TestCodesAndGuessesEnd(t *testing.T) {
	table := &memoryLinks{}
	now := time.Unix(1_700_000_000, 0)
	clock := func() time.Time { return now }
	h := &Hall{access: newAccess(table, NewKeys([]byte("secret")), clock), now: clock}
	if _, err := table.AddLink(t.Context(), Link{Role: comment.Owner}, func(int64) []byte { return hashKey(randomKey()) }, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.access.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	young, old := h.NewCode(), h.NewCode()
	now = now.Add(codeAge)
	if _, err := h.TradeCode(young); err != nil {
		t.Errorf("after ten minutes: %v", err)
	}
	for _, again := range []string{young, young + "\n", young[:3] + "\r\n" + young[3:]} {
		if _, err := h.TradeCode(again); !errors.Is(err, comment.ErrExpired) {
			t.Errorf("a second time, as %q: %v", again, err)
		}
	}
	now = now.Add(time.Second)
	if _, err := h.TradeCode(old); !errors.Is(err, comment.ErrExpired) {
		t.Errorf("after more than ten minutes: %v", err)
	}

	for name, code := range map[string]string{
		"nonsense": "x", "none": "", "another secret's": NewKeys([]byte("other")).NewCode(now),
		"from before the start":   h.access.keys.NewCode(h.access.began.Add(-time.Millisecond)),
		"from the time to come":   h.access.keys.NewCode(now.Add(time.Second)),
		"one letter is another's": swapLast(h.NewCode()),
	} {
		if _, err := h.TradeCode(code); !errors.Is(err, comment.ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	now = now.Add(codeAge + time.Second)
	if _, err := h.TradeCode(h.NewCode()); err != nil || len(h.access.traded) != 1 {
		t.Errorf("%v; %d used codes are remembered, those too old among them", err, len(h.access.traded))
	}

	key := randomKey()
	if _, err := table.AddLink(t.Context(), Link{Role: comment.Owner}, func(int64) []byte { return hashKey(key) }, nil); err != nil {
		t.Fatal(err)
	}
	for range unknownRate {
		if _, err := h.Open(t.Context(), randomKey()); !errors.Is(err, comment.ErrNotFound) {
			t.Fatalf("a guess: %v", err)
		}
	}
	if _, err := h.Open(t.Context(), key); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("after %d guesses in a second a key is still looked up: %v", unknownRate, err)
	}
	now = now.Add(time.Second)
	if _, err := h.Open(t.Context(), key); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// swapLast changes the last letter of a code.
func swapLast(code string) string {
	if last := code[len(code)-1]; last == 'A' {
		return code[:len(code)-1] + "Q"
	}
	return code[:len(code)-1] + "A"
}
