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

// textDecoder decodes the text of a comment or of an attribute.
type textDecoder struct {
	*xmlReader
	raw  []byte // what is left
	here place  // where that begins
	out  strings.Builder
	open []openElement
	ends lastEnds
}

// decode returns the text of raw, which begins at a place. It replaces references; in a
// comment it also opens CDATA sections and drops tags and XML comments. Characters that XML
// forbids, and what only looks like markup, count as text and as a problem.
func (p *xmlReader) decode(raw []byte, at place, markup bool) (string, error) {
	d := textDecoder{xmlReader: p, raw: raw, here: at, ends: lastEnds{raw: raw}}
	for len(d.raw) > 0 {
		var err error
		switch b := d.raw[0]; {
		case b == '\r':
			d.lineBreak()
		case b == '&':
			err = d.reference()
		case b == '<' && markup:
			err = d.inline()
		case b == '<':
			err = d.lessThan()
		default:
			d.characters()
		}
		if err != nil {
			return "", err
		}
	}
	return d.out.String(), nil
}

// step advances by n bytes.
func (d *textDecoder) step(n int) {
	d.here = d.here.after(d.raw[:n])
	d.raw = d.raw[n:]
}

// characters decodes what is text as it stands.
func (d *textDecoder) characters() {
	n := bytes.IndexAny(d.raw, "&<\r")
	if n < 0 {
		n = len(d.raw)
	}
	writeLegal(&d.out, d.raw[:n])
	d.step(n)
}

// lineBreak decodes a CR: alone it is a line break, before an LF it counts for nothing.
func (d *textDecoder) lineBreak() {
	if len(d.raw) == 1 || d.raw[1] != '\n' {
		d.out.WriteByte('\n')
	}
	d.step(1)
}

func (d *textDecoder) reference() error {
	text, n := reference(d.raw)
	if n == 0 {
		if err := d.problem(d.here, room.Fault{Code: faultAmpersand}); err != nil {
			return err
		}
		text, n = "&", 1
	}
	d.out.WriteString(text)
	d.step(n)
	return nil
}

// lessThan decodes a < that begins no markup.
func (d *textDecoder) lessThan() error {
	if err := d.problem(d.here, room.Fault{Code: faultLessThan}); err != nil {
		return err
	}
	d.out.WriteByte('<')
	d.step(1)
	return nil
}

// inline decodes what begins with a < in a comment.
func (d *textDecoder) inline() error {
	text, n, tag := inlineMarkup(d.raw, &d.ends)
	if n == 0 {
		return d.lessThan()
	}
	if f := d.nest(tag, d.raw[n:]); f != nil {
		if err := d.problem(d.here, *f); err != nil {
			return err
		}
		text = string(d.raw[:n])
	}
	writeLegal(&d.out, []byte(text))
	d.step(n)
	return nil
}

// nest opens or closes the element of a tag, if it is one; rest comes behind it. It returns
// the fault of a tag that does neither, and is thus text; nil otherwise.
func (d *textDecoder) nest(tag string, rest []byte) *room.Fault {
	if tag == "" {
		return nil
	}
	last := len(d.open) - 1
	name, closes := strings.CutPrefix(tag, "/")
	switch {
	case !closes && (!d.ends.in(rest, "</"+name) || len(d.open) == maxDepth):
		f := notClosed(openElement{name, name, d.here})
		return &f
	case !closes:
		d.open = append(d.open, openElement{name, name, d.here})
	case last < 0:
		return &room.Fault{Code: faultClosesNothing, Word: name}
	case d.open[last].name != name:
		at := d.open[last].at
		return &room.Fault{Code: faultClosesOther, Word: name, Other: d.open[last].name, OfLine: at.line, OfColumn: at.column}
	default:
		d.open = d.open[:last]
	}
	return nil
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
