package export

import (
	"strings"

	"danmaku/room"
)

// fresh starts a new record.
func (p *jsonReader) fresh() { p.buf, p.long, p.deep = p.buf[:0], false, false }

// put adds a byte to the current record.
func (p *jsonReader) put(b byte) { p.putAll([]byte{b}) }

func (p *jsonReader) putAll(b []byte) {
	if len(p.buf)+len(b) > maxPiece {
		p.long, p.buf = true, p.buf[:0]
	}
	if !p.long && !p.deep {
		p.buf = append(p.buf, b...)
	}
}

// take adds b, which is the next byte, to the current record.
func (p *jsonReader) take(b byte) {
	p.put(b)
	p.in.skip(1)
}

// takeUpTo adds the bytes up to the first of stops to the current record, and returns that
// without consuming it. It returns false at the end of the file.
func (p *jsonReader) takeUpTo(stops string) (stop byte, ok bool) {
	for {
		more := p.in.upTo(stops)
		if len(more) == 0 {
			break
		}
		p.putAll(more)
	}
	next := p.in.peek(1)
	if len(next) == 0 {
		return 0, false
	}
	return next[0], true
}

// jsonEnds are the bytes that end a number or a word.
const jsonEnds = "\"{}[],: \t\r\n"

// copyValue adds the value that begins here to the current record; where none begins, it adds
// nothing. If the value is nested too deep, copyValue only finds its end. It returns false at
// the end of the file or of the reading.
func (p *jsonReader) copyValue() bool {
	next := p.in.peek(1)
	if len(next) == 0 {
		return false
	}
	switch b := next[0]; {
	case b == '"':
		return p.copyText()
	case b == '{' || b == '[':
		return p.copyNested()
	case b == ':': // in place of a value
		p.take(b)
	case strings.IndexByte(jsonEnds, b) >= 0:
		return true
	}
	_, ok := p.takeUpTo(jsonEnds)
	return ok
}

// copyText adds the text that begins here, with its quotes.
func (p *jsonReader) copyText() bool {
	p.take('"')
	for {
		b, ok := p.takeUpTo("\"\\")
		if !ok {
			return false
		}
		p.take(b)
		if b == '"' {
			return true
		}
		escaped := p.in.peek(1)
		if len(escaped) == 0 {
			return false
		}
		p.take(escaped[0])
	}
}

// copyNested adds the object or the list that begins here.
func (p *jsonReader) copyNested() bool {
	var ends [maxDepth]byte // of the objects and lists that are open
	depth := 0
	for {
		b, ok := p.takeUpTo("\"{}[]")
		if !ok {
			return false
		}
		switch b {
		case '"':
			if !p.copyText() {
				return false
			}
			continue
		case '{', '[':
			if p.depth+depth < maxDepth {
				ends[depth] = b + 2 // its counterpart in ASCII
			} else if !p.tooDeep() {
				return false
			}
			depth++
		default:
			depth--
			known := p.depth+depth < maxDepth
			if known && ends[depth] != b && !p.failed(p.problem(p.in.now, room.Fault{Code: faultJSON})) {
				return false
			}
		}
		p.take(b)
		if depth == 0 {
			return true
		}
	}
}

// tooDeep drops the current record. It returns false if such a file is refused.
func (p *jsonReader) tooDeep() bool {
	if p.strict {
		return p.failed(fault(p.in.now, room.Fault{Code: faultDeep, N: maxDepth}))
	}
	p.deep, p.buf = true, p.buf[:0]
	return true
}
