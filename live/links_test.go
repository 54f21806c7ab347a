package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"danmaku/live/access"
	"danmaku/room"
)

// fewLinks is a read-only store of links.
type fewLinks struct {
	unused
	list []room.AccessLink
}

type unused struct{ access.Links }

func (f fewLinks) Links(context.Context) ([]room.AccessLink, error) { return f.list, nil }

// tableOf returns a table that has read some links.
func tableOf(t *testing.T, list ...room.AccessLink) *access.Table {
	t.Helper()
	table := access.NewTable(fewLinks{list: list}, access.NewKeys([]byte("secret")), time.Now, func() time.Duration { return 0 })
	if _, err := table.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return table
}

// setLinks makes a service know exactly these links.
func setLinks(t *testing.T, svc *Service, list ...room.AccessLink) {
	t.Helper()
	svc.access = tableOf(t, list...)
}

// A client's link is checked once more when its socket can be evicted.
func TestAClientOfARevokedLinkIsEvicted(t *testing.T) {
	svc, _ := newFakeLogService(t)
	l := room.AccessLink{ID: 7, Room: "live", Role: room.Overlay}
	setLinks(t, svc, l)
	client := Client{Room: "live", View: room.ViewOverlay, Link: l.ID}
	if err := svc.Stays(client); err != nil {
		t.Errorf("a good link: %v", err)
	}
	if err := svc.Stays(Client{Room: "live", View: room.ViewAudience}); err != nil {
		t.Errorf("a phone: %v", err)
	}
	l.Revoked = noon
	setLinks(t, svc, l)
	if err := svc.Stays(client); !errors.Is(err, room.ErrExpired) {
		t.Errorf("a revoked link: %v, want expired", err)
	}
}

// The settings also decide about a socket that was registered while they changed.
func TestSettingsDecideWhichClientsStay(t *testing.T) {
	svc, _ := newFakeLogService(t)
	phone, guest := Client{Room: "live", View: room.ViewAudience}, Client{Room: "live", View: room.ViewAudience, Link: 7}
	setLinks(t, svc, room.AccessLink{ID: 7, Room: "live", Role: room.Audience})
	elsewhere := Client{Room: "other", View: room.ViewAudience}
	var evicted []string
	svc.outlet = evictor{outletFunc(func(string, room.View, []byte) {}), func(why func(Client) error) {
		for _, s := range []Client{phone, guest, elsewhere} {
			if err := why(s); err != nil {
				evicted = append(evicted, room.Code(err))
			}
		}
	}}
	for _, tt := range []struct {
		name         string
		change       func(*room.Room)
		phone, guest error
		evicted      string
	}{
		{"open", func(*room.Room) {}, nil, nil, ""},
		{"secret", func(r *room.Room) { r.Secret = true }, room.ErrNotAllowed, nil, "not_allowed"},
		{"secret as before", func(r *room.Room) { r.Slow = 1000 }, room.ErrNotAllowed, nil, ""},
		{"archived", func(r *room.Room) { r.Archived = true }, room.ErrRoomClosed, room.ErrRoomClosed, "room_closed room_closed"},
		{"open again", func(r *room.Room) { r.Archived, r.Secret = false, false }, nil, nil, ""},
	} {
		evicted = nil
		setup := svc.rooms["live"].settings()
		tt.change(&setup)
		svc.apply([]room.Event{{Room: "live", Kind: room.KindRoom, Setup: &setup}})
		if got := strings.Join(evicted, " "); got != tt.evicted {
			t.Errorf("%s: evicted %q, want %q", tt.name, got, tt.evicted)
		}
		if err := svc.Stays(phone); !errors.Is(err, tt.phone) {
			t.Errorf("%s: a phone: %v, want %v", tt.name, err, tt.phone)
		}
		if err := svc.Stays(guest); !errors.Is(err, tt.guest) {
			t.Errorf("%s: a guest with a link: %v, want %v", tt.name, err, tt.guest)
		}
	}
}

// evictor is an outlet that records evictions.
type evictor struct {
	outletFunc
	evict func(func(Client) error)
}

func (e evictor) Evict(why func(Client) error) { e.evict(why) }
