package export

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// xmlDialect is one format of comments in XML: a root with one element for each
// comment, whose text is the comment's.
type xmlDialect struct {
	root string
	// items are the elements that are comments or other actions of viewers. The function
	// passes the resulting item to the reading.
	items map[string]func(rd *reading, doc *xmlDocument, el xmlElement) error
	// noted are elements whose text the items need.
	noted []string
}

// xmlDocument is what a file says about itself.
type xmlDocument struct {
	root  xmlElement
	noted map[string]string
}

// xmlElement is an element that was read to its end.
type xmlElement struct {
	name  string // as the dialect spells it
	spelt string // in the file
	attrs []xmlAttr
	text  string
}

type xmlAttr struct{ name, value string }

// attr returns the value of an attribute, or "". Some programs spell its name with capital
// letters.
func (e xmlElement) attr(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value
		}
	}
	for _, a := range e.attrs {
		if strings.EqualFold(a.name, name) {
			return a.value
		}
	}
	return ""
}

// xmlReader reads a file of a dialect. Programs write these files by joining strings, and are
// killed while they write. So it reads as much as there is, notes violations of XML, and
// refuses the file only in strict mode. Package encoding/xml stops at the first violation.
type xmlReader struct {
	*reading
	in      *input
	dialect xmlDialect
	doc     xmlDocument

	open    []openElement
	rooted  bool        // the root, or a comment without a root, has come
	ended   bool        // the root has ended
	foreign *room.Fault // the fault if another element comes first
	noting  string
	noteBuf []byte

	deep   int   // elements that were nested too deep
	deepAt place // the place of the first of them
}

// openElement is an element whose end has not come yet.
type openElement struct {
	name  string // as the dialect spells it
	spelt string // in the file
	at    place
}

// scanXML passes on the comments of a file of a dialect as they come.
func scanXML(in *input, rd *reading, dialect xmlDialect) error {
	p := &xmlReader{reading: rd, in: in, dialect: dialect, doc: xmlDocument{noted: map[string]string{}}}
	for {
		at := in.now
		next := in.peek(2)
		var err error
		switch {
		case len(next) == 0:
			if in.err != nil {
				return in.err
			}
			return p.end()
		case next[0] != '<':
			err = p.characters()
		case len(next) == 1:
			in.skip(1)
			err = p.leaveOff(at)
		case next[1] == '!' || next[1] == '?':
			err = p.markup(at)
		case next[1] == '/':
			err = p.endTag(at)
		case isNameStart(next[1]):
			err = p.startTag(at)
		default:
			in.skip(1)
			err = p.problem(at, room.Fault{Code: faultLessThan})
		}
		if err != nil {
			return err
		}
	}
}

// end handles the end of the file.
func (p *xmlReader) end() error {
	switch {
	case p.foreign != nil && p.seen == 0:
		return p.foreign
	case !p.rooted:
		return fault(p.in.now, room.Fault{Code: faultNoRoot, Other: p.dialect.root})
	case len(p.open) > 0:
		last := p.open[len(p.open)-1]
		return p.truncated(p.in.now, notClosed(last))
	}
	return nil
}

// leaveOff handles the end of the file within a tag that begins at a place.
func (p *xmlReader) leaveOff(at place) error {
	if p.in.err != nil {
		return p.in.err
	}
	if p.foreign != nil && p.seen == 0 {
		return p.foreign
	}
	if !p.rooted {
		return fault(p.in.now, room.Fault{Code: faultNoRoot, Other: p.dialect.root})
	}
	return p.truncated(p.in.now, room.Fault{Code: faultTagTruncated, OfLine: at.line, OfColumn: at.column})
}

func notClosed(el openElement) room.Fault {
	return room.Fault{Code: faultNotClosed, Word: el.spelt, OfLine: el.at.line, OfColumn: el.at.column}
}

// characters reads text outside comments. It matters only in a file that should have none.
func (p *xmlReader) characters() error {
	var at place
	seen := false
	for {
		here := p.in.now
		text := p.in.upTo("<")
		if len(text) == 0 {
			break
		}
		if p.noting != "" && len(p.noteBuf) < maxNoted {
			p.noteBuf = append(p.noteBuf, text...)
		}
		if seen || len(p.open) > 0 {
			continue
		}
		if i := bytes.IndexFunc(text, isSolid); i >= 0 {
			at, seen = here.after(text[:i]), true
		}
	}
	switch {
	case !seen:
		return nil
	case !p.rooted && p.strict:
		return fault(at, room.Fault{Code: faultTextFirst, Other: p.dialect.root})
	case !p.rooted:
		return p.problem(at, room.Fault{Code: faultTextBefore})
	case p.ended:
		return p.problem(at, room.Fault{Code: faultTextBehind, Other: p.dialect.root})
	}
	return nil // between comments without a root
}

