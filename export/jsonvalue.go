package export

import (
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

// copyValue adds the value that begins here to the current record. If that is nested too deep,
// copyValue only finds its end. It returns false at the end of the file.
func (p *jsonReader) copyValue() bool {
	var open [maxDepth]byte
	depth := 0
	quoted := false
	start := true
	for {
		stops := "\"{}[],: \t\r\n"
		if quoted {
			stops = "\"\\"
		}
		if more := p.in.upTo(stops); len(more) > 0 {
			start = false
			p.putAll(more)
			continue
		}
		next := p.in.peek(1)
		if len(next) == 0 {
			return false
		}
		b := next[0]
		switch {
		case quoted && b == '\\':
			p.put(b)
			p.in.skip(1)
			if next = p.in.peek(1); len(next) == 0 {
				return false
			}
			b = next[0]
		case quoted:
			quoted = b != '"'
			if !quoted && depth == 0 {
				p.put(b)
				p.in.skip(1)
				return true
			}
		case b == '"':
			if depth == 0 && !start {
				return true // a number or a word has ended
			}
			quoted = true
		case b == '{' || b == '[':
			if depth == 0 && !start {
				return true
			}
			if p.depth+depth >= maxDepth {
				if p.strict {
					return p.failed(fault(p.in.now, room.Fault{Code: faultDeep, N: maxDepth}))
				}
				p.deep, p.buf = true, p.buf[:0]
			} else {
				open[depth] = b + 2 // its counterpart in ASCII
			}
			depth++
		case b == '}' || b == ']':
			if depth == 0 {
				if start { // it closes the enclosing value: there is no value here
					return true
				}
				return true
			}
			if p.depth+depth <= maxDepth && open[depth-1] != b && !p.failed(p.problem(p.in.now, room.Fault{Code: faultJSON})) {
				return false
			}
			if depth--; depth == 0 {
				p.put(b)
				p.in.skip(1)
				return true
			}
		case depth == 0 && (b == ',' || b == ':' || isBlank(b)):
			if !start || b != ':' {
				return true
			}
		}
		p.put(b)
		p.in.skip(1)
		start = false
	}
}
