package export

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// endTag reads an end tag outside comments.
func (p *xmlReader) endTag(at place) error {
	p.in.skip(2)
	name, ok := p.name()
	if ok {
		for len(p.in.upTo("<>")) > 0 {
		}
		next := p.in.peek(1)
		if ok = len(next) > 0; ok && next[0] == '<' {
			return p.problem(at, room.Fault{Code: faultTag, Word: "/" + name})
		}
		p.in.skip(1)
	}
	if !ok {
		return p.leaveOff(at)
	}
	spelt := name
	name = p.plain(name)
	if p.noting == name && name != "" {
		p.doc.noted[name] = strings.TrimSpace(string(p.noteBuf))
		p.noting = ""
	}
	return p.close(at, name, spelt)
}

// plain returns an element's name as the dialect spells it: some programs use capital letters.
func (p *xmlReader) plain(name string) string {
	lower := strings.ToLower(name)
	for _, d := range []xmlDialect{p.dialect, niconico} {
		if lower == d.root || d.items[lower] != nil {
			return lower
		}
	}
	return name
}

// close ends an element.
func (p *xmlReader) close(at place, name, spelt string) error {
	n := len(p.open)
	if n == 0 {
		if p.rooted && !p.ended && p.doc.root.name == "" && name == p.dialect.root {
			return nil // of a file whose beginning is missing
		}
		return p.problem(at, room.Fault{Code: faultClosesNothing, Word: spelt})
	}
	if last := p.open[n-1]; last.name != name || p.strict && last.spelt != spelt {
		err := p.problem(at, room.Fault{Code: faultClosesOther, Word: spelt, Other: last.spelt, OfLine: last.at.line, OfColumn: last.at.column})
		if err != nil {
			return err
		}
	}
	// An end tag without a start is ignored; a missing end tag ends the elements within.
	for i := n - 1; i >= 0; i-- {
		if p.open[i].name == name {
			p.open = p.open[:i]
			break
		}
	}
	p.ended = p.ended || len(p.open) == 0
	return nil
}

// startTag reads a start tag, and a comment to its end.
func (p *xmlReader) startTag(at place) error {
	el, empty, state, err := p.tag()
	if err != nil {
		return err
	}
	p.settle(el.name)
	switch state {
	case tagTruncated:
		if p.rooted && p.dialect.items[el.name] != nil && !p.strict {
			if err := p.begin(at); err != nil {
				return err
			}
			p.unread(room.Fault{Code: faultNoEnd, Word: el.spelt})
		}
		return p.leaveOff(at)
	case tagLong:
		if p.strict || p.dialect.items[el.name] == nil {
			return fault(p.in.now, room.Fault{Code: faultPieceTooLong, N: maxPiece >> 20})
		}
		if err := p.begin(at); err != nil {
			return err
		}
		p.unread(room.Fault{Code: faultPieceTooLong, N: maxPiece >> 20})
		return nil
	}
	read := p.dialect.items[el.name]
	if err := p.enter(at, el, read != nil); err != nil {
		return err
	}
	if state == tagBroken {
		if err := p.problem(at, room.Fault{Code: faultTag, Word: el.spelt}); err != nil {
			return err
		}
		if read == nil {
			return nil
		}
		if err := p.begin(at); err != nil {
			return err
		}
		p.unread(room.Fault{Code: faultTag, Word: el.spelt})
		return nil
	}
	if read != nil {
		if err := p.begin(at); err != nil {
			return err
		}
		if !empty {
			whole, err := p.readText(at, &el)
			if err != nil || !whole {
				return err
			}
		}
		return read(p.reading, &p.doc, el)
	}
	if empty {
		p.ended = p.ended || p.rooted && len(p.open) == 0 && el.name == p.dialect.root
		return nil
	}
	if len(p.open) == maxDepth { // it is skipped; what surrounds it is read
		if p.deep++; p.deep == 1 {
			p.deepAt = at
		}
		if p.deep > maxDeep {
			return fault(p.deepAt, room.Fault{Code: faultDeep, N: maxDepth})
		}
		return p.problem(at, room.Fault{Code: faultDeep, N: maxDepth})
	}
	p.open = append(p.open, openElement{el.name, el.spelt, at})
	if slices.Contains(p.dialect.noted, el.name) {
		p.noting, p.noteBuf = el.name, p.noteBuf[:0]
	}
	return nil
}

// settle takes the dialect of the first element, if so much comes before it that the head of
// the file did not show it.
func (p *xmlReader) settle(name string) {
	if !p.rooted && p.foreign == nil && p.dialect.root == bilibili.root && (name == niconico.root || niconico.items[name] != nil) {
		p.dialect, p.format = niconico, NiconicoXML
	}
}

