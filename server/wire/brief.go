package wire

import (
	"bytes"
	"strconv"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// Frame implements live.Encoder. The brief form is for clients that asked for it: it omits
// what its reader can infer. See "Brief frames" in docs/dev/protocol.md.
func (Encoder) Frame(pos room.Position, events [][]byte) fanout.Frame {
	return fanout.Frame{Full: fullFrame(pos, events), Brief: briefFrame(pos, events)}
}

func fullFrame(pos room.Position, events [][]byte) []byte {
	n := 64
	for _, e := range events {
		n += len(e) + 1
	}
	b := make([]byte, 0, n)
	b = append(b, `{"type":"events","position":`...)
	b = strconv.AppendQuote(b, pos.String())
	b = append(b, `,"events":`...)
	b = appendList(b, events)
	return append(b, '}')
}

// The parts of an encoded event as Encoder.Event writes them. User text in JSON cannot
// contain them: a quotation mark within a string has a backslash before it.
const (
	typeMark    = `{"type":"`
	seqMark     = `","seq":`
	idMark      = `,"id":"`
	atMark      = `","at":`
	sourceMark  = `,"source":"`
	commentKind = string(room.KindComment)
)

func briefFrame(pos room.Position, events [][]byte) []byte {
	n := 64
	for _, e := range events {
		n += len(e)
	}
	b := append(make([]byte, 0, n), `{"type":"events"`...)
	if len(events) == 0 || seqOf(events[len(events)-1]) != pos.Seq {
		b = append(b, `,"position":`...)
		b = strconv.AppendQuote(b, pos.String())
	}
	source := sourceOfAll(events)
	if source != nil {
		b = append(append(append(b, sourceMark...), source...), '"')
	}
	b = append(b, `,"events":[`...)
	before := int64(-1)
	for i, e := range events {
		if i > 0 {
			b = append(b, ',')
		}
		seq := seqOf(e)
		b = appendBrief(b, e, seq > 0 && seq == before+1, source)
		if before = seq; seq == 0 {
			before = -1
		}
	}
	return append(b, "]}"...)
}

// seqOf returns the number of an encoded event, 0 when it does not begin like most.
func seqOf(e []byte) int64 {
	_, rest := kindOf(e)
	n := digits(rest)
	seq, err := strconv.ParseInt(string(rest[:n]), 10, 64)
	if err != nil {
		return 0
	}
	return seq
}

// kindOf splits the type off an encoded event; rest begins with its number.
func kindOf(e []byte) (kind, rest []byte) {
	rest, ok := bytes.CutPrefix(e, []byte(typeMark))
	if !ok {
		return nil, nil
	}
	kind, rest, ok = bytes.Cut(rest, []byte(seqMark))
	if !ok || bytes.IndexByte(kind, '"') >= 0 {
		return nil, nil
	}
	return kind, rest
}

func digits(b []byte) (n int) {
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	return n
}

// sourceOfAll returns the source that all comments of a frame share, nil when they differ,
// when there is only one, or when they come from the audience, which is the default anyway.
func sourceOfAll(events [][]byte) (source []byte) {
	comments := 0
	for _, e := range events {
		if kind, _ := kindOf(e); string(kind) != commentKind {
			continue
		}
		s := sourceOf(e)
		if s == nil || comments > 0 && !bytes.Equal(s, source) {
			return nil
		}
		source = s
		comments++
	}
	if comments < 2 {
		return nil
	}
	return source
}

func sourceOf(e []byte) []byte {
	_, rest, ok := bytes.Cut(e, []byte(sourceMark))
	if !ok {
		return nil
	}
	source, _, _ := bytes.Cut(rest, []byte{'"'})
	if bytes.IndexByte(source, '\\') >= 0 {
		return nil // no source has a character that JSON escapes
	}
	return source
}

// appendBrief writes a comment without its type, without its number when it follows the
// previous one, without the time that its ID contains, and without the source of the whole
// frame. It writes other events as they are.
func appendBrief(b, e []byte, follows bool, source []byte) []byte {
	kind, rest := kindOf(e)
	if string(kind) != commentKind {
		return append(b, e...)
	}
	number := rest[:digits(rest)]
	rest, ok := bytes.CutPrefix(rest[len(number):], []byte(idMark))
	if !ok {
		return append(b, e...)
	}
	b = append(b, '{')
	if !follows {
		b = append(append(append(b, `"seq":`...), number...), ',')
	}
	b = append(b, idMark[1:]...)
	name, rest, _ := bytes.Cut(rest, []byte(atMark))
	b = append(append(b, name...), '"')
	at := rest[:digits(rest)]
	if id, err := comment.ParseID(string(name)); err != nil || strconv.FormatInt(id.Time().UnixMilli(), 10) != string(at) {
		b = append(append(b, atMark[1:]...), at...)
	}
	rest = rest[len(at):]
	if source != nil {
		if head, tail, found := bytes.Cut(rest, append([]byte(sourceMark), append(source[:len(source):len(source)], '"')...)); found {
			return append(append(b, head...), tail...)
		}
	}
	return append(b, rest...)
}