// isSolid reports whether r is neither white space nor dropped.
func isSolid(r rune) bool {
	return r != ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\ufeff' && r != 0x7f && legal(r)
}

// maxNoted bounds the text of a noted element, in bytes.
const maxNoted = 64

// markup skips an XML comment, a CDATA section outside a comment, a declaration or an
// instruction.
func (p *xmlReader) markup(at place) error {
	start := p.in.peek(len("<![CDATA["))
	end := ">"
	switch {
	case bytes.HasPrefix(start, []byte("<!--")):
		end = "-->"
		p.in.skip(len("<!--"))
	case bytes.HasPrefix(start, []byte("<![CDATA[")):
		end = "]]>"
	case start[1] == '?':
		end = "?>"
	case bytes.EqualFold(start, []byte("<!DOCTYPE")):
		return p.doctype(at)
	}
	var held []byte // of an instruction, which may name an encoding
	for {
		if text := p.in.upTo(end[:1]); len(text) > 0 {
			if end == "?>" && len(held) < 1024 {
				held = append(held, text...)
			}
			continue
		}
		next := p.in.peek(len(end))
		if len(next) < len(end) {
			p.in.skip(len(next))
			return p.leaveOff(at)
		}
		if string(next) == end {
			p.in.skip(len(end))
			break
		}
		p.in.skip(1)
	}
	if name := encodingOf(held); name != "" && !p.rooted {
		return fault(at, room.Fault{Code: faultEncoding, Word: name})
	}
	return nil
}

// encodingOf returns the encoding that an XML declaration names, if it is unknown. Known ones
// were converted, see decoderOf. UTF-16 does not count: programs on Windows that build the
// text in memory declare it in files in UTF-8.
func encodingOf(declaration []byte) string {
	_, rest, ok := strings.Cut(string(declaration), "encoding")
	if !ok || !bytes.HasPrefix(declaration, []byte("<xml ")) { // without its ?
		return ""
	}
	rest = strings.TrimLeft(rest, " =\t\r\n")
	if rest == "" {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	switch name := encodingName(name); {
	case encodings[name] != nil, oneByte[name] != nil, strings.HasPrefix(name, "utf-16"), strings.HasPrefix(name, "utf-32"),
		slices.Contains([]string{"utf-8", "us-ascii", "ascii", "utf16", "utf32", "unicode", "ucs-2", "ucs-4"}, name):
		return ""
	}
	return name
}

// beginsItem reports whether a comment begins here: its name and an attribute, so that similar
// text is not mistaken for one.
func (p *xmlReader) beginsItem() bool {
	const longest = 32
	next := p.in.peek(longest)
	for name := range p.dialect.items {
		rest, ok := cutFold(next, "<"+name)
		if !ok || len(rest) == 0 || !isBlank(rest[0]) {
			continue
		}
		rest = bytes.TrimLeft(rest, " \t\r\n")
		n := 0
		for n < len(rest) && isName(rest[n]) {
			n++
		}
		if n > 0 && bytes.HasPrefix(bytes.TrimLeft(rest[n:], " "), []byte("=")) {
			return true
		}
	}
	return false
}

// endsItem reports whether a comment ends here; any comment, if name is empty.
func (p *xmlReader) endsItem(name string) bool {
	if name == "" {
		for name := range p.dialect.items {
			if p.endsItem(name) {
				return true
			}
		}
		return false
	}
	const longest = 32 // prefix of a namespace
	rest, ok := bytes.CutPrefix(p.in.peek(longest+len(name)+8), []byte("</"))
	if !ok {
		return false
	}
	if i := bytes.IndexByte(rest, ':'); i > 0 && i <= longest && !bytes.ContainsFunc(rest[:i], func(r rune) bool { return r < utf8.RuneSelf && !isName(byte(r)) }) {
		rest = rest[i+1:]
	}
	if p.strict {
		rest, ok = bytes.CutPrefix(rest, []byte(name))
	} else {
		rest, ok = cutFold(rest, name)
	}
	return ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(">"))
}

// cutFold is bytes.CutPrefix without regard to capital letters. prefix is ASCII.
func cutFold(b []byte, prefix string) (rest []byte, ok bool) {
	if n := len(prefix); len(b) >= n && strings.EqualFold(string(b[:n]), prefix) {
		return b[n:], true
	}
	return b, false
}

// endsFile reports whether the root ends here with nothing after it.
func (p *xmlReader) endsFile() bool {
	end := "</" + p.dialect.root + ">"
	next := p.in.peek(256)
	rest, ok := cutFold(next, end)
	return ok && len(next) < 256 && len(bytes.TrimSpace(rest)) == 0
}
