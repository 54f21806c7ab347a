package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

var noon = time.Date(2026, 5, 6, 12, 0, 30, 123e6, time.UTC)

func mustAppend(t *testing.T, s *store.Store, ev room.Event) room.Event {
	t.Helper()
	r, err := s.Append(t.Context(), ev)
	if err != nil || r.Again {
		t.Fatalf("append %s: %+v, %v", ev.Kind, r, err)
	}
	return r.Event
}

func TestRooms(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	full := room.New("full")
	full.Title, full.State, full.Review, full.Slow = "名前", room.Closed, room.ReviewOff, room.Millis(1500*time.Millisecond)
	full.MaxLength, full.Modes, full.Colors = 7, []comment.Mode{comment.Scroll}, []string{"#112233"}
	full.Sizes, full.Message, full.Delay = []comment.Size{comment.Medium}, "hello", room.Millis(10*time.Second)
	full.Newcomers, full.URLs, full.Phrases = room.NewcomersHeld, room.URLsAllowed, []string{"a", "b"}
	full.Look = room.Look{Color: "#445566", Picture: "/p.png"}
	full.Emotes = []room.Emote{{Name: "wave", Hash: "0123456789abcdef0123456789abcdef", Animated: true}}
	full.Secret, full.Archived, full.Lock = true, true, &room.Lock{State: room.Open, URLs: room.URLsAllowed, Newcomers: room.NewcomersOpen, Slow: room.Millis(time.Second)}
	// Every field differs from the default, so a forgotten one is noticed. The settings are
	// stored unchanged.
	given := full
	given.SecondOpinion, given.Webhooks, given.TextLeaves, given.KeepDays = true, true, true, 30 // state of the running server, which is not stored
	v, def := reflect.ValueOf(given), reflect.ValueOf(room.New("live"))
	for i := range v.NumField() {
		if reflect.DeepEqual(v.Field(i).Interface(), def.Field(i).Interface()) {
			t.Errorf("the test does not set %s", v.Type().Field(i).Name)
		}
	}
	var made []room.Record
	made = append(made, addRoom(t, s, "live"))
	r, err := s.AddRoom(t.Context(), full, nil)
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, r)
	if made[0].Head.Epoch == made[1].Head.Epoch || strings.Contains(made[0].Head.Epoch, ":") || made[0].Head.Epoch == "" {
		t.Errorf("epochs %q and %q", made[0].Head.Epoch, made[1].Head.Epoch)
	}
	changed := full
	changed.Title = "new"
	made[1].Room, made[1].Head.Seq = changed, 1
	mustAppend(t, s, room.Event{Room: "full", Kind: room.KindRoom, At: noon, Setup: &changed, Changed: []string{"title"}})
	if _, err := s.AddRoom(t.Context(), room.New("live"), nil); err == nil || !strings.Contains(err.Error(), `"live" is taken`) {
		t.Errorf("a room made twice: %v", err)
	}
	if _, err := s.AddRoom(t.Context(), room.New("No Good"), nil); err == nil {
		t.Error("a room with a bad name was made")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := openStore(t, dir).Rooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("rooms (-made +read):\n%s", diff)
	}
}

