package export

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"

	"danmaku/room"
)

// holdsLines reports whether a file that begins with head has one object per line: its first
// line is an object, and that contains no comments.
func holdsLines(head []byte, look lookup) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	line, _, whole := firstLine(head)
	if whole && !bytes.HasSuffix(bytes.TrimRight(line, " \t\r,"), []byte("}")) {
		return false
	}
	rd := &reading{most: len(head) + 1, report: &Report{}, keep: func(timed) error { return nil }, lookup: look}
	p := &jsonReader{reading: rd, in: newInput(buffered(bytes.NewReader(line), errTooLarge))}
	p.object(true)
	return !p.held
}

// lines reads one object per line. It skips unreadable lines.
func (p *jsonReader) lines() error {
	err := p.in.lines(func(number int, line []byte, long, truncated bool) error {
		column := 1 + len(line) - len(bytes.TrimLeft(line, " \t\r"))
		if line = bytes.TrimRight(bytes.Trim(line, blankBytes), ","); len(line) == 0 && !long {
			return nil
		}
		valid := json.Valid(line)
		if !valid {
			if some, err := p.fragments(place{number, column}, line); some || err != nil {
				return err
			}
		}
		if err := p.begin(place{number, column}); err != nil {
			return err
		}
		switch {
		case long:
			p.unread(room.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
			return nil
		case truncated && !valid && (p.strict || !mendable(line)):
			p.unread(room.Fault{Code: faultNoEnd, Word: "{"})
			return p.truncated(place{number, column}.after(line), room.Fault{Code: faultJSONTruncated, Word: "{", OfLine: number, OfColumn: column})
		}
		return p.readRecord(line)
	})
	if err != nil {
		return err
	}
	return p.end()
}

// mendable reports whether a line is one complete record once its texts are repaired.
func mendable(line []byte) bool {
	mended, isText := mendJSON(line)
	return isText && json.Valid(mended)
}

// mostTorn is how many unclosed beginnings in a line are searched for records behind them.
const mostTorn = 8

// fragments reads a line that contains a torn record with the next one behind it, or several
// records. It returns some = false if none is complete.
func (p *jsonReader) fragments(at place, line []byte) (some bool, err error) {
	type fragment struct {
		at  place
		raw []byte // empty: torn
	}
	var fragments []fragment
	for torn := 0; len(line) > 0 && torn < mostTorn; {
		var raw json.RawMessage
		dec := json.NewDecoder(bytes.NewReader(line))
		n := 1
		if dec.Decode(&raw) == nil && p.known(raw) {
			some = true
			fragments = append(fragments, fragment{at, raw})
			n = int(dec.InputOffset())
		} else {
			if torn++; len(fragments) == 0 || fragments[len(fragments)-1].raw != nil {
				fragments = append(fragments, fragment{at: at})
			}
			if i := bytes.Index(line[1:], []byte(`{"`)); i >= 0 {
				n = 1 + i
			} else {
				n = len(line)
			}
		}
		n += len(line[n:]) - len(bytes.TrimLeft(line[n:], blankBytes+","))
		at, line = at.after(line[:n]), line[n:]
	}
	if !some {
		return false, nil
	}
	if p.strict {
		return true, fault(fragments[0].at, room.Fault{Code: faultJSON})
	}
	for _, fragment := range fragments {
		if err := p.begin(fragment.at); err != nil {
			return true, err
		}
		if fragment.raw == nil {
			p.unread(room.Fault{Code: faultNotJSON})
		} else if err := p.readRecord(fragment.raw); err != nil {
			return true, err
		}
	}
	return true, nil
}

// known reports whether a value is a comment of the file's dialect, or of any dialect while
// that is not known.
func (p *jsonReader) known(raw []byte) bool {
	rec := splitJSON(raw, p.lookup.folded)
	if p.kind != nil {
		return p.kind.is(rec)
	}
	return slices.ContainsFunc(jsonDialects, func(d jsonDialect) bool { return d.is(rec) })
}

// mendJSON replaces what JSON forbids within texts: incomplete characters by U+FFFD, where a
// recorder truncated a text to a number of bytes, and control characters by a space. It drops
// a comma behind the last value of a list or an object, as people and scripts write it, and
// takes NaN, Infinity and undefined, which Python and JavaScript write, as null. It returns false where much of a text is not UTF-8: then that is in another encoding.
func mendJSON(raw []byte) (mended []byte, isText bool) {
	for len(raw) > 0 {
		from := bytes.IndexByte(raw, '"')
		if from < 0 {
			break
		}
		to := from + 1
		for to < len(raw) && raw[to] != '"' {
			if raw[to] == '\\' {
				to++
			}
			to++
		}
		to = min(to+1, len(raw))
		text, ok := validText(string(raw[from:to]))
		if !ok {
			return nil, false
		}
		mended = append(mended, mendedBetween(raw[:from])...)
		for _, b := range []byte(text) {
			if b < 0x20 {
				b = ' '
			}
			mended = append(mended, b)
		}
		raw = raw[to:]
	}
	return append(mended, mendedBetween(raw)...), true
}

// lastComma matches a comma behind the last value of a list or an object.
var lastComma = regexp.MustCompile(`,\s*([\]}])`)

// noValue matches what programs write for a number that there is not.
var noValue = regexp.MustCompile(`-?\b(?:NaN|Infinity|undefined)\b`)

// mendedBetween mends JSON that contains no texts.
func mendedBetween(raw []byte) []byte {
	return noValue.ReplaceAll(lastComma.ReplaceAll(raw, []byte("$1")), []byte("null"))
}
