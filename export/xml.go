package export

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth is deeper than the format nests (2), and keeps a hostile file from
// filling the parser's memory.
const maxDepth = 16

// readXML reads a file of a dialect, ordered by time, then ID.
func readXML(r *bufio.Reader, dialect xmlDialect, most int) ([]Item, Report, error) {
	p, err := newXMLParser(r, dialect, most)
	if err != nil {
		return nil, Report{}, err
	}
	if err := p.parse(); err != nil {
		return nil, Report{}, err
	}
	inOrder(p.items)
	return p.items, p.report, nil
}

// xmlDialect is one format of comments in XML: a root with one element for each
// comment, whose text is the comment's.
type xmlDialect struct {
	maker string // who made it up, in messages
	root  string
	item  string
	// read makes an item of an element's attributes. Its Text and Line are filled
	// in afterwards. What is no comment is counted in the report.
	read func(attr func(name string) string, text string, report *Report) (item Item, ok bool, err error)
}

// xmlParser reads a file of a dialect and says of each fault where it is.
type xmlParser struct {
	dialect xmlDialect
	most    int // comments
	src     *source
	dec     *xml.Decoder

	open   []openElement
	rooted bool // the root was seen
	text   strings.Builder
	attrs  []xml.Attr // of the comment that is open
	inside bool       // a comment is open
	items  []Item
	report Report
}

// openElement is an element whose end has not come yet.
type openElement struct {
	name string
	at   place
}

func newXMLParser(r *bufio.Reader, dialect xmlDialect, most int) (*xmlParser, error) {
	if start, _ := r.Peek(2); string(start) == "\xff\xfe" || string(start) == "\xfe\xff" {
		return nil, fault(place{1, 1}, "the file is UTF-16; save it as UTF-8")
	}
	p := &xmlParser{dialect: dialect, most: most, src: newSource(r)}
	p.dec = xml.NewDecoder(p.src)
	p.dec.CharsetReader = func(name string, _ io.Reader) (io.Reader, error) {
		return nil, charsetError(name)
	}
	return p, nil
}

// charsetError is a declared encoding that is not UTF-8.
type charsetError string

func (e charsetError) Error() string {
	return fmt.Sprintf("the file says that it is in %q; save it as UTF-8", string(e))
}

// legal tells whether XML 1.0 allows r (its production 2, Char).
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// fault makes a SyntaxError.
func fault(at place, format string, args ...any) *SyntaxError {
	return &SyntaxError{Line: at.line, Column: at.column, Reason: fmt.Sprintf(format, args...)}
}

// here is how far the XML package has read.
func (p *xmlParser) here() place { return p.src.at(p.dec.InputOffset()) }

func (p *xmlParser) parse() error {
	for {
		start := p.here()
		p.src.begin()
		// The raw token leaves matching ends to us, so that we can say which
		// begin is at fault.
		tok, err := p.dec.RawToken()
		switch {
		case p.src.err != nil:
			return p.src.err
		case err == io.EOF:
			return p.end()
		case err != nil:
			return p.tokenFault(start, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			err = p.begin(start, tok)
		case xml.EndElement:
			err = p.close(start, tok.Name.Local)
		case xml.CharData:
			err = p.characters(start, tok)
		}
		if err != nil {
			return err
		}
	}
}

// tokenFault turns an error of the XML package into ours. The package's own
// position is where it stopped reading.
func (p *xmlParser) tokenFault(start place, err error) error {
	var charset charsetError
	if errors.As(err, &charset) {
		return fault(start, "%v", charset)
	}
	reason := err.Error()
	var bad *xml.SyntaxError
	if errors.As(err, &bad) {
		reason = bad.Msg
	}
	if !p.rooted {
		reason += fmt.Sprintf("; this is no comment file of %s, which is XML and begins with <%s>", p.dialect.maker, p.dialect.root)
	}
	return fault(p.here(), "%s", reason)
}

func (p *xmlParser) begin(at place, el xml.StartElement) error {
	name := el.Name.Local
	switch {
	case !p.rooted && name != p.dialect.root:
		return fault(at, "this is no comment file of %s: it begins with <%s> and not with <%s>", p.dialect.maker, name, p.dialect.root)
	case p.rooted && len(p.open) == 0:
		return fault(at, "<%s> stands behind the end of the file's <%s>", name, p.dialect.root)
	case p.inside && name == p.dialect.item:
		last := p.open[len(p.open)-1]
		return fault(at, "a comment begins inside another one; <%s> of line %d, column %d is not closed",
			last.name, last.at.line, last.at.column)
	case len(p.open) == maxDepth:
		return fault(at, "elements are nested more than %d deep", maxDepth)
	}
	p.rooted = true
	p.open = append(p.open, openElement{name, at})
	if name == p.dialect.item && len(p.open) == 2 {
		p.attrs, p.inside = slices.Clone(el.Attr), true
		p.text.Reset()
	}
	return nil
}

func (p *xmlParser) close(at place, name string) error {
	if len(p.open) == 0 {
		return fault(at, "</%s> closes nothing", name)
	}
	last := p.open[len(p.open)-1]
	if last.name != name {
		return fault(at, "</%s> comes before the end of <%s> of line %d, column %d", name, last.name, last.at.line, last.at.column)
	}
	p.open = p.open[:len(p.open)-1]
	if p.inside && len(p.open) == 1 {
		p.inside = false
		return p.add(last.at.line, p.text.String())
	}
	return nil
}

func (p *xmlParser) characters(at place, text []byte) error {
	if p.inside {
		if p.text.Len()+len(text) > maxPiece {
			return fault(at, "a comment is longer than %d MiB", maxPiece>>20)
		}
		for _, b := range text {
			if b != blank {
				p.text.WriteByte(b)
			}
		}
		return nil
	}
	ignored := bytes.Trim(text, " \t\r\n\x7f\ufeff")
	if len(p.open) == 0 && len(ignored) > 0 {
		if p.src.marked {
			at = p.src.mark
		}
		if !p.rooted {
			return fault(at, "this is no comment file of %s: it begins with text and not with <%s>", p.dialect.maker, p.dialect.root)
		}
		return fault(at, "text stands behind the end of the file's <%s>", p.dialect.root)
	}
	return nil
}

func (p *xmlParser) end() error {
	switch here := p.here(); {
	case !p.src.solid:
		return fault(place{1, 1}, "the file is empty")
	case !p.rooted:
		return fault(here, "this is no comment file of %s: there is no <%s> in it", p.dialect.maker, p.dialect.root)
	case len(p.open) > 0:
		last := p.open[len(p.open)-1]
		return fault(here, "the file ends before <%s> of line %d, column %d is closed", last.name, last.at.line, last.at.column)
	}
	return nil
}

// add reads one comment. What is wrong with it is its own matter: the others
// count.
func (p *xmlParser) add(line int, text string) error {
	if len(p.items)+p.report.Skipped() >= p.most {
		return tooMany(p.most)
	}
	attr := func(name string) string {
		for _, a := range p.attrs {
			if a.Name.Local == name {
				return strings.ReplaceAll(a.Value, string(rune(blank)), "")
			}
		}
		return ""
	}
	item, ok, err := p.dialect.read(attr, text, &p.report)
	switch {
	case err != nil:
		p.report.Malformed = append(p.report.Malformed, Defect{line, err.Error()})
	case ok:
		item.Text, item.Line = text, line
		p.items = append(p.items, item)
	}
	return nil
}
