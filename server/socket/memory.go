package socket

import (
	"runtime/debug"
	"runtime/metrics"
)

// This file returns memory to the system after a busy time. The runtime by itself keeps as
// much as it needed then: it collects when the heap has doubled, which never happens in a
// quiet hour.

// tidyStep is how many new sockets make tidying worthwhile.
const tidyStep = 1000

// spareMemory is how much unused memory the runtime may keep.
const spareMemory = 16 << 20

// busyFrames is a number of frames between heartbeats that an idle room does not reach.
const busyFrames = 20

// tidy returns memory to the system after a storm of handshakes, which leaves as much
// garbage as the sockets themselves use, and after a time with many frames or with many
// sockets that joined and left. It waits until that is over, since it costs a collection.
func (h *Handler) tidy() {
	frames := h.hub.frames.Swap(0)
	sockets := h.hub.total.Load()
	storm, rush := h.storm.over(sockets), h.rush.over(frames, sockets, heapBytes)
	if storm || rush {
		debug.FreeOSMemory()
	}
	if rush { // a storm may end during a busy time
		h.rush.kept = heapBytes()
	}
}

// storm compares the number of sockets between heartbeats.
type storm struct {
	before int64 // at the last heartbeat
	tidied int64 // sockets at the last tidying, or the smallest number since
}

// over returns true once after every storm that has left something.
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

// rush counts the frames that are broadcast between heartbeats, and the sockets that join
// or leave.
type rush struct {
	on   bool
	last int64  // sockets at the last heartbeat
	kept uint64 // bytes of the heap that remained after the last tidying
}

// over returns true once after every busy time that has left something. It compares with
// the last quiet time, since the collector still counts as live what was in use at its last
// cycle.
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

// heapBytes returns how much memory the heap holds.
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
