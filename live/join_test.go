package live

import (
	"slices"
	"testing"

	"danmaku/room"
)

// phonesOutlet has one phone in each room, and records what is announced to phones.
type phonesOutlet struct {
	outletFunc
	sent *[]string
}

func (phonesOutlet) Count(string, room.View) int { return 1 }

func (o phonesOutlet) Announce(_ string, v room.View, frame []byte) {
	if v == room.ViewAudience {
		*o.sent = append(*o.sent, string(frame))
	}
}

// A phone whose welcome was made before its room's comments were limited to some days, and
// which missed the announcement to phones, is informed right after its welcome.
func TestChangesDuringAWelcomeAreReported(t *testing.T) {
	for _, tt := range []struct {
		name   string
		view   room.View
		during int // days, set while the client is being welcomed
		want   []string
	}{
		{"nothing changes", room.ViewAudience, 0, nil},
		{"a phone", room.ViewAudience, 7, []string{"room"}},
		{"an overlay, which is not told of it", room.ViewOverlay, 7, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			svc, _ := newFakeLogService(t)
			var sent []string
			svc.outlet = phonesOutlet{outletFunc(func(string, room.View, []byte) {}), &sent}
			svc.rooms["live"].keeping = &svc.keeping
			greeted := false
			err := svc.Join("live", tt.view, Resume{}, func(w Welcome) {
				greeted = true
				if w.Room.KeepDays != 0 || len(sent) != 0 {
					t.Errorf("welcomed with %d days, sent %v", w.Room.KeepDays, sent)
				}
				svc.keeping.set(KeepState{Days: tt.during, Asked: true}) // phones were informed just before this one was among them
			})
			if err != nil || !greeted || !slices.Equal(sent, tt.want) {
				t.Errorf("%v, sent %v, want %v", err, sent, tt.want)
			}
		})
	}
}
