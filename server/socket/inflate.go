package socket

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// inflation unpacks a client's compressed messages before gorilla reads them: it returns
// whole uncompressed frames. It bounds a message before and after unpacking. Only the
// reading goroutine uses it, and it holds nothing between two messages.
type inflation struct {
	out []byte // unpacked bytes to read next

	head frameHead
	part bool   // the current frame is part of a compressed message
	open bool   // a compressed message has begun
	kind byte   // its opcode
	mask int    // index into the key of the current frame
	pack []byte // compressed bytes of the message so far
	dead bool   // the message was too long or malformed: nothing more is read
}

// inflate takes bytes from the client, and appends to out what gorilla may read.
func (f *inflation) inflate(b []byte) {
	for len(b) > 0 && !f.dead {
		if f.head.skip == 0 {
			whole := f.head.take(b[0])
			b = b[1:]
			if whole {
				f.begin()
			}
			continue
		}
		n := int(min(f.head.skip, uint64(len(b))))
		f.head.skip -= uint64(n)
		f.payload(b[:n])
		b = b[n:]
	}
}

// begin handles the head of a frame.
func (f *inflation) begin() {
	first := f.head.bytes[0]
	op := first & 0x0f
	f.mask = 0
	switch {
	case op&0x08 == 0 && op != 0 && f.open: // a message within another
		f.fail(1)
		return
	case op == 0 && f.open && (first&packedBit != 0 || !f.head.masked()): // only the first frame may have the bit
		f.fail(1)
		return
	case op == 0 && f.open || op != 0 && op&0x08 == 0 && first&packedBit != 0 && f.head.masked():
		f.part = true
		if op != 0 {
			f.open, f.kind = true, op
		}
		if f.head.skip > maxFrame || int(f.head.skip)+len(f.pack) > maxFrame { // a sum of arbitrary sizes would overflow
			f.fail(maxFrame + 1)
			return
		}
	default: // gorilla rejects an invalid head
		f.part = false
		f.out = append(f.out, f.head.bytes[:f.head.have]...)
	}
	f.end()
}

// payload handles bytes of a frame's payload.
func (f *inflation) payload(b []byte) {
	if !f.part {
		f.out = append(f.out, b...)
	} else {
		key := f.head.key()
		for _, c := range b {
			f.pack = append(f.pack, c^key[f.mask&3])
			f.mask++
		}
	}
	f.end()
}

// end checks whether the current frame is complete, and the message with it.
func (f *inflation) end() {
	if f.head.skip > 0 {
		return
	}
	final := f.head.bytes[0]&finalBit != 0
	f.head.have = 0
	if !f.part || !final {
		return
	}
	message, err := inflate(f.pack)
	f.open, f.pack = false, nil
	switch {
	case err != nil:
		f.fail(1)
	case len(message) > maxFrame:
		f.fail(maxFrame + 1)
	default:
		f.hand(f.kind, uint64(len(message)))
		f.out = append(f.out, message...)
	}
}

// hand writes the head of a client's frame with a mask of zeros.
func (f *inflation) hand(kind byte, size uint64) {
	f.out = append(f.out, finalBit|kind, 0x80|127)
	f.out = binary.BigEndian.AppendUint64(f.out, size)
	f.out = append(f.out, 0, 0, 0, 0)
}

// fail makes gorilla end the connection: with a size beyond its bound, or with an invalid
// head.
func (f *inflation) fail(size uint64) {
	f.dead, f.pack = true, nil
	if size > maxFrame {
		f.hand(1, size)
		return
	}
	f.out = append(f.out, 0xff, 0x80) // an invalid opcode and reserved bits
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// endOfMessage is the end that a sender removes from a compressed message (RFC 7692,
// 7.2.1), and an empty last block, after which a reader stops.
const endOfMessage = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// inflate unpacks a message, but at most one byte more than the bound.
func inflate(pack []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	from := io.MultiReader(bytes.NewReader(pack), bytes.NewReader([]byte(endOfMessage)))
	if err := r.(flate.Resetter).Reset(from, nil); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxFrame+1))
}
