package export

import (
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"time"

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

// scanSegment passes on the comments of seg.so, one after the other. Joined files count as one
// file. The line of a comment is its number, because the format has no lines.
func scanSegment(in *input, rd *reading) error {
	n := 0
	for {
		if len(in.peek(1)) == 0 {
			return in.err
		}
		tag, err := binary.ReadUvarint(in)
		number, kind := protowire.DecodeTag(tag)
		at := place{n + 1, 1}
		if err != nil || tag > 1<<32 || !number.IsValid() {
			return segmentEnd(in, rd, at)
		}
		switch kind {
		case protowire.VarintType:
			_, err = binary.ReadUvarint(in)
		case protowire.Fixed32Type:
			_, err = io.CopyN(io.Discard, in, 4)
		case protowire.Fixed64Type:
			_, err = io.CopyN(io.Discard, in, 8)
		case protowire.BytesType:
			var size uint64
			if size, err = binary.ReadUvarint(in); err != nil {
				break
			}
			if number != segmentElem || size > maxPiece {
				if number == segmentElem {
					n++
					if err := rd.begin(at); err != nil {
						return err
					}
					rd.unread(room.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
				}
				_, err = io.CopyN(io.Discard, in, int64(min(size, MaxFile+1)))
				break
			}
			elem := make([]byte, size)
			if _, err = io.ReadFull(in, elem); err == nil {
				n++
				err = readElem(rd, at, elem)
				if err != nil {
					return err
				}
			}
		default:
			err = errNotProtobuf
		}
		if err != nil {
			return segmentEnd(in, rd, at)
		}
	}
}

// errNotProtobuf reports bytes that cannot begin a field.
var errNotProtobuf = errors.New("not a protobuf field")

// segmentEnd handles the end of a file within a field, or bytes that cannot begin one.
func segmentEnd(in *input, rd *reading, at place) error {
	if in.err != nil {
		return in.err
	}
	return rd.truncated(at, room.Fault{Code: faultSegmentTruncated})
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
	item := Item{Offset: offset, Text: text, Sender: texts[elemMidHash], ID: id}
	// Protobuf omits zeros, so black has no colour field.
	return rd.styled(item, ok, when, signed(elemMode, ""), signed(elemHeight, ""), signed(elemColor, "#000000"), signed(elemCtime, ""))
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
