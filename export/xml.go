package export

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/comment"
)

// maxDepth is deeper than the format nests (2), and keeps a hostile file from
// filling the parser's memory.
const maxDepth = 16

// scanXML hands on the comments of a file of a dialect as they come.
func scanXML(r *bufio.Reader, dialect xmlDialect, most int, report *Report, keep func(timed) error) error {
	p, err := newXMLParser(r, dialect, most)
	if err != nil {
		return err
	}
	p.report, p.keep = report, keep
	return p.parse()
}

// xmlDialect is one format of comments in XML: a root with one element for each
// comment, whose text is the comment's.
type xmlDialect struct {
	root string
	item string
	// read makes an item of an element's attributes. Its Text and Line are filled
	// in afterwards. What is no comment is counted in the report.
	read func(attr func(name string) string, text string, report *Report) (item Item, ok bool, bad *comment.Fault)
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
	seen   int        // comments
	report *Report
	keep   func(timed) error
}

// openElement is an element whose end has not come yet.
type openElement struct {
	name string
	at   place
}

func newXMLParser(r *bufio.Reader, dialect xmlDialect, most int) (*xmlParser, error) {
	if start, _ := r.Peek(2); string(start) == "\xff\xfe" || string(start) == "\xfe\xff" {
		return nil, fault(place{1, 1}, comment.Fault{Code: faultUTF16})
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

func (e charsetError) Error() string { return "in " + string(e) }

// legal tells whether XML 1.0 allows r (its production 2, Char).
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// fault says what is the matter at a place.
func fault(at place, f comment.Fault) *comment.Fault {
	f.Line, f.Column = at.line, at.column
	return flaw(f)
}

// faultAbout is fault about an element that is open.
func faultAbout(el openElement, at place, f comment.Fault) *comment.Fault {
	f.OfLine, f.OfColumn = el.at.line, el.at.column
	return fault(at, f)
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
		return fault(start, comment.Fault{Code: faultEncoding, Word: string(charset)})
	}
	reason := err.Error()
	var bad *xml.SyntaxError
	if errors.As(err, &bad) {
		reason = bad.Msg
	}
	if !p.rooted {
		return fault(p.here(), comment.Fault{Code: faultNoComments, Word: reason, Other: p.dialect.root})
	}
	return fault(p.here(), comment.Fault{Code: faultNotXML, Word: reason})
}

func (p *xmlParser) begin(at place, el xml.StartElement) error {
	name := el.Name.Local
	switch {
	case !p.rooted && name != p.dialect.root:
		return fault(at, comment.Fault{Code: faultOtherRoot, Word: name, Other: p.dialect.root})
	case p.rooted && len(p.open) == 0:
		return fault(at, comment.Fault{Code: faultBehind, Word: name, Other: p.dialect.root})
	case p.inside && name == p.dialect.item:
		last := p.open[len(p.open)-1]
		return faultAbout(last, at, comment.Fault{Code: faultInside, Word: last.name})
	case len(p.open) == maxDepth:
		return fault(at, comment.Fault{Code: faultDeep, N: maxDepth})
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
		return fault(at, comment.Fault{Code: faultClosesNothing, Word: name})
	}
	last := p.open[len(p.open)-1]
	if last.name != name {
		return faultAbout(last, at, comment.Fault{Code: faultClosesOther, Word: name, Other: last.name})
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
			return fault(at, comment.Fault{Code: faultTextTooLong, N: maxPiece >> 20})
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
			return fault(at, comment.Fault{Code: faultTextFirst, Other: p.dialect.root})
		}
		return fault(at, comment.Fault{Code: faultTextBehind, Other: p.dialect.root})
	}
	return nil
}

func (p *xmlParser) end() error {
	switch here := p.here(); {
	case !p.src.solid:
		return fault(place{1, 1}, comment.Fault{Code: faultEmpty})
	case !p.rooted:
		return fault(here, comment.Fault{Code: faultNoRoot, Other: p.dialect.root})
	case len(p.open) > 0:
		last := p.open[len(p.open)-1]
		return faultAbout(last, here, comment.Fault{Code: faultNotClosed, Word: last.name})
	}
	return nil
}

// add reads one comment. What is wrong with it is its own matter: the others
// count.
func (p *xmlParser) add(line int, text string) error {
	if p.seen++; p.seen > p.most {
		return flaw(comment.Fault{Code: faultTooMany, N: p.most})
	}
	attr := func(name string) string {
		for _, a := range p.attrs {
			if a.Name.Local == name {
				return strings.ReplaceAll(a.Value, string(rune(blank)), "")
			}
		}
		return ""
	}
	item, ok, bad := p.dialect.read(attr, text, p.report)
	switch {
	case bad != nil:
		p.report.unread(line, bad)
	case ok:
		item.Text, item.Line = text, line
		return p.keep(timed{item, true})
	}
	return nil
}
