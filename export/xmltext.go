package export

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// readText reads the text of a comment and its end tag. It returns false if the comment is
// skipped; an error ends the reading.
func (p *xmlReader) readText(at place, el *xmlElement) (whole bool, err error) {
	from := p.in.now
	var raw []byte
	long := false
	inside := openElement{el.name, el.spelt, at}
	for {
		if text := p.in.upTo("<"); len(text) > 0 {
			if len(raw)+len(text) > maxPiece && p.strict {
				return false, fault(p.in.now, room.Fault{Code: faultPieceTooLong, N: maxPiece >> 20})
			}
			if long = long || len(raw)+len(text) > maxPiece; !long {
				raw = append(raw, text...)
			}
			continue
		}
		end := len(p.in.peek(1)) == 0 // or a < comes
		switch {
		case end && p.in.err != nil:
			return false, p.in.err
		case end:
			if err := p.truncated(p.in.now, notClosed(inside)); err != nil {
				return false, err
			}
			p.unread(room.Fault{Code: faultNoEnd, Word: el.spelt})
			return false, nil
		case p.endsItem(el.spelt):
			for b := byte(0); b != '>'; {
				b, _ = p.in.next()
			}
			if long {
				p.unread(room.Fault{Code: faultTextTooLong, N: maxPiece >> 20})
				return false, nil
			}
			text, problem := p.decode(raw, from, true)
			if problem != nil {
				return false, problem
			}
			if text, ok := validText(text); ok {
				el.text = text
				return true, nil
			}
			p.unread(room.Fault{Code: faultNotUTF8})
			return false, nil
		case p.beginsItem():
			return false, p.noEnd(inside, room.Fault{
				Code: faultInside, Word: el.spelt, OfLine: at.line, OfColumn: at.column,
			})
		case p.endsFile():
			return false, p.noEnd(inside, room.Fault{
				Code: faultClosesOther, Word: p.dialect.root, Other: el.spelt, OfLine: at.line, OfColumn: at.column,
			})
		case !long && bytes.Equal(p.in.peek(len(cdataStart)), []byte(cdataStart)):
			n := len(raw)
			if raw = p.cdata(raw); n == len(raw) {
				long, raw = true, nil
			}
			if long && p.strict {
				return false, fault(at, room.Fault{Code: faultTextTooLong, N: maxPiece >> 20})
			}
			continue
		}
		if !long {
			raw = append(raw, '<')
		}
		p.in.skip(1)
	}
}

const cdataStart = "<![CDATA["

// cdata appends a CDATA section to raw; a comment cannot end in one. It appends nothing if
// that would be too long.
func (p *xmlReader) cdata(raw []byte) []byte {
	n := len(raw)
	for {
		raw = append(raw, p.in.upTo("]")...)
		next := p.in.peek(3)
		if len(next) == 0 {
			return raw
		}
		if len(raw) >= maxPiece {
			return raw[:n]
		}
		if string(next) == "]]>" {
			p.in.skip(3)
			return append(raw, "]]>"...)
		}
		raw = append(raw, next[0])
		p.in.skip(1)
	}
}

// noEnd skips a comment without an end tag; f is what comes in its place.
func (p *xmlReader) noEnd(el openElement, f room.Fault) error {
	if p.strict {
		return fault(p.in.now, f)
	}
	p.unread(room.Fault{Code: faultNoEnd, Word: el.spelt})
	return nil
}

// decode returns the text of raw, which begins at a place. It replaces references; in a
// comment it also opens CDATA sections and drops tags and XML comments. Characters that XML
// forbids, and what only looks like markup, count as text and as a problem.
func (p *xmlReader) decode(raw []byte, at place, markup bool) (string, error) {
	var out strings.Builder
	var open []openElement
	here := at
	ends := lastEnds{raw: raw}
	// step advances by n bytes.
	step := func(n int) {
		here = here.after(raw[:n])
		raw = raw[n:]
	}
	for len(raw) > 0 {
		n := bytes.IndexAny(raw, "&<\r")
		if n < 0 {
			n = len(raw)
		}
		writeLegal(&out, raw[:n])
		step(n)
		if len(raw) == 0 {
			break
		}
		switch {
		case raw[0] == '\r':
			if len(raw) == 1 || raw[1] != '\n' {
				out.WriteByte('\n')
			}
			step(1)
		case raw[0] == '&':
			text, n := reference(raw)
			if n == 0 {
				if err := p.problem(here, room.Fault{Code: faultAmpersand}); err != nil {
					return "", err
				}
				text, n = "&", 1
			}
			out.WriteString(text)
			step(n)
		case !markup:
			if err := p.problem(here, room.Fault{Code: faultLessThan}); err != nil {
				return "", err
			}
			out.WriteByte('<')
			step(1)
		default:
			text, n, tag := inlineMarkup(raw, &ends)
			switch {
			case n == 0:
				err := p.problem(here, room.Fault{Code: faultLessThan})
				if err != nil {
					return "", err
				}
				text, n = "<", 1
			case tag == "":
			case tag[0] == '/':
				last := len(open) - 1
				if last < 0 || open[last].name != tag[1:] {
					f := room.Fault{Code: faultClosesNothing, Word: tag[1:]}
					if last >= 0 {
						f = room.Fault{Code: faultClosesOther, Word: tag[1:], Other: open[last].name, OfLine: open[last].at.line, OfColumn: open[last].at.column}
					}
					if err := p.problem(here, f); err != nil {
						return "", err
					}
					text = string(raw[:n])
					break
				}
				open = open[:last]
			case !ends.in(raw[n:], "</"+tag) || len(open) == maxDepth:
				// It has no end, so it is text.
				if err := p.problem(here, notClosed(openElement{tag, tag, here})); err != nil {
					return "", err
				}
				text = string(raw[:n])
			default:
				open = append(open, openElement{tag, tag, here})
			}
			writeLegal(&out, []byte(text))
			step(n)
		}
	}
	return out.String(), nil
}