func TestLinks(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	hash := func(id int64) []byte { return fmt.Append(nil, "hash of ", id) }
	var owner, overlay room.AccessLink
	var err error
	owner, err = s.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Label: "me", Made: noon, Hash: hash(1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := s.LinkID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	overlay, err = s.AddLink(t.Context(), room.AccessLink{ID: drawn, Room: "live", Role: room.Overlay, Made: noon, Hash: hash(drawn)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if overlay.ID != drawn || overlay.ID == owner.ID || string(overlay.Hash) != string(hash(overlay.ID)) {
		t.Errorf("the links are %+v and %+v", owner, overlay)
	}
	if _, err := s.AddLink(t.Context(), room.AccessLink{Room: "nowhere", Role: room.Overlay, Hash: hash(3)}, nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a link of an unknown room: %v", err)
	}
	if _, err := s.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Hash: owner.Hash}, nil); err == nil {
		t.Error("two links have one key")
	}
	if err := s.RevokeLink(t.Context(), overlay.ID, noon.Add(time.Hour), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeLink(t.Context(), overlay.ID, noon.Add(2*time.Hour), nil); err != nil {
		t.Error(err)
	}
	if err := s.RevokeLink(t.Context(), 4711, noon, nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("revoking an unknown link: %v", err)
	}
	for _, at := range []time.Time{noon, noon.Add(10 * time.Second), noon.Add(-time.Hour)} {
		if err := s.TouchLink(t.Context(), owner.ID, at); err != nil {
			t.Error(err)
		}
	}
	overlay.Revoked = noon.Add(time.Hour)
	owner.LastUsed = noon.Truncate(time.Minute)
	got, err := s.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]room.AccessLink{owner, overlay}, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// putList stores a list with its audit entry.
func putList(t *testing.T, s *store.Store, l room.RuleList, a *room.AuditEntry) error {
	t.Helper()
	stands, err := s.RuleList(t.Context(), l.Room, l.Name)
	if err != nil && !errors.Is(err, room.ErrNotFound) {
		t.Fatal(err)
	}
	return s.ChangeRuleList(t.Context(), room.RuleChange{Room: l.Room, Name: l.Name, Was: stands.Revision, Now: &l, Audit: a})
}

func TestRuleLists(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	lists := []room.RuleList{
		{Name: "starter", Text: "word\n*part*\n", On: true, Changed: noon},
		{Room: "live", Name: "starter", Text: "other", Changed: noon},
	}
	for _, l := range lists {
		if err := putList(t, s, l, nil); err != nil {
			t.Fatal(err)
		}
	}
	lists[0].Text, lists[0].On, lists[0].Changed = "new", false, noon.Add(time.Hour)
	if err := putList(t, s, lists[0], nil); err != nil {
		t.Fatal(err)
	}
	if err := putList(t, s, room.RuleList{Room: "nowhere", Name: "x"}, nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a list of an unknown room: %v", err)
	}
	got, err := s.RuleLists(t.Context())
	if diff := cmp.Diff(lists, got, cmpopts.IgnoreFields(room.RuleList{}, "Revision")); err != nil || diff != "" {
		t.Errorf("lists: %v (-want +got)\n%s", err, diff)
	}
}

func TestBans(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	ban := func(roomID string, b room.Ban) room.Ban {
		t.Helper()
		return *mustAppend(t, s, room.Event{Room: roomID, Kind: room.KindBan, At: noon, By: "mod", Ban: &b}).Ban
	}
	forever := ban("live", room.Ban{Kind: room.FullBan, User: "ann"})
	hour := ban("other", room.Ban{Kind: room.Mute, Address: "hash", Until: noon.Add(time.Hour), ShowEnd: true, Reason: "why", By: "owner"})
	lifted := ban("live", room.Ban{Kind: room.Mute, User: "bob"})
	mustAppend(t, s, room.Event{Room: "live", Kind: room.KindUnban, At: noon, Ban: &room.Ban{ID: lifted.ID}})
	foreign := room.Event{Room: "live", Kind: room.KindUnban, At: noon, Ban: &room.Ban{ID: hour.ID}}
	if _, err := s.Append(t.Context(), foreign); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("lifting a ban of another room: %v", err)
	}
	for _, c := range []struct {
		now  time.Time
		want []room.Ban
	}{
		{noon, []room.Ban{forever, hour}},
		{noon.Add(time.Hour - time.Millisecond), []room.Ban{forever, hour}},
		{noon.Add(time.Hour), []room.Ban{forever}},
	} {
		got, err := s.Bans(t.Context(), c.now)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("bans at %v: %v (-want +got)\n%s", c.now, err, diff)
		}
		for _, b := range got {
			if !b.Active(c.now) {
				t.Errorf("ban %d does not hold at %v", b.ID, c.now)
			}
		}
	}
	for _, want := range []room.Ban{forever, hour, lifted} {
		got, err := s.Ban(t.Context(), want.Room, want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("one ban: %v (-want +got)\n%s", err, diff)
		}
	}
	if _, err := s.Ban(t.Context(), "live", hour.ID); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a ban of another room: %v", err)
	}
}

// However many owners revoke each other's links at once, one remains.
func TestTheLastOwnerStays(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	var ids []int64
	for i := range 8 {
		l, err := s.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Made: noon, Hash: fmt.Append(nil, "hash ", i)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, l.ID)
	}
	errs := make(chan error, len(ids))
	for _, id := range ids {
		go func() { errs <- s.RevokeLink(t.Context(), id, noon, nil) }()
	}
	refused := 0
	for range ids {
		switch err := <-errs; {
		case errors.Is(err, room.ErrNotAllowed):
			refused++
		case err != nil:
			t.Error(err)
		}
	}
	links, err := s.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, l := range links {
		if l.Revoked.IsZero() {
			good++
		}
	}
	if good != 1 || refused != 1 {
		t.Errorf("%d owners are left, %d were refused", good, refused)
	}
}

// A room is created with its links or not at all.
func TestARoomComesWithItsLinks(t *testing.T) {
	s := openStore(t, t.TempDir())
	taken := room.AccessLink{Role: room.Overlay, Hash: []byte("one"), Made: noon}
	if _, err := s.AddRoom(t.Context(), room.New("live"), nil, taken); err != nil {
		t.Fatal(err)
	}
	other := room.AccessLink{Role: room.Audience, Hash: []byte("two"), Made: noon}
	if _, err := s.AddRoom(t.Context(), room.New("other"), nil, other, taken); err == nil {
		t.Error("two links have one key")
	}
	rooms, err := s.Rooms(t.Context())
	if err != nil || len(rooms) != 1 {
		t.Errorf("%d rooms, %v", len(rooms), err)
	}
	links, err := s.Links(t.Context())
	if err != nil || len(links) != 1 || links[0].Room != "live" || links[0].Role != room.Overlay {
		t.Errorf("links %+v, %v", links, err)
	}
}
