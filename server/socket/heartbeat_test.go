package socket

import (
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"danmaku/room"

	"github.com/gorilla/websocket"
)

// Memory is freed once after a storm, when it is over, and not for the usual coming and
// going.
func TestOneEndForEachReconnectStorm(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sockets []int64 // at each beat
		tidy    []int   // which of them tidy
	}{
		{"nobody", []int64{0, 0, 0}, nil},
		{"a few", []int64{0, 500, 999, 999}, nil},
		{"slowly", []int64{90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 990, 1080, 1170}, []int{11}},
		{"a storm", []int64{0, 4000, 9000, 10_000, 10_050, 10_050, 10_050}, []int{4}},
		{"still coming", []int64{0, 2000, 4000, 6000}, nil},
		{"two storms", []int64{0, 5000, 5000, 9000, 9000, 9000}, []int{2, 4}},
		{"away and back", []int64{5000, 5000, 0, 5000, 5000}, []int{1, 4}},
		{"some leave, as many come", []int64{5000, 5000, 4500, 5000, 4500, 5000, 5000}, []int{1}},
	} {
		var s storm
		var tidy []int
		for i, n := range tt.sockets {
			if s.over(n) {
				tidy = append(tidy, i)
			}
		}
		if !slices.Equal(tidy, tt.tidy) {
			t.Errorf("%s: tidied at %v, want %v", tt.name, tidy, tt.tidy)
		}
	}
}

// Memory is freed once after a busy time, when it is over and has left much.
func TestOneEndForEachRush(t *testing.T) {
	for _, tt := range []struct {
		name   string
		frames []int64 // between heartbeats
		come   int64   // sockets with each frame
		heap   uint64
		tidy   []int // which beats tidy
	}{
		{"an idle room", []int64{0, 3, 20, 0}, 0, 100 << 20, nil},
		{"a show", []int64{0, 200, 250, 30, 5, 0, 0}, 0, 20<<20 + spareMemory, []int{4}},
		{"two shows", []int64{200, 0, 0, 200, 0}, 0, 20<<20 + spareMemory, []int{1, 4}},
		{"a show that left little", []int64{200, 0, 0}, 0, 20<<20 + spareMemory - 1, nil},
		{"many come and go, and nobody writes", []int64{0, 5, 5, 0, 0}, 20, 20<<20 + spareMemory, []int{2, 4}},
	} {
		r := rush{kept: 20 << 20}
		var tidy []int
		for i, n := range tt.frames {
			if r.over(n, n*tt.come, func() uint64 { return tt.heap }) {
				tidy = append(tidy, i)
			}
		}
		if !slices.Equal(tidy, tt.tidy) {
			t.Errorf("%s: tidied at %v, want %v", tt.name, tidy, tt.tidy)
		}
	}
}

// heapBytes counts what freeing returns.
func TestHeapThatCanBeReturned(t *testing.T) {
	debug.FreeOSMemory()
	before := heapBytes()
	b := make([]byte, 64<<20)
	runtime.KeepAlive(b)
	if got := heapBytes(); got < before+48<<20 {
		t.Errorf("the heap holds %d bytes after 64 MB were dropped, %d before", got, before)
	}
	debug.FreeOSMemory()
	if got := heapBytes(); got > before+spareMemory {
		t.Errorf("the heap holds %d bytes after they were given back, %d before", got, before)
	}
}

// Setting the clock, ahead or back, closes no socket. Silence closes one, by elapsed time.
func TestSettingTheClockDisconnectsNobody(t *testing.T) {
	h := newTestServer(t)
	phone := h.phone()
	next(t, phone, "hello")
	for _, step := range []time.Duration{25 * time.Second, 24 * time.Hour, -48 * time.Hour} {
		h.Skew.Add(int64(step))
		h.handler.beat()
		if n := h.phones(); n != 1 {
			t.Fatalf("%d phones after the clock was set by %v", n, step)
		}
		if err := phone.WriteJSON(map[string]string{"type": "send", "ref": step.String(), "text": "still here"}); err != nil {
			t.Fatal(err)
		}
		if a := next(t, phone, "ack"); a["outcome"] != "shown" {
			t.Errorf("after the clock was set by %v: %v", step, a)
		}
	}
	h.Later.Add(int64(2*h.handler.opt.Beat + h.handler.opt.Beat/2 + time.Second))
	h.handler.beat()
	if _, code := ended(t, phone); code != websocket.CloseGoingAway {
		t.Errorf("a silent phone is closed with %d", code)
	}
}

// A storm of handshakes during a show does not hide what the show leaves.
func TestAStormDuringAShowDoesNotHideRemainingMemory(t *testing.T) {
	h := NewHandler(NewHub(Options{}), nil, HandlerOptions{})
	garbage := make([]byte, 64<<20)
	h.hub.frames.Store(1000)
	h.hub.total.Store(2 * tidyStep)
	h.tidy() // still coming
	h.hub.frames.Store(1000)
	h.tidy() // the storm is over
	runtime.KeepAlive(garbage)
	garbage = nil
	h.tidy() // the show is over
	if got := heapBytes(); got > 48<<20 {
		t.Errorf("%d bytes are kept after a show with a storm in it", got)
	}
}

// Phones at other machines count in a room's hour, also when none is here, and no longer
// once they have left.
func TestPhonesOfOtherMachinesAreInTheHourlyCount(t *testing.T) {
	h := newTestServer(t)
	people := func() int {
		t.Helper()
		h.handler.beat()
		hour, err := h.Service.Hour("live", room.Actor{Role: room.Owner})
		if err != nil {
			t.Fatal(err)
		}
		return hour.People[59]
	}
	counts := func(n int) map[string]map[string]Headcount {
		return map[string]map[string]Headcount{"two": {"live": {Clients: map[room.View]int{room.ViewAudience: n}}}}
	}
	h.hub.SetElsewhere(counts(7))
	if n := people(); n != 7 {
		t.Errorf("%d people in this minute, want 7", n)
	}
	h.hub.SetElsewhere(nil)
	people()
	h.Later.Add(int64(time.Minute))
	if n := people(); n != 0 {
		t.Errorf("%d people in the minute after they have left", n)
	}
}
