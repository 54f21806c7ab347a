package bilibili

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/andybalholm/brotli"
)

// headerSize is the length of a packet's header: total length, header length,
// version, operation and sequence number, big endian.
const headerSize = 16

// Operations of a packet.
const (
	opHeartbeat       = 2
	opHeartbeatAnswer = 3
	opMessage         = 5
	opAuth            = 7
	opAuthAnswer      = 8
)

// Versions of a packet's body.
const (
	plain      = 0
	integers   = 1
	zlibbed    = 2
	brotlied   = 3
	maxFrame   = 8 << 20  // bytes of one WebSocket message
	maxUnpack  = 16 << 20 // bytes that the compressed packets of one WebSocket message may unpack to
	maxPackets = 4_096    // of one WebSocket message
	maxNesting = 2
)

var errPacket = errors.New("malformed packet")

// packet is one packet with an uncompressed body.
type packet struct {
	op   uint32
	body []byte
}

// encode returns a packet as clients send it.
func encode(op uint32, body []byte) []byte {
	out := make([]byte, headerSize, headerSize+len(body))
	binary.BigEndian.PutUint32(out, uint32(headerSize+len(body)))
	binary.BigEndian.PutUint16(out[4:], headerSize)
	binary.BigEndian.PutUint16(out[6:], integers)
	binary.BigEndian.PutUint32(out[8:], op)
	binary.BigEndian.PutUint32(out[12:], 1)
	return append(out, body...)
}

// decode decodes all packets of a WebSocket message. It unpacks compressed ones within
// bounds, which apply to the message as a whole. With an error it returns the packets
// before the fault.
func decode(frame []byte) ([]packet, error) {
	u := unpacker{left: maxUnpack}
	err := u.unpack(frame, 0)
	return u.out, err
}

// unpacker unpacks one WebSocket message.
type unpacker struct {
	out  []packet
	left int // bytes that compressed packets may still unpack to
}

func (u *unpacker) unpack(frame []byte, nesting int) error {
	for len(frame) > 0 {
		h, ok := headerOf(frame)
		if !ok {
			return errPacket
		}
		if len(u.out) >= maxPackets {
			return fmt.Errorf("%w: more than %d in a frame", errPacket, maxPackets)
		}
		if h.op == opHeartbeatAnswer {
			// Four bytes, after which our message may be echoed; the length may or may not
			// include it. Another packet may follow.
			end := min(h.total, len(frame))
			rest := frame[end:]
			if next, ok := headerOf(rest); !ok || next.total > len(rest) {
				end, rest = len(frame), nil
			}
			u.out = append(u.out, packet{op: h.op, body: frame[h.size:end]})
			frame = rest
			continue
		}
		if h.total > len(frame) {
			return errPacket
		}
		body := frame[h.size:h.total]
		frame = frame[h.total:]
		var unpacked io.Reader
		switch h.version {
		case zlibbed:
			r, err := zlib.NewReader(bytes.NewReader(body))
			if err != nil {
				return fmt.Errorf("%w: %w", errPacket, err)
			}
			unpacked = r
		case brotlied:
			unpacked = brotli.NewReader(bytes.NewReader(body))
		default:
			u.out = append(u.out, packet{op: h.op, body: body})
			continue
		}
		if nesting == maxNesting {
			return fmt.Errorf("%w: packed more than %d times", errPacket, maxNesting)
		}
		inner, err := io.ReadAll(io.LimitReader(unpacked, int64(u.left)+1))
		if err != nil {
			return fmt.Errorf("%w: %w", errPacket, err)
		}
		if u.left -= len(inner); u.left < 0 {
			return fmt.Errorf("%w: unpacks to more than %d bytes", errPacket, maxUnpack)
		}
		if err := u.unpack(inner, nesting+1); err != nil {
			return err
		}
	}
	return nil
}

// header is the header of a packet. total includes it.
type header struct {
	total, size int
	version     uint16
	op          uint32
}

// headerOf decodes the header at the start of a frame. The body may be missing.
func headerOf(frame []byte) (h header, ok bool) {
	if len(frame) < headerSize {
		return h, false
	}
	total := binary.BigEndian.Uint32(frame)
	h = header{
		total: int(min(total, math.MaxInt32)), size: int(binary.BigEndian.Uint16(frame[4:])),
		version: binary.BigEndian.Uint16(frame[6:]), op: binary.BigEndian.Uint32(frame[8:]),
	}
	return h, h.size >= headerSize && h.total >= h.size && h.size <= len(frame)
}
