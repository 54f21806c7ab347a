package export

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// packed unpacks a gzip file of one or more members. A truncated file ends where unpacking
// fails. Zeros between and behind the members count for nothing: tapes and disks pad files to
// whole blocks.
type packed struct {
	from   *bufio.Reader
	zip    *gzip.Reader // nil: not begun
	source *limited     // the packed file
	broken error        // why it could not be unpacked to its end
	tail   bool         // something else is behind the last member
}

func newPacked(from *bufio.Reader, source *limited) *packed {
	return &packed{from: from, source: source}
}

// gzipStart is how every member begins.
var gzipStart = []byte("\x1f\x8b\x08")

func (p *packed) Read(b []byte) (n int, err error) {
	if p.broken != nil {
		return 0, io.EOF
	}
	if p.zip == nil {
		if p.zip, err = gzip.NewReader(p.from); err == nil {
			p.zip.Multistream(false)
		}
	}
	for err == nil {
		n, err = p.zip.Read(b)
		if n > 0 && err == io.EOF {
			return n, nil // the next call finds the end again
		}
		if err != io.EOF {
			break
		}
		if err = p.next(); err == io.EOF {
			return 0, p.ended()
		}
	}
	switch {
	case err == nil:
		return n, nil
	case p.source.err != nil: // an error of reading, not a fault in the file
		return n, p.source.err
	}
	p.broken = err
	return n, nil
}

// next begins the next member. It returns io.EOF if there is none.
func (p *packed) next() error {
	for {
		zeros, err := p.from.Peek(1)
		if len(zeros) == 0 {
			return err
		}
		zeros, _ = p.from.Peek(p.from.Buffered())
		n := len(zeros) - len(bytes.TrimLeft(zeros, "\x00"))
		_, _ = p.from.Discard(n)
		if n < len(zeros) {
			break
		}
	}
	start, _ := p.from.Peek(len(gzipStart))
	if !bytes.HasPrefix(gzipStart, start) {
		p.tail = true
		return io.EOF
	}
	if err := p.zip.Reset(p.from); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	p.zip.Multistream(false)
	return nil
}

// ended returns how reading ends behind the last member.
func (p *packed) ended() error {
	if p.source.err != nil {
		return p.source.err
	}
	return io.EOF
}
