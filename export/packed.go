package export

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"unicode/utf8"
)

// packed unpacks a gzip file of one or more members, or an answer of a server that was saved as
// it came, in deflate. A truncated file ends where unpacking fails. Zeros between and behind
// the members count for nothing: tapes and disks pad files to whole blocks.
type packed struct {
	from   *bufio.Reader
	begin  func(io.Reader) (io.ReadCloser, error) // of deflate; nil: gzip
	zip    io.ReadCloser                          // nil: not begun
	source *limited                               // the packed file
	broken error                                  // why it could not be unpacked to its end
	tail   bool                                   // something else is behind the last member
}

// newPacked begins to unpack a file. It returns nil if the file is not packed.
func newPacked(from *bufio.Reader, source *limited) *packed {
	if start, _ := from.Peek(len(gzipStart)); bytes.Equal(start, gzipStart) {
		return &packed{from: from, source: source}
	}
	if head, _ := from.Peek(from.Size()); len(head) > 0 {
		if begin := deflated(head); begin != nil {
			return &packed{from: from, source: source, begin: begin}
		}
	}
	return nil
}

// deflated returns how to unpack a file that begins with head and is in deflate, with the
// header of zlib or, as Bilibili's server sends its XML, without one. Such a file has no
// signature, so what is in it must look like comments.
func deflated(head []byte) func(io.Reader) (io.ReadCloser, error) {
	if utf8.Valid(head) && !isBinary(head) {
		return nil
	}
	for _, begin := range []func(io.Reader) (io.ReadCloser, error){
		zlib.NewReader,
		func(r io.Reader) (io.ReadCloser, error) { return flate.NewReader(r), nil },
	} {
		zip, err := begin(bytes.NewReader(head))
		if err != nil {
			continue
		}
		start := make([]byte, 512)
		n, _ := io.ReadFull(zip, start)
		if start = start[:n]; markupStart.Match(bytes.TrimLeft(start, "\ufeff \t\r\n")) && !isBinary(start) {
			return begin
		}
	}
	return nil
}

// damage returns the fault of a file that could not be unpacked to its end.
func (p *packed) damage() string {
	switch {
	case errors.Is(p.broken, io.ErrUnexpectedEOF), errors.Is(p.broken, io.EOF):
		return faultGzipTruncated
	case errors.Is(p.broken, gzip.ErrChecksum), errors.Is(p.broken, zlib.ErrChecksum):
		return faultGzipSum
	}
	return faultGzipDamaged
}

// gzipStart is how every member begins.
var gzipStart = []byte("\x1f\x8b\x08")

func (p *packed) Read(b []byte) (n int, err error) {
	if p.broken != nil {
		return 0, io.EOF
	}
	if p.zip == nil {
		err = p.start()
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

// start begins to unpack.
func (p *packed) start() (err error) {
	if p.begin != nil {
		p.zip, err = p.begin(p.from)
		return err
	}
	zip, err := gzip.NewReader(p.from)
	if err != nil {
		return err
	}
	zip.Multistream(false)
	p.zip = zip
	return nil
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
	zip, ok := p.zip.(*gzip.Reader)
	if !ok || !bytes.HasPrefix(gzipStart, start) {
		p.tail = true
		return io.EOF
	}
	if err := zip.Reset(p.from); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	zip.Multistream(false)
	return nil
}

// ended returns how reading ends behind the last member.
func (p *packed) ended() error {
	if p.source.err != nil {
		return p.source.err
	}
	return io.EOF
}