// enter checks that an element may occur here.
func (p *xmlReader) enter(at place, el xmlElement, item bool) error {
	switch root := p.dialect.root; {
	case !p.rooted && el.name == root:
		p.rooted, p.doc.root = true, el
		if p.foreign != nil {
			return p.problem(place{p.foreign.Line, p.foreign.Column}, *p.foreign)
		}
	case !p.rooted && p.foreign != nil && (!item || len(el.attrs) == 0):
	case !p.rooted && (p.strict || !item && !p.dialect.knows(el.name)):
		// It may contain comments.
		f := fault(at, room.Fault{Code: faultOtherRoot, Word: el.spelt, Other: root})
		if p.strict {
			return f
		}
		p.foreign = f
	case !p.rooted:
		p.rooted = true
		return p.problem(at, room.Fault{Code: faultRootless, Other: root})
	case p.ended && len(p.open) == 0:
		return p.problem(at, room.Fault{Code: faultBehind, Word: el.spelt, Other: root})
	}
	return nil
}

// knows reports whether name is an element that occurs beside comments, so that it may be the
// first of a file without a root.
func (d xmlDialect) knows(name string) bool { return slices.Contains(beside[d.root], name) }

// beside are elements that occur beside comments.
var beside = map[string][]string{
	"i": {"chatserver", "chatid", "mission", "maxlimit", "state", "real_name", "source", "metadata", "oid", "ps", "pe", "pc", "pn",
		"BililiveRecorder", "BililiveRecorderRecordInfo", "RecorderXmlStyle", "BililiveRecorderXmlStyle"},
	"packet": {"thread", "ping", "leaf", "view_counter", "num_res", "global_num_res", "chat_result"},
}

func isNameStart(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b == ':' || b >= utf8.RuneSelf
}

func isName(b byte) bool {
	return isNameStart(b) || b >= '0' && b <= '9' || b == '-' || b == '.'
}

// name reads a name. It returns false at the end of the file.
func (p *xmlReader) name() (string, bool) {
	var name []byte
	for {
		b := p.in.peek(1)
		if len(b) == 0 {
			return string(name), false
		}
		if !isName(b[0]) || len(name) == 256 {
			// A namespace prefix has no meaning.
			if i := bytes.IndexByte(name, ':'); i >= 0 {
				name = name[i+1:]
			}
			return string(name), true
		}
		name = append(name, b[0])
		p.in.skip(1)
	}
}

// tagState says how a tag ends.
type tagState int

const (
	tagWhole     tagState = iota
	tagTruncated          // at the end of the file
	tagBroken             // where the next tag begins
	tagLong               // too long to be kept
)

// tag reads a start tag with its attributes.
func (p *xmlReader) tag() (el xmlElement, empty bool, state tagState, err error) {
	p.in.skip(1)
	el.spelt, _ = p.name()
	el.name = p.plain(el.spelt)
	size := 0
	for {
		b, ok := p.in.blanks()
		switch {
		case !ok:
			return el, false, tagTruncated, nil
		case b == '>':
			p.in.skip(1)
			return el, empty, tagWhole, nil
		case b == '/':
			p.in.skip(1)
			empty = true
			continue
		case b == '<':
			return el, false, tagBroken, nil
		case !isNameStart(b):
			at := p.in.now
			p.in.skip(1) // skips a character that cannot begin an attribute's name
			if err := p.problem(at, room.Fault{Code: faultAttribute, Word: el.spelt}); err != nil {
				return el, false, tagBroken, err
			}
			continue
		}
		empty = false
		at := p.in.now
		name, _ := p.name()
		b, ok = p.in.blanks()
		if !ok {
			return el, false, tagTruncated, nil
		}
		if b != '=' {
			if err := p.problem(at, room.Fault{Code: faultAttribute, Word: name}); err != nil {
				return el, false, tagBroken, err
			}
			continue
		}
		p.in.skip(1)
		if b, ok = p.in.blanks(); !ok {
			return el, false, tagTruncated, nil
		}
		raw, state := p.value(b, maxPiece-size)
		if state != tagWhole {
			return el, false, state, nil
		}
		if b != '"' && b != '\'' {
			if err := p.problem(at, room.Fault{Code: faultAttribute, Word: name}); err != nil {
				return el, false, tagBroken, err
			}
		}
		const overhead = 64 // bytes in memory
		if size += len(name) + len(raw) + overhead; size > maxPiece {
			return el, false, tagLong, nil
		}
		value, err := p.decode(raw, at, false)
		if err != nil {
			return el, false, tagBroken, err
		}
		value, _ = validText(value)
		el.attrs = append(el.attrs, xmlAttr{name, value})
	}
}

// value reads the value of an attribute, with its quotes if it has them.
func (p *xmlReader) value(quote byte, most int) ([]byte, tagState) {
	stops := " \t\r\n>/<"
	bare := quote != '"' && quote != '\''
	if !bare {
		p.in.skip(1)
		stops = string(quote) + "<"
	}
	var raw []byte
	for {
		raw = append(raw, p.in.upTo(stops)...)
		next := p.in.peek(1)
		switch {
		case len(raw) > most:
			return nil, tagLong
		case len(next) == 0:
			return raw, tagTruncated
		case !strings.Contains(stops, string(next)): // more has arrived
		case bare:
			return raw, tagWhole
		case next[0] == quote:
			p.in.skip(1)
			return raw, tagWhole
		case p.beginsItem() || p.endsItem(""):
			return raw, tagBroken // the quote is missing
		default:
			raw = append(raw, '<') // next may have moved
			p.in.skip(1)
		}
	}
}
