package export

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// maxPiece bounds one comment of a file with its surroundings, in bytes: a line, a tag, a
// text, a JSON object. The longest that real files hold are programs of some ten thousand.
const maxPiece = 1 << 20

// maxDepth bounds how deep elements, objects and arrays are nested. Real files
// need 16: some recorders add a style sheet to their XML.
const maxDepth = 64

// maxDeep is how many elements of a file may be nested deeper: each is skipped. A file with
// more of them is refused.
const maxDeep = 1_000

// errTooLarge reports a file larger than [MaxFile], errUnpackedTooLarge one that is larger once
// it is unpacked.
var (
	errTooLarge         = flaw(room.Fault{Code: faultTooLarge, N: MaxFile >> 20})
	errUnpackedTooLarge = flaw(room.Fault{Code: faultUnpackedTooLarge, N: MaxFile >> 20})
)

// limited reads at most MaxFile bytes. A file that is longer ends in
// tooLarge, not in io.EOF.
type limited struct {
	r        io.Reader
	left     int64
	tooLarge error
	err      error // of r, except io.EOF
}

func (l *limited) Read(b []byte) (int, error) {
	if int64(len(b)) > l.left+1 {
		b = b[:l.left+1]
	}
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		n, err = 0, l.tooLarge
	}
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

// buffered starts to read a file, or what was packed in one. tooLarge is the error if that is
// longer than MaxFile.
func buffered(r io.Reader, tooLarge error) *bufio.Reader {
	return bufio.NewReaderSize(&limited{r: r, left: MaxFile, tooLarge: tooLarge}, headSize)
}

// place is a position in a file.
type place struct{ line, column int }

// after returns the position after b, which begins at p. Columns count characters.
func (p place) after(b []byte) place {
	for _, c := range b {
		p = p.next(c)
	}
	return p
}

func (p place) next(c byte) place {
	switch {
	case c == '\n':
		return place{p.line + 1, 1}
	case utf8.RuneStart(c):
		return place{p.line, p.column + 1}
	}
	return p // the rest of a character
}

// input reads a file byte by byte and tracks its position. So a file is examined as it
// arrives, and is never in memory as a whole.
type input struct {
	r   *bufio.Reader
	now place // of the next byte
	err error // why reading ended, except io.EOF
}

func newInput(r *bufio.Reader) *input { return &input{r: r, now: place{1, 1}} }

// next returns the next byte. It returns false at the end, see err.
func (in *input) next() (byte, bool) {
	b, err := in.r.ReadByte()
	if err != nil {
		in.failed(err)
		return 0, false
	}
	in.now = in.now.next(b)
	return b, true
}

// discard consumes n bytes that peek returned, in formats without lines.
func (in *input) discard(n int) { _, _ = in.r.Discard(n) }

// Read implements io.Reader for formats without lines.
func (in *input) Read(b []byte) (int, error) {
	n, err := in.r.Read(b)
	if err != nil {
		in.failed(err)
	}
	return n, err
}

// peek returns up to n of the next bytes, fewer at the end of the file.
func (in *input) peek(n int) []byte {
	b, err := in.r.Peek(n)
	if err != nil && len(b) == 0 {
		in.failed(err)
	}
	return b
}

// skip consumes n bytes that peek returned.
func (in *input) skip(n int) {
	b, _ := in.r.Peek(n)
	in.now = in.now.after(b)
	_, _ = in.r.Discard(len(b))
}

// upTo consumes the bytes that have arrived up to the first of stops. It returns nothing when
// one of stops is next, and at the end of the file. The bytes are valid until the next call.
func (in *input) upTo(stops string) []byte {
	if len(in.peek(1)) == 0 {
		return nil
	}
	b, _ := in.r.Peek(in.r.Buffered())
	if i := bytes.IndexAny(b, stops); i >= 0 {
		b = b[:i]
	}
	in.now = in.now.after(b)
	_, _ = in.r.Discard(len(b))
	return b
}

// blanks skips white space and returns the byte after it without consuming it. It returns
// false at the end.
func (in *input) blanks() (byte, bool) {
	for {
		b := in.peek(1)
		if len(b) == 0 {
			return 0, false
		}
		if !isBlank(b[0]) {
			return b[0], true
		}
		in.skip(1)
	}
}

func isBlank(b byte) bool { return strings.IndexByte(blankBytes, b) >= 0 }

// blankBytes is white space. A file that was being written during a power failure may end in
// zeros.
const blankBytes = " \t\n\r\x00"

func (in *input) failed(err error) {
	if err != io.EOF && in.err == nil {
		in.err = readError(err)
	}
}

// readError returns the reason why a file could not be read to its end.
func readError(err error) error {
	var bad *room.Fault
	if errors.As(err, &bad) {
		return bad
	}
	return fmt.Errorf("read comments: %w", err)
}

// lines calls yield for each line of a file. A line longer than maxPiece is empty, and long is
// true. A line ends with LF, CR LF or, as old programs write, CR. truncated is true when the
// file ends before the line does.
func (in *input) lines(yield func(number int, line []byte, long, truncated bool) error) error {
	var line []byte
	for number := in.now.line; ; number++ {
		line = line[:0]
		long, some := false, false
		var end byte
		for end == 0 && len(in.peek(1)) > 0 {
			part, _ := in.r.Peek(in.r.Buffered())
			if i := bytes.IndexAny(part, "\r\n"); i >= 0 {
				part, end = part[:i], part[i]
			}
			some = true
			if long = long || len(line)+len(part) > maxPiece; !long {
				line = append(line, part...)
			}
			_, _ = in.r.Discard(len(part))
		}
		if in.err != nil {
			return in.err
		}
		if end != 0 {
			_, _ = in.r.Discard(1)
			if next := in.peek(1); end == '\r' && len(next) > 0 && next[0] == '\n' {
				_, _ = in.r.Discard(1)
			}
		}
		if long {
			line = line[:0]
		}
		if some {
			if err := yield(number, bytes.TrimPrefix(line, byteOrderMark), long, end == 0); err != nil {
				return err
			}
		}
		if end == 0 {
			return nil
		}
		in.now = place{number + 1, 1}
	}
}

// byteOrderMark is not part of the text at the beginning of a file or, in joined files, of a
// line.
var byteOrderMark = []byte("\ufeff")

// firstLine splits text after its first line.
func firstLine(text []byte) (line, rest []byte, whole bool) {
	i := bytes.IndexAny(text, "\r\n")
	if i < 0 {
		return text, nil, false
	}
	return text[:i], bytes.TrimPrefix(text[i+1:], []byte("\n")), true
}