// lastEnds stores the last position of each kind of end in a text, so that a text with very
// many opening tags is not searched for each of them.
type lastEnds struct {
	raw  []byte
	last map[string]int // how many bytes before the end; 0: nowhere
}

// mostEnds is how many kinds of ends are searched for in one text. Further opening tags count
// as text.
const mostEnds = 64

// in reports whether an end occurs in rest, the end of the text.
func (l *lastEnds) in(rest []byte, end string) bool {
	from, known := l.last[end]
	if !known {
		if len(l.last) == mostEnds {
			return false
		}
		if l.last == nil {
			l.last = map[string]int{}
		}
		for raw := l.raw; ; {
			i := bytes.LastIndex(raw, []byte(end))
			if i < 0 {
				break
			}
			// </b does not end an element whose name only begins with b.
			if behind := l.raw[i+len(end):]; end[1] != '/' || len(behind) > 0 && !isName(behind[0]) {
				from = len(l.raw) - i
				break
			}
			raw = raw[:i]
		}
		l.last[end] = from
	}
	return from > 0 && from <= len(rest)
}

// inlineMarkup returns the text of markup within a comment: that of a CDATA section, or "" for
// an XML comment, an instruction or a tag. tag is the name of a tag, with a leading slash for
// an end tag; an empty element has none. n is the length of the markup, 0 if none begins here.
func inlineMarkup(raw []byte, ends *lastEnds) (text string, n int, tag string) {
	until := func(start, end string) (string, int) {
		rest, ok := bytes.CutPrefix(raw, []byte(start))
		if !ok || !ends.in(rest, end) {
			return "", 0
		}
		i := bytes.Index(rest, []byte(end))
		if i < 0 {
			return "", 0
		}
		return string(rest[:i]), len(start) + i + len(end)
	}
	if text, n = until(cdataStart, "]]>"); n > 0 {
		return text, n, ""
	}
	for _, s := range [][2]string{{"<!--", "-->"}, {"<?", "?>"}} {
		if _, n = until(s[0], s[1]); n > 0 {
			return "", n, ""
		}
	}
	i := 1
	if i < len(raw) && raw[i] == '/' {
		i++
	}
	from := i
	if i >= len(raw) || !isNameStart(raw[i]) {
		return "", 0, ""
	}
	for i < len(raw) && isName(raw[i]) {
		i++
	}
	name := string(raw[from:i])
	// Attributes: up to the first > outside of quotes.
	quote := byte(0)
	for ; i < len(raw); i++ {
		switch b := raw[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case (b == '"' || b == '\'') && bytes.HasSuffix(bytes.TrimRight(raw[:i], " \t\r\n"), []byte("=")):
			quote = b
		case b == '<':
			return "", 0, ""
		case b == '>':
			if raw[1] == '/' {
				return "", i + 1, "/" + name
			}
			if raw[i-1] == '/' {
				return "", i + 1, ""
			}
			return "", i + 1, name
		}
	}
	return "", 0, ""
}

// writeLegal writes the characters of b that XML 1.0 allows. Bytes that are not UTF-8 stay,
// see validText.
func writeLegal(out *strings.Builder, b []byte) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if n == 1 && r == utf8.RuneError || legal(r) && r != 0x7f {
			out.Write(b[:n])
		}
		b = b[n:]
	}
}

// legal reports whether XML 1.0 allows r (its production 2, Char).
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// validText returns s in UTF-8. A recorder that truncates a text to a number of bytes can
// split a character; if much is not UTF-8, the text is in another encoding and cannot be read.
func validText(s string) (string, bool) {
	if utf8.ValidString(s) {
		return s, true
	}
	if s = joinSurrogates(s); utf8.ValidString(s) {
		return s, true
	}
	bad := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		}
		i += n
	}
	return strings.ToValidUTF8(s, "\ufffd"), bad*4 <= len(s)
}
