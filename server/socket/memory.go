package socket

import (
	"runtime/debug"
	"runtime/metrics"
)

// What a busy time leaves behind is given back to the system once it is over. The
// runtime by itself keeps as much as it needed then: it collects when the heap has
// doubled, which in a quiet hour it never does.

// tidyStep is how many sockets must have come for tidying to be worth it.
const tidyStep = 1000

// spareMemory is how much the runtime may keep besides what is in use.
const spareMemory = 16 << 20

// busyFrames is how many frames from beat to beat are more than an idle room has.
const busyFrames = 20

// tidy returns memory to the system after a storm of handshakes, which leaves as much as
// the sockets themselves, and after a time with many frames or with many sockets that came
// and went. It waits until that is over, since it costs a collection.
func (h *Handler) tidy() {
	frames := h.hub.frames.Swap(0)
	sockets := h.hub.total.Load()
	storm, rush := h.storm.over(sockets), h.rush.over(frames, sockets, heapBytes)
	if storm || rush {
		debug.FreeOSMemory()
	}
	if rush { // a storm may be over in the middle of a busy time
		h.rush.kept = heapBytes()
	}
}

// storm watches how many sockets there are from beat to beat.
type storm struct {
	before int64 // at the last beat
	tidied int64 // when it was last over, or fewer that have stayed since
}

// over is true once after every storm that has left something.
func (s *storm) over(sockets int64) bool {
	settled := sockets-s.before < tidyStep/10
	s.before = sockets
	s.tidied = min(s.tidied, sockets)
	if !settled || sockets-s.tidied < tidyStep {
		return false
	}
	s.tidied = sockets
	return true
}

// rush watches how many frames are broadcast from beat to beat, and how many
// sockets come or go.
type rush struct {
	on   bool
	last int64  // sockets at the last beat
	kept uint64 // bytes of the heap that were left when it was last tidied
}

// over is true once after every busy time that has left something. It compares with
// the last quiet time, since the collector still counts as live what was in use at
// its last turn.
func (r *rush) over(frames, sockets int64, heap func() uint64) bool {
	moved := max(sockets, r.last) - min(sockets, r.last)
	r.last = sockets
	if frames > busyFrames || moved >= tidyStep/10 {
		r.on = true
		return false
	}
	if !r.on {
		return false
	}
	r.on = false
	return heap() >= r.kept+spareMemory
}

// heapBytes is how much memory the heap holds.
func heapBytes() (n uint64) {
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	for _, v := range s {
		n += v.Value.Uint64()
	}
	return n
}
