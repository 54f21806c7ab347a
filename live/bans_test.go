package live

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"danmaku/room"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// at returns a moment on both clocks when the wall clock was never set.
func at(wall time.Time) instant { return instant{wall: wall, mono: wall.Sub(noon)} }

// A mute or ban of any length lasts to its last moment and ends by itself; the longest of
// several counts, and a permanent one does not end.
func TestBansExpire(t *testing.T) {
	lengths := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 24 * time.Hour, 0}
	for _, kind := range []room.BanKind{room.Mute, room.FullBan} {
		for _, length := range lengths {
			var b bans
			ban := room.Ban{ID: 1, Room: "live", User: "ann", Kind: kind, At: noon}
			if length > 0 {
				ban.Until = noon.Add(length)
			}
			b.add(ban, at(noon))
			b.add(room.Ban{ID: 2, Room: "live", User: "ann", Kind: room.Mute, Until: noon.Add(time.Second)}, at(noon))
			want := map[room.BanKind]error{room.Mute: room.ErrMuted, room.FullBan: room.ErrBanned}[kind]
			last, end := noon.Add(length-1), noon.Add(length)
			if length == 0 {
				last, end = noon.AddDate(100, 0, 0), Forever
			}
			err := b.refuse("live", "ann", "", at(last))
			if !errors.Is(err, want) || kind == room.Mute && length > 0 && room.Wait(err) != 1 {
				t.Errorf("%s of %v in its last moment: %v, wait %v", kind, length, err, room.Wait(err))
			}
			if length == 0 {
				if got := b.mutedUntil("live", "ann", "", at(last)); !got.Equal(Forever) {
					t.Errorf("%s forever ends %v", kind, got)
				}
				continue
			}
			if err := b.refuse("live", "ann", "", at(end)); err != nil {
				t.Errorf("%s of %v after its end: %v", kind, length, err)
			}
			if left := b.list("live", at(end)); len(left) != 0 {
				t.Errorf("%s of %v is still listed: %+v", kind, length, left)
			}
			for _, other := range []string{"bob", ""} {
				if err := b.refuse("live", other, "", at(noon)); err != nil {
					t.Errorf("%q: %v", other, err)
				}
			}
			if err := b.refuse("other", "ann", "", at(noon)); err != nil {
				t.Errorf("in another room: %v", err)
			}
		}
	}
}

// storedBans is a table of bans.
type storedBans struct{ list []room.Ban }

func (s *storedBans) Bans(context.Context, time.Time) ([]room.Ban, error) {
	return slices.Clone(s.list), nil
}

func (s *storedBans) Ban(context.Context, string, int64) (room.Ban, error) {
	return room.Ban{}, room.ErrNotFound
}

// A ban lasts as long as intended, also when somebody sets the clock.
func TestBansEndOnTimeWhenTheClockIsSet(t *testing.T) {
	start := instant{wall: noon, mono: time.Hour}
	later := func(step, passed time.Duration) instant {
		return instant{wall: noon.Add(step + passed), mono: start.mono + passed}
	}
	for _, step := range []time.Duration{0, -time.Hour, -365 * 24 * time.Hour} {
		var b bans
		b.add(room.Ban{ID: 1, Room: "live", User: "ann", Kind: room.Mute, At: noon, Until: noon.Add(10 * time.Second)}, start)
		now := later(step, 4*time.Second)
		err := b.refuse("live", "ann", "", now)
		if !errors.Is(err, room.ErrMuted) || room.Wait(err) != 6*time.Second {
			t.Errorf("step %v: after 4 of 10 seconds: %v, wait %v", step, err, room.Wait(err))
		}
		if until := b.mutedUntil("live", "ann", "", now); !until.Equal(now.wall.Add(6 * time.Second)) {
			t.Errorf("step %v: muted until %v by a clock of %v", step, until, now.wall)
		}
		b.add(b.find(1), now) // adding the same ban does not restart it
		if err := b.refuse("live", "ann", "", later(step, 10*time.Second)); err != nil {
			t.Errorf("step %v: after 10 of 10 seconds: %v", step, err)
		}
	}
}

// presentClients is an outlet of one room; sent records what each client is sent.
type presentClients struct {
	Outlet
	clients []Client
	sent    map[Client]time.Time
}

func (s presentClients) Evict(func(Client) error) {}

func (s presentClients) People(_, address string) []string {
	var users []string
	for _, c := range s.clients {
		if address == "" || c.Address == address {
			users = append(users, c.User)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

func (s presentClients) Notify(_, user string, frame func(Client) []byte) {
	for _, c := range s.clients {
		if c.User == user {
			var at time.Time
			if err := at.UnmarshalBinary(frame(c)); err == nil {
				s.sent[c] = at
			}
		}
	}
}

// mutes is an encoder whose frames are times.
type mutes struct{ Encoder }

func (mutes) Muted(until time.Time) []byte {
	b, _ := until.MarshalBinary()
	return b
}

// A phone learns which bans still apply: after one of several bans was lifted it is
// informed of the others, including those on its own address.
func TestAnUnbanReportsRemainingBans(t *testing.T) {
	home, venue := "home", "hall"
	ann := []Client{{Room: "live", User: "ann", Address: home}, {Room: "live", User: "ann", Address: venue}}
	bob := Client{Room: "live", User: "bob", Address: home}
	mute := func(id int64, user, address string, minutes int) room.Ban {
		return room.Ban{ID: id, Room: "live", User: user, Address: address, Kind: room.Mute, At: noon, Until: noon.Add(time.Duration(minutes) * time.Minute)}
	}
	user, address, other := mute(1, "ann", "", 10), mute(2, "", home, 5), mute(3, "bob", "", 20)
	open := time.Time{}
	for _, tt := range []struct {
		name string
		lift room.Ban
		want map[Client]time.Time
	}{
		{"by user", user, map[Client]time.Time{ann[0]: address.Until, ann[1]: open}},
		{"by address", address, map[Client]time.Time{ann[0]: user.Until, ann[1]: user.Until, bob: other.Until}},
	} {
		out := presentClients{clients: append(slices.Clone(ann), bob), sent: map[Client]time.Time{}}
		svc := &Service{outlet: out, encoder: mutes{}, now: func() time.Time { return noon }}
		for _, ban := range []room.Ban{user, address, other} {
			svc.enforce(room.Event{Kind: room.KindBan, Ban: &ban})
		}
		clear(out.sent)
		svc.enforce(room.Event{Kind: room.KindUnban, Ban: &tt.lift})
		if len(out.sent) != len(tt.want) {
			t.Errorf("%s: sent %v", tt.name, out.sent)
		}
		for c, until := range tt.want {
			if got := out.sent[c]; !got.Equal(until) {
				t.Errorf("%s: %s at %s is muted until %v, want %v", tt.name, c.User, c.Address, got, until)
			}
		}
	}
}

// Undoing the end of a ban that is no longer stored is too late, not a fault.
func TestABanThatIsNotKeptIsNotMadeAgain(t *testing.T) {
	svc, log := newFakeLogService(t)
	svc.banned = &storedBans{}
	if err := svc.reban(t.Context(), "live", boss, 7); !errors.Is(err, room.ErrExpired) || len(log.events) != 0 {
		t.Errorf("%v, %q was written", err, log.kinds())
	}
}
