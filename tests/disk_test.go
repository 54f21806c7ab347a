package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"danmaku/e2e/smalldisk"
)

// The disk fills up while people write. Comments are answered busy, /readyz and the console
// report it, screens keep their comments, and even newcomers get them. When there is room
// again comments are accepted automatically, the busy ones with their earlier ref; every
// acknowledged comment is there, and nothing else, even after a kill.
func TestFullDisk(t *testing.T) {
	disk := smalldisk.New(t, 8)
	all := beside(t)
	data := filepath.Join(disk.Dir, "data")
	p, cmd := child(t, data, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	boss, visitor := p.console(), p.browser()
	console := boss.open("console", "")
	overlay := &screen{}
	overlaySocket := p.overlaySocket("")
	overlay.apply(t, overlaySocket.next("hello"))
	var phones []*socket
	for range 8 {
		phones = append(phones, p.phone().open("audience", ""))
	}
	ready := func() int { status, _ := visitor.do("GET", "/readyz", nil, nil); return status }
	if got := ready(); got != http.StatusOK {
		t.Fatalf("/readyz answers %d before anything has happened", got)
	}

	// Each phone writes some comments, and when the disk is full continues until the answer is
	// busy.
	var some sync.WaitGroup
	acked := make([][]string, len(phones))
	refused := make([]string, len(phones)) // the refs
	some.Add(len(phones))
	full := make(chan struct{})
	fill := sync.OnceFunc(func() { close(full) })
	defer fill()
	for i, phone := range phones {
		all.Go(func() {
			began := sync.OnceFunc(some.Done)
			defer began()
			for n := 0; refused[i] == ""; n++ {
				if n == 10 {
					began()
					<-full
				}
				ref := fmt.Sprintf("%d-%d", i, n)
				phone.send(ref, "number "+ref)
				switch a := phone.next("ack"); {
				case a.Outcome == "shown" && a.Ref == ref:
					acked[i] = append(acked[i], a.ID)
				case a.Code == "busy" && a.Ref == ref:
					refused[i] = ref
				default:
					t.Errorf("%s is answered %+v", ref, a)
					return
				}
			}
		})
	}
	some.Wait()
	free := disk.Fill()
	fill()
	all.Wait()
	if t.Failed() {
		return
	}
	if got := ready(); got != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d on a full disk", got)
	}
	var sent []string
	for _, list := range acked {
		sent = append(sent, list...)
	}
	// A single comment may still fit where several at once did not.
	overHTTP := func() (int, string) {
		return boss.do("POST", "/api/rooms/live/comments", map[string]string{"text": "over HTTP"}, ours)
	}
	status, body := overHTTP()
	for ; status == http.StatusOK; status, body = overHTTP() {
		var ack frame
		if err := json.Unmarshal([]byte(body), &ack); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, ack.ID)
	}
	if status != http.StatusServiceUnavailable {
		t.Errorf("over HTTP the answer is %d: %s", status, body)
	}
	for console.next("stats").Log.Ready {
		// numbers from before
	}
	if got := ready(); got != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d while nothing can be saved", got)
	}
	for len(overlay.seen) < len(sent) {
		overlay.apply(t, overlaySocket.next("events"))
	}
	// A screen that comes, or comes back, now.
	newcomer, back := &screen{}, &screen{position: overlay.position}
	newcomer.apply(t, p.overlaySocket("").next("hello"))
	if len(newcomer.seen) == 0 {
		t.Error("a screen that comes now is shown nothing")
	}
	again := p.overlaySocket(overlay.position)
	back.apply(t, again.next("hello"))
	back.apply(t, again.next("events"))
	if len(back.seen) > 0 {
		t.Errorf("a screen that comes back missed %d comments", len(back.seen))
	}

	free()
	for end := time.After(patience); ready() != http.StatusOK; {
		select {
		case <-end:
			t.Fatal("it does not notice that there is room again")
		case <-time.After(10 * time.Millisecond):
		}
	}
	for !console.next("stats").Log.Ready {
		// numbers from before
	}
	for i, phone := range phones {
		phone.send(refused[i], "number "+refused[i])
		a := phone.next("ack")
		if a.Outcome != "shown" {
			t.Fatalf("with room again the answer is %+v", a)
		}
		acked[i] = append(acked[i], a.ID)
		sent = append(sent, a.ID)
	}
	for len(overlay.seen) < len(sent) {
		overlay.apply(t, overlaySocket.next("events"))
	}

	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	logged := wholeLog(t, start(t, data))
	for i, list := range acked {
		if at := firstMissing(logged, list); at >= 0 {
			t.Errorf("phone %d: of %d acknowledged number %d is not at its place in the log", i, len(list), at)
		}
	}
	if !slices.Equal(overlay.seen, logged) || len(logged) != len(sent) {
		t.Errorf("%d were acknowledged, the log has %d, the overlay saw %d", len(sent), len(logged), len(overlay.seen))
	}
	t.Logf("%d acknowledged", len(sent))
}
