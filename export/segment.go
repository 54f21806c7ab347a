package export

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"danmaku/room"
)

// The fields of the message DanmakuElem. seg.so has one message for each comment, as its field
// 1.
const (
	elemID       = protowire.Number(1)
	elemProgress = protowire.Number(2) // milliseconds
	elemMode     = protowire.Number(3)
	elemHeight   = protowire.Number(4)
	elemColor    = protowire.Number(5)
	elemMidHash  = protowire.Number(6)
	elemContent  = protowire.Number(7)
	elemCtime    = protowire.Number(8)
	elemIDStr    = protowire.Number(12)
)

// segmentElem is the field of a response that contains comments.
const segmentElem = protowire.Number(1)

// segment is a seg.so that is being read.
type segment struct {
	*reading
	in    *input
	n     int // comments so far
	tries int // bytes that may still be examined behind damaged places
}

// scanSegment passes on the comments of seg.so, one after the other. Joined files count as one
// file. The line of a comment is its number, because the format has no lines.
func scanSegment(in *input, rd *reading) error {
	s := &segment{reading: rd, in: in, tries: MaxFile}
	for len(in.peek(1)) > 0 {
		whole, err := s.field()
		if err == nil && !whole {
			err = s.resume()
		}
		if err != nil {
			return err
		}
	}
	return in.err
}

// longestHead is how many bytes the number of a field and its size take at most, or a number.
const longestHead = 2 * binary.MaxVarintLen64

// field reads the field that begins here. It returns whole = false and stays here if the file
// is damaged or ends within the field.
func (s *segment) field() (whole bool, err error) {
	head := s.in.peek(longestHead)
	number, kind, n := protowire.ConsumeTag(head)
	if n < 0 {
		return false, nil
	}
	if kind != protowire.BytesType {
		m := protowire.ConsumeFieldValue(number, kind, head[n:])
		if m < 0 || kind == protowire.StartGroupType {
			return false, nil
		}
		s.in.discard(n + m)
		return true, nil
	}
	size, m := protowire.ConsumeVarint(head[n:])
	switch {
	case m < 0 || size > MaxFile, number == segmentElem && size > longestElem && !isSegment(s.in.peek(s.in.r.Size())):
		return false, nil
	case size > maxPiece || int(size)+n+m > s.in.r.Size():
		return s.long(number, n+m, int(size))
	}
	b := s.in.peek(n + m + int(size))
	if len(b) < n+m+int(size) || number == segmentElem && !soundElem(b[n+m:]) {
		return false, nil
	}
	if number == segmentElem {
		s.n++
		err = readElem(s.reading, place{s.n, 1}, b[n+m:])
	}
	s.in.discard(n + m + int(size))
	return true, err
}

