package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is deeper than the format nests (2), and keeps a hostile file from
// filling the parser's memory.
const maxDepth = 16

// readXML reads a whole file of a dialect, ordered by time, then ID.
func readXML(data []byte, dialect xmlDialect) ([]Item, Report, error) {
	p, err := newXMLParser(data, dialect)
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
	data    []byte // as it came: places are counted in it
	dec     *xml.Decoder

	// The place last asked for. Places are asked for in order, so that counting
	// lines goes over the file once.
	at, line, lineStart int

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
	at   int
}

func newXMLParser(data []byte, dialect xmlDialect) (*xmlParser, error) {
	p := &xmlParser{dialect: dialect, data: data, line: 1}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, p.fault(0, "the file is UTF-16; save it as UTF-8")
	case len(bytes.TrimSpace(data)) == 0:
		return nil, p.fault(0, "the file is empty")
	}
	p.dec = xml.NewDecoder(bytes.NewReader(blankIllegal(bytes.Clone(data))))
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

// blank takes the place of what XML 1.0 forbids: it is allowed there, as long
// as a control character, and means nothing in a comment, so it is dropped from
// the text. Offsets in the file stay true that way.
const blank = 0x7f

var charRef = regexp.MustCompile(`&#(?:[0-9]{1,9}|x[0-9A-Fa-f]{1,8});`)

// blankIllegal overwrites forbidden characters and references to them.
func blankIllegal(data []byte) []byte {
	for i := 0; i < len(data); {
		r, n := rune(data[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(data[i:])
		}
		if !legal(r) {
			fill(data[i : i+n])
		}
		i += n
	}
	for _, at := range charRef.FindAllIndex(data, -1) {
		digits, base := string(data[at[0]+2:at[1]-1]), 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err != nil || n > utf8.MaxRune || !legal(rune(n)) {
			fill(data[at[0]:at[1]])
		}
	}
	return data
}

func fill(b []byte) {
	for i := range b {
		b[i] = blank
	}
}

// legal tells whether XML 1.0 allows r (its production 2, Char).
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// fault makes a SyntaxError for the place at, which must not lie before the
// last place that was asked for.
func (p *xmlParser) fault(at int, format string, args ...any) *SyntaxError {
	line, column := p.place(at)
	return &SyntaxError{Line: line, Column: column, Reason: fmt.Sprintf(format, args...)}
}

func (p *xmlParser) place(at int) (line, column int) {
	if at < p.at {
		p.at, p.line, p.lineStart = 0, 1, 0
	}
	for ; p.at < at; p.at++ {
		if p.data[p.at] == '\n' {
			p.line++
			p.lineStart = p.at + 1
		}
	}
	return p.line, utf8.RuneCount(bytes.TrimPrefix(p.data[p.lineStart:at], []byte("\ufeff"))) + 1
}

func (p *xmlParser) parse() error {
	for {
		start := int(p.dec.InputOffset())
		// The raw token leaves matching ends to us, so that we can say which
		// begin is at fault.
		tok, err := p.dec.RawToken()
		if err == io.EOF {
			return p.end()
		}
		if err != nil {
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
func (p *xmlParser) tokenFault(start int, err error) error {
	var charset charsetError
	if errors.As(err, &charset) {
		return p.fault(start, "%v", charset)
	}
	reason := err.Error()
	var bad *xml.SyntaxError
	if errors.As(err, &bad) {
		reason = bad.Msg
	}
	if !p.rooted {
		reason += fmt.Sprintf("; this is no comment file of %s, which is XML and begins with <%s>", p.dialect.maker, p.dialect.root)
	}
	return p.fault(min(int(p.dec.InputOffset()), len(p.data)), "%s", reason)
}

func (p *xmlParser) begin(at int, el xml.StartElement) error {
	name := el.Name.Local
	switch {
	case !p.rooted && name != p.dialect.root:
		return p.fault(at, "this is no comment file of %s: it begins with <%s> and not with <%s>", p.dialect.maker, name, p.dialect.root)
	case p.rooted && len(p.open) == 0:
		return p.fault(at, "<%s> stands behind the end of the file's <%s>", name, p.dialect.root)
	case p.inside && name == p.dialect.item:
		line, column := p.place(p.open[len(p.open)-1].at)
		return p.fault(at, "a comment begins inside another one; <%s> of line %d, column %d is not closed",
			p.open[len(p.open)-1].name, line, column)
	case len(p.open) == maxDepth:
		return p.fault(at, "elements are nested more than %d deep", maxDepth)
	}
	p.rooted = true
	p.open = append(p.open, openElement{name, at})
	if name == p.dialect.item && len(p.open) == 2 {
		p.attrs, p.inside = slices.Clone(el.Attr), true
		p.text.Reset()
	}
	return nil
}

func (p *xmlParser) close(at int, name string) error {
	if len(p.open) == 0 {
		return p.fault(at, "</%s> closes nothing", name)
	}
	last := p.open[len(p.open)-1]
	if last.name != name {
		line, column := p.place(last.at)
		return p.fault(at, "</%s> comes before the end of <%s> of line %d, column %d", name, last.name, line, column)
	}
	p.open = p.open[:len(p.open)-1]
	if p.inside && len(p.open) == 1 {
		line, _ := p.place(last.at)
		p.add(line, p.text.String())
		p.inside = false
	}
	return nil
}

func (p *xmlParser) characters(at int, text []byte) error {
	if p.inside {
		for _, b := range text {
			if b != blank {
				p.text.WriteByte(b)
			}
		}
		return nil
	}
	ignored := bytes.Trim(text, " \t\r\n\x7f\ufeff")
	if len(p.open) == 0 && len(ignored) > 0 {
		at += max(0, bytes.Index(p.data[at:], ignored[:1])) // a reference stands there in other letters
		if !p.rooted {
			return p.fault(at, "this is no comment file of %s: it begins with text and not with <%s>", p.dialect.maker, p.dialect.root)
		}
		return p.fault(at, "text stands behind the end of the file's <%s>", p.dialect.root)
	}
	return nil
}

func (p *xmlParser) end() error {
	if !p.rooted {
		return p.fault(len(p.data), "this is no comment file of %s: there is no <%s> in it", p.dialect.maker, p.dialect.root)
	}
	if n := len(p.open); n > 0 {
		line, column := p.place(p.open[n-1].at)
		return p.fault(len(p.data), "the file ends before <%s> of line %d, column %d is closed", p.open[n-1].name, line, column)
	}
	return nil
}

// add reads one comment. What is wrong with it is its own matter: the others
// count.
func (p *xmlParser) add(line int, text string) {
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
}
