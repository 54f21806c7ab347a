//go:build !nocluster

package cluster

import (
	"encoding/binary"
	"encoding/json"
	"errors"
)

// A pack is the body of a message with several commands or answers. Its first byte is its
// form: packsJSON begins with a bracket, later forms with their number. A machine announces
// in its heartbeats which forms it reads, and others use one of these.
const (
	packsJSON   = 0
	packsBinary = 1 // each entry: its number, a number, the name of an object, the body
	packsNow    = packsBinary
)

var errPack = errors.New("malformed pack")

// packed is an entry of a pack.
type packed interface {
	// fields returns two numbers, a name, and the body.
	fields() (n, extra uint64, long string, body []byte)
}

func (c command) fields() (n, extra uint64, long string, body []byte) {
	return c.N, uint64(max(c.MS, 0)), c.Long, c.Body
}

func (r reply) fields() (n, extra uint64, long string, body []byte) {
	if r.Again {
		extra = 1
	}
	return r.N, extra, r.Long, r.Body
}

func commandOf(n, extra uint64, long string, body []byte) command {
	return command{N: n, MS: int64(min(extra, uint64(doWithin.Milliseconds()))), Long: long, Body: body}
}

func replyOf(n, extra uint64, long string, body []byte) reply {
	return reply{N: n, Again: extra&1 != 0, Long: long, Body: body}
}

// encodePack encodes a pack in a form that its receiver reads.
func encodePack[T packed](list []T, form int) ([]byte, error) {
	if form < packsBinary {
		return json.Marshal(list)
	}
	size := 1
	for _, item := range list {
		_, _, long, body := item.fields()
		size += 4*binary.MaxVarintLen64 + len(long) + len(body)
	}
	b := append(make([]byte, 0, size), packsBinary)
	for _, item := range list {
		n, extra, long, body := item.fields()
		b = binary.AppendUvarint(binary.AppendUvarint(b, n), extra)
		b = append(binary.AppendUvarint(b, uint64(len(long))), long...)
		b = append(binary.AppendUvarint(b, uint64(len(body))), body...)
	}
	return b, nil
}

// decodePack decodes a pack of a form up to the given one. The result refers to data.
func decodePack[T any](data []byte, form int, make func(n, extra uint64, long string, body []byte) T) (list []T, err error) {
	switch {
	case len(data) == 0:
		return nil, errPack
	case data[0] == '[':
		return list, json.Unmarshal(data, &list)
	case int(data[0]) != packsBinary || form < packsBinary:
		return nil, errPack
	}
	d := packReader{data[1:], true}
	for len(d.rest) > 0 {
		n, extra := d.number(), d.number()
		long := string(d.bytes())
		body := d.bytes()
		if !d.ok {
			return nil, errPack
		}
		list = append(list, make(n, extra, long, body))
	}
	return list, nil
}

// packReader reads the rest of a pack, as long as it is well formed.
type packReader struct {
	rest []byte
	ok   bool
}

func (d *packReader) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.rest, d.ok = nil, false
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *packReader) bytes() []byte {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.rest, d.ok = nil, false
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}