// long reads a field that does not fit into the buffer, behind its head.
func (s *segment) long(number protowire.Number, head, size int) (whole bool, err error) {
	s.in.discard(head)
	if number != segmentElem || size > maxPiece {
		if number == segmentElem {
			s.n++
			if err := s.begin(place{s.n, 1}); err != nil {
				return false, err
			}
			s.unread(room.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
		}
		_, err = io.CopyN(io.Discard, s.in, int64(size))
		return err == nil, s.in.err
	}
	elem := make([]byte, size)
	if _, err = io.ReadFull(s.in, elem); err != nil {
		return false, s.in.err
	}
	s.n++
	return true, readElem(s.reading, place{s.n, 1}, elem)
}

// longestElem is how long a comment behind a damaged place may be to be found; behind it the
// file is read as usual.
const longestElem = 4096

// resume skips a damaged comment up to the next whole one. If there is none, the file is cut
// off; zeros at its end count for nothing.
func (s *segment) resume() error {
	at := place{s.n + 1, 1}
	damaged := len(s.in.peek(1)) == 0 // the file ended in a long field
	for first := 1; s.in.err == nil; first = 0 {
		b := s.in.peek(s.in.r.Size())
		skipped := len(b) // unless a comment is found
		found := false
		for i := first; i < len(b) && s.tries > 0 && !found; i++ {
			if found = s.elemAt(b[i:]); found {
				skipped = i
			}
		}
		end := len(b) < s.in.r.Size() || s.tries <= 0
		if !found && !end {
			skipped -= longestElem // one may begin there
		}
		damaged = damaged || len(bytes.Trim(b[:skipped], "\x00")) > 0
		s.in.discard(skipped)
		switch {
		case found && s.strict, end && !found && s.strict && damaged:
			return fault(at, room.Fault{Code: faultSegmentTruncated})
		case found:
			s.n++
			if err := s.begin(at); err != nil {
				return err
			}
			s.unread(room.Fault{Code: faultElem})
			return nil
		case end && damaged:
			if err := s.truncated(at, room.Fault{Code: faultSegmentTruncated}); err != nil {
				return err
			}
		}
		if end {
			_, err := io.Copy(io.Discard, s.in)
			return err
		}
	}
	return s.in.err
}

// elemAt reports whether a whole comment with a text begins here.
func (s *segment) elemAt(b []byte) bool {
	number, kind, n := protowire.ConsumeTag(b[:min(len(b), longestHead)])
	if n < 0 || number != segmentElem || kind != protowire.BytesType {
		return false
	}
	size, m := protowire.ConsumeVarint(b[n:])
	if m < 0 || size < 4 || size > longestElem || n+m+int(size) > len(b) {
		return false
	}
	s.tries -= int(size)
	elem := b[n+m:][:size]
	if !isSegment(b[:n+m+int(size)]) || !soundElem(elem) {
		return false
	}
	fields, text := 0, false
	for ; len(elem) > 0; fields++ {
		number, _, n := protowire.ConsumeField(elem)
		if number == elemContent {
			content, _ := protowire.ConsumeBytes(elem[1:])
			text = len(content) > 0 && utf8.Valid(content)
		}
		elem = elem[n:]
	}
	const fewest = 4 // real ones have seven
	return text && fields >= fewest
}

// holdsSegment reports whether a file whose beginning is damaged is a seg.so.
func holdsSegment(head []byte) bool {
	s := &segment{tries: MaxFile}
	for i := range head {
		if s.elemAt(head[i:]) {
			return true
		}
	}
	return false
}

// soundElem reports whether a comment consists of whole fields.
func soundElem(b []byte) bool {
	for len(b) > 0 {
		_, _, n := protowire.ConsumeField(b)
		if n < 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// readElem reads one DanmakuElem.
func readElem(rd *reading, at place, b []byte) error {
	if err := rd.begin(at); err != nil {
		return err
	}
	numbers := map[protowire.Number]uint64{}
	texts := map[protowire.Number]string{}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			rd.unread(room.Fault{Code: faultElem})
			return nil
		}
		b = b[n:]
		switch kind {
		case protowire.VarintType:
			numbers[number], n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			var v []byte
			v, n = protowire.ConsumeBytes(b)
			switch number {
			case elemMidHash, elemContent, elemIDStr:
				texts[number] = string(v)
			}
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			rd.unread(room.Fault{Code: faultElem})
			return nil
		}
		b = b[n:]
	}
	text, ok := validText(texts[elemContent])
	if !ok {
		rd.unread(room.Fault{Code: faultNotUTF8})
		return nil
	}
	signed := func(n protowire.Number, other string) string {
		if v, ok := numbers[n]; ok {
			return strconv.FormatInt(int64(v), 10)
		}
		return other
	}
	when := signed(elemProgress, "0")
	offset, ok := offsetOf(when, time.Millisecond)
	id := texts[elemIDStr]
	if id == "" {
		id = known(signed(elemID, ""))
	}
	t := timed{Item{Offset: offset, Text: text, Sender: texts[elemMidHash], ID: id}, true}
	// Protobuf omits zeros, so black has no colour field.
	return rd.styled(t, ok, when, signed(elemMode, ""), signed(elemHeight, ""), signed(elemColor, "#000000"), signed(elemCtime, ""))
}

// isSegment reports whether a file begins like seg.so: with a comment that has a text.
func isSegment(head []byte) bool {
	number, kind, n := protowire.ConsumeTag(head)
	if n < 0 || number != segmentElem || kind != protowire.BytesType {
		return false
	}
	size, m := protowire.ConsumeVarint(head[n:])
	if m < 0 || size < 4 || size > maxPiece {
		return false
	}
	b := head[n+m:]
	b = b[:min(uint64(len(b)), size)]
	fields := 0
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 || number > 200 {
			return false
		}
		m := protowire.ConsumeFieldValue(number, kind, b[n:])
		if m < 0 {
			return fields >= 3 // the head ends here, or the file
		}
		switch number {
		case elemContent, elemMidHash, elemIDStr:
			if kind != protowire.BytesType {
				return false
			}
		case elemID, elemProgress, elemMode, elemHeight, elemColor, elemCtime:
			if kind != protowire.VarintType {
				return false
			}
		}
		fields++
		b = b[n+m:]
	}
	return fields >= 2
}
