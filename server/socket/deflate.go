package socket

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/klauspost/compress/flate"

	"danmaku/live/fanout"
)

// Broadcasts are compressed by permessage-deflate (RFC 7692), once for all who read the
// same form. A client's window holds only what was compressed for it, and everything
// compressed is the same for all, so all who were there from one frame on have the same
// window: such frames are a chain, in which each frame is compressed with the earlier ones
// as its dictionary. A later client follows once the chain restarts. A frame for one client
// is never compressed, so it is in no window.

// reads is the set of forms that a client reads.
type reads uint8

const (
	readsBrief   reads = 1 << iota // the brief form of frames
	readsDeflate                   // compressed messages
	readsAlone                     // … that do not refer to earlier ones
)

const (
	// packLevel is about as good as any (docs/dev/performance.md).
	packLevel = 6
	// packLeast is the smallest message worth compressing.
	packLeast = 64
	// chainWindow is how many bytes before a frame it may refer to.
	chainWindow = 4 << 10
	// chainLength is the number of frames after which a chain restarts for clients that
	// wait. It restarts at once when more than half wait.
	chainLength = 16
)

// extension is the name of the header that negotiates compression, in a spelling that
// gorilla does not recognize: it writes the header as it is, and does not compress. Its own
// implementation compresses for each client, and unpacks 400,000 bytes from a frame of 512.
const extension = "Sec-WebSocket-Extensions"

// negotiate returns what a client that offers compression reads, and the answer to its
// offer; both are empty when there is no acceptable offer.
func negotiate(r *http.Request) (what reads, answer string) {
	for _, header := range r.Header.Values(extension) {
		for offer := range strings.SplitSeq(header, ",") {
			params := strings.Split(offer, ";")
			if strings.TrimSpace(params[0]) != "permessage-deflate" {
				continue
			}
			if what, ok := offered(params[1:]); ok {
				answer = "permessage-deflate; client_no_context_takeover"
				if what&readsAlone != 0 {
					answer += "; server_no_context_takeover"
				}
				return what, answer
			}
		}
	}
	return 0, ""
}

// agree determines what a client reads, and answers in the header of its handshake.
func (s *stream) agree(r *http.Request, answer http.Header) {
	a := s.client.arrival
	if a.Brief {
		s.reads |= readsBrief
	}
	if a.Plain {
		return
	}
	if what, agreed := negotiate(r); agreed != "" {
		s.reads |= what
		s.inflation = &inflation{}
		answer[extension] = []string{agreed} // not Set: gorilla refuses the name in its canonical spelling
	}
}

// offered reads the parameters of an offer. It does not accept one that asks for a smaller
// window.
func offered(params []string) (what reads, ok bool) {
	what = readsDeflate
	seen := map[string]bool{}
	for _, p := range params {
		name, value, valued := strings.Cut(strings.TrimSpace(p), "=")
		name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
		switch {
		case seen[name]:
			return 0, false
		case name == "server_no_context_takeover" && !valued:
			what |= readsAlone
		case name == "client_no_context_takeover" && !valued:
		case name == "client_max_window_bits": // concerns what the client sends: any value is acceptable
		case name == "server_max_window_bits" && value == "15":
		default:
			return 0, false
		}
		seen[name] = true
	}
	return what, true
}

// chain is the shared state of a form's compressed frames.
type chain struct {
	last    uint32 // number of its last frame
	window  []byte // the last bytes before the next frame
	frames  int    // since the beginning
	follow  int    // clients that followed at the last frame
	waiting int    // clients that read compressed frames and did not follow
}

// forms makes a frame's parcels, each when it is first needed.
type forms struct {
	group    *group
	launched *inFlight
	number   uint32 // of the frame
	of       func(*stream) *parcel
	list     [2]form
}

type form struct {
	payload             []byte
	plain, alone, along *parcel // uncompressed, compressed by itself, as the next of the chain
	chain               *chain
	fresh               bool // the chain begins with this frame
	follow, waiting     int
}

// forms returns the forms of a frame, with the group's chains. The caller holds sending.
func (g *group) forms(frame fanout.Frame, launched *inFlight) *forms {
	g.numbered++
	f := &forms{group: g, launched: launched, number: g.numbered}
	f.list[0].payload, f.list[1].payload = frame.Full, frame.Brief
	for i := range f.list {
		c := g.chains[i]
		f.list[i].chain = c
		f.list[i].fresh = c != nil && (c.frames == 0 || c.waiting > c.follow || c.waiting > 0 && c.frames >= chainLength)
		if f.list[i].fresh {
			c.frames, c.window = 0, c.window[:0]
		}
	}
	f.of = f.parcel
	return f
}

// parcel returns the parcel for a client.
func (f *forms) parcel(s *stream) *parcel {
	i := 0
	if s.reads&readsBrief != 0 {
		i = 1
	}
	w := &f.list[i]
	if s.reads&readsDeflate == 0 || len(w.payload) < packLeast {
		return f.made(&w.plain, w.payload, false, nil)
	}
	if s.reads&readsAlone != 0 {
		return f.made(&w.alone, w.payload, true, nil)
	}
	if w.chain == nil { // the first client that wants one
		w.chain, w.fresh = &chain{}, true
		f.group.chains[i] = w.chain
	}
	if !w.fresh && s.chain != w.chain.last { // it has missed frames of the chain
		w.waiting++
		return f.made(&w.alone, w.payload, true, nil)
	}
	s.chain = f.number
	w.follow++
	return f.made(&w.along, w.payload, true, w.chain.window)
}

func (f *forms) made(p **parcel, payload []byte, packed bool, window []byte) *parcel {
	if *p == nil {
		*p = &parcel{launched: f.launched}
		if packed {
			(*p).wire = appendFrame(nil, finalBit|packedBit|websocket.TextMessage, deflate(payload, window))
		} else {
			(*p).wire = frameOf(payload)
		}
	}
	return *p
}

// close moves the chains on. A chain that no socket follows is dropped with its window.
func (f *forms) close() {
	for i := range f.list {
		w := &f.list[i]
		switch c := w.chain; {
		case c == nil:
		case w.follow == 0 && len(w.payload) >= packLeast:
			f.group.chains[i] = nil
		case w.along != nil:
			c.last = f.number
			c.frames++
			c.follow, c.waiting = w.follow, w.waiting
			c.window = append(c.window, w.payload...)
			c.window = c.window[max(len(c.window)-chainWindow, 0):]
		}
	}
}

// packer holds what compressing one frame needs; thousands of rooms share a few.
type packer struct {
	out bytes.Buffer
	*flate.Writer
}

var packers = sync.Pool{New: func() any {
	p := &packer{}
	p.Writer, _ = flate.NewWriter(&p.out, packLevel) // the level is valid
	return p
}}

// deflate compresses a message for clients whose window ends with the given bytes.
func deflate(message, window []byte) []byte {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.out.Reset()
	p.ResetDict(&p.out, window)
	_, _ = p.Write(message) // into memory
	_ = p.Flush()
	return bytes.Clone(bytes.TrimSuffix(p.out.Bytes(), []byte{0, 0, 0xff, 0xff}))
}
