package live

import (
	"errors"
	"strings"
	"testing"

	"danmaku/room"
)

// lookers is an encoder that records the reports about consoles.
type lookers struct {
	plainEncoder
	sent []Looking
}

func (e *lookers) Looking(l Looking) []byte {
	e.sent = append(e.sent, l)
	return []byte("looking")
}

// announced is an outlet that records the recipients of each frame.
type announced struct {
	Outlet
	to []string
}

func (a *announced) Announce(roomID string, v room.View, frame []byte) {
	a.to = append(a.to, roomID+" "+string(v)+" "+string(frame))
}

func TestConsolesLearnWhichCommentAnotherViews(t *testing.T) {
	svc, _ := newFakeLogService(t)
	enc, out := &lookers{}, &announced{Outlet: svc.outlet}
	svc.encoder, svc.outlet, svc.limiter = enc, out, atMost{n: 1}
	kim := room.Actor{Role: room.Moderator, Room: "live", Label: "Kim", Link: 7}
	if err := svc.Look("live", kim, Looking{Console: "tab-1_A", ID: 9, By: "forged"}); err != nil {
		t.Fatal(err)
	}
	if len(enc.sent) != 1 || enc.sent[0] != (Looking{Console: "tab-1_A", ID: 9, By: "Kim"}) {
		t.Errorf("sent %+v", enc.sent)
	}
	if want := "live console looking"; len(out.to) != 1 || out.to[0] != want {
		t.Errorf("sent to %q, want %q alone", out.to, want)
	}
	for _, name := range []string{"", strings.Repeat("a", maxConsole+1), "a b", "ä", "<b>"} {
		if err := svc.Look("live", kim, Looking{Console: name, ID: 9}); !errors.Is(err, room.ErrInvalid) {
			t.Errorf("console %q: %v", name, err)
		}
	}
	svc.limiter = atMost{n: 0}
	var wait *room.WaitError
	if err := svc.Look("live", kim, Looking{Console: "tab", ID: 9}); !errors.Is(err, room.ErrSlowDown) || !errors.As(err, &wait) || wait.Wait <= 0 {
		t.Errorf("beyond the limit: %v", err)
	}
	if len(enc.sent) != 1 {
		t.Errorf("a refused report was sent: %+v", enc.sent)
	}
}
