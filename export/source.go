package export

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"danmaku/comment"
)

// maxPiece bounds a line, a tag or a text of a file, in bytes: the longest that
// real files hold are programs of some ten thousand.
const maxPiece = 1 << 20

// errTooLarge is a file beyond [MaxFile].
var errTooLarge = flaw(comment.Fault{Code: faultTooLarge, N: MaxFile >> 20})

// limited reads at most MaxFile bytes and tells a longer file from one that ends
// there.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	if int64(len(b)) > l.left+1 {
		b = b[:l.left+1]
	}
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// buffered begins to read a file.
func buffered(r io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(&limited{r, MaxFile}, 64<<10)
}

// place is where something stands in a file.
type place struct{ line, column int }

// source hands a file to the XML package byte by byte, with blanks for what XML
// forbids, and knows where in the file it is. So a file is looked at while it
// comes, and never in memory as a whole.
type source struct {
	r     *bufio.Reader
	ready []byte // what comes next; a reference to a forbidden character is blanked whole
	buf   [16]byte

	read   int64 // bytes handed out
	now    place // behind the character that is being handed out
	before place // of that character
	solid  bool  // something else than blanks has come
	mark   place // of the first such since begin
	marked bool
	begun  int64 // where the piece begins that is being read
	err    error // why reading ended, io.EOF aside
}

func newSource(r *bufio.Reader) *source {
	return &source{r: r, now: place{1, 1}, before: place{1, 1}}
}

// begin notes that a piece begins: the place of its first letter will be asked
// for, and its length has a bound.
func (s *source) begin() { s.begun, s.marked = s.read, false }

// ReadByte implements io.ByteReader.
func (s *source) ReadByte() (byte, error) {
	if len(s.ready) == 0 {
		if err := s.fill(); err != nil {
			if err != io.EOF && s.err == nil {
				s.err = fmt.Errorf("read comments: %w", err)
				if errors.Is(err, errTooLarge) {
					s.err = errTooLarge
				}
			}
			return 0, err
		}
	}
	if s.read-s.begun > maxPiece {
		s.err = fault(s.now, comment.Fault{Code: faultPieceTooLong, N: maxPiece >> 20})
		return 0, s.err
	}
	b := s.ready[0]
	s.ready = s.ready[1:]
	s.read++
	return b, nil
}

// blank takes the place of what XML 1.0 forbids: it is allowed there, as long
// as a control character, and means nothing in a comment, so it is dropped from
// the text. Offsets in the file stay true that way.
const blank = 0x7f

var charRef = regexp.MustCompile(`^&#(?:[0-9]{1,9}|x[0-9A-Fa-f]{1,8});`)

// Read implements io.Reader, which the XML package asks for and does not use.
func (s *source) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	var err error
	if b[0], err = s.ReadByte(); err != nil {
		return 0, err
	}
	return 1, nil
}

// fill reads one character, or one reference that is to be blanked.
func (s *source) fill() error {
	b, err := s.r.ReadByte()
	if err != nil {
		return err
	}
	s.before = s.now
	r, n := rune(b), 1
	s.buf[0] = b
	if b >= utf8.RuneSelf {
		more, _ := s.r.Peek(utf8.UTFMax - 1) // fewer at the end of the file
		n = 1 + copy(s.buf[1:], more)
		r, n = utf8.DecodeRune(s.buf[:n])
		_, _ = s.r.Discard(n - 1) // they were seen
	}
	switch {
	case b == '&':
		if ref := s.forbidden(); ref > 0 {
			n = ref
			blankOut(s.buf[:n])
		}
	case !legal(r):
		blankOut(s.buf[:n])
	}
	s.ready = s.buf[:n]
	if s.buf[0] != blank && r != '\ufeff' && r != ' ' && r != '\t' && r != '\r' && r != '\n' {
		s.solid = true
		if !s.marked {
			s.mark, s.marked = s.now, true
		}
	}
	switch {
	case b == '\n':
		s.now = place{s.now.line + 1, 1}
	case r == '\ufeff' && s.now.column == 1: // no letter, but the mark of an encoding
	case b == '&':
		s.now.column += n
	default:
		s.now.column++
	}
	return nil
}

// forbidden is the length of the reference that begins here when what it names
// is forbidden, else 0. The rest of it is taken.
func (s *source) forbidden() int {
	const longest = 12
	rest, _ := s.r.Peek(longest - 1) // fewer at the end of the file
	ref := charRef.Find(append([]byte{'&'}, rest...))
	if ref == nil {
		return 0
	}
	digits, base := string(ref[2:len(ref)-1]), 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	if n, err := strconv.ParseUint(digits, base, 32); err == nil && n <= utf8.MaxRune && legal(rune(n)) {
		return 0
	}
	_, _ = s.r.Discard(len(ref) - 1) // they were seen
	return len(ref)
}

func blankOut(b []byte) {
	for i := range b {
		b[i] = blank
	}
}

// at gives the place of an offset: of what comes next, or of what was handed out
// last and given back.
func (s *source) at(offset int64) place {
	if offset < s.read || len(s.ready) > 0 {
		return s.before
	}
	return s.now
}

// lines gives the lines of a file one by one, without what is longer than
// maxPiece: then long is true, and the line empty.
func lines(r *bufio.Reader, yield func(number int, line []byte, long bool) error) error {
	var whole []byte
	for number := 1; ; {
		part, err := r.ReadSlice('\n')
		long := len(whole)+len(part) > maxPiece
		for errors.Is(err, bufio.ErrBufferFull) {
			if whole = append(whole, part...); len(whole) > maxPiece {
				long, whole = true, whole[:0]
			}
			part, err = r.ReadSlice('\n')
		}
		if err != nil && err != io.EOF {
			if errors.Is(err, errTooLarge) {
				return errTooLarge
			}
			return fmt.Errorf("read comments: %w", err)
		}
		if whole = append(whole, part...); long {
			whole = whole[:0]
		}
		if len(whole) > 0 || long {
			if err := yield(number, bytes.TrimSuffix(whole, []byte("\n")), long); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		number++
		whole = whole[:0]
	}
}
