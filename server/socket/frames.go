package socket

import (
	"encoding/binary"
	"time"
)

// frameHead gathers the head of a client's frame byte by byte (RFC 6455, 5.2).
type frameHead struct {
	bytes [14]byte
	have  int
	skip  uint64 // remaining bytes of the payload
}

// take takes the next byte of a head, and reports whether the head is complete. Then skip
// has the length of the payload; the caller resets have.
func (h *frameHead) take(b byte) (whole bool) {
	h.bytes[h.have] = b
	h.have++
	if h.have < 2 {
		return false
	}
	size := uint64(h.bytes[1] & 0x7f)
	length := 2
	switch size {
	case 126:
		length += 2
	case 127:
		length += 8
	}
	key := 0
	if h.masked() {
		key = 4
	}
	if h.have < length+key {
		return false
	}
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(h.bytes[2:]))
	case 127:
		size = binary.BigEndian.Uint64(h.bytes[2:])
	}
	h.skip = size
	return true
}

func (h *frameHead) masked() bool { return h.bytes[1]&0x80 != 0 }

// key returns the mask of a complete head.
func (h *frameHead) key() [4]byte { return [4]byte(h.bytes[h.have-4 : h.have]) }

// frameHeads follows the heads of a client's frames through the bytes that are read.
// gorilla joins the frames of a message without reporting their number, and an empty one
// costs its sender six bytes and does not count as a message.
type frameHeads struct{ head frameHead }

// continued returns how many continuation frames begin in b.
func (h *frameHeads) continued(b []byte) (n int) {
	for len(b) > 0 {
		if h.head.skip > 0 {
			passed := min(h.head.skip, uint64(len(b)))
			h.head.skip -= passed
			b = b[passed:]
			continue
		}
		if h.head.take(b[0]) {
			if h.head.bytes[0]&0x0f == 0 {
				n++
			}
			h.head.have = 0
		}
		b = b[1:]
	}
	return n
}

// continuations counts the continuation frames of a client. Only the reading goroutine uses
// it.
type continuations struct {
	heads   frameHeads
	bucket  bucket
	elapsed func() time.Duration
	flooded func() // called for each frame over the limit
}

func (c *continuations) read(b []byte) {
	for range c.heads.continued(b) {
		if !c.bucket.take(c.elapsed()) {
			c.flooded()
		}
	}
}

// Read is gorilla's. It counts continuation frames and unpacks messages.
func (s *stream) Read(b []byte) (n int, err error) {
	if s.inflation == nil {
		n, err = s.Conn.Read(b)
		s.came(b[:n])
		return n, err
	}
	for len(s.inflation.out) == 0 {
		n, err = s.Conn.Read(b)
		s.came(b[:n])
		s.inflation.inflate(b[:n])
		if err != nil && len(s.inflation.out) == 0 {
			return 0, err
		}
	}
	n = copy(b, s.inflation.out)
	if s.inflation.out = s.inflation.out[n:]; len(s.inflation.out) == 0 {
		s.inflation.out = nil
	}
	return n, nil
}

func (s *stream) came(b []byte) {
	if s.continuations != nil {
		s.continuations.read(b)
	}
}
