package export

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

// maxOffset bounds the time of a comment: no recording lasts a month, and what
// claims to is a defect.
const maxOffset = 30 * 24 * time.Hour

// maxDepth is deeper than the format nests (2), and keeps a hostile file from
// filling the parser's memory.
const maxDepth = 16

// ReadBilibili reads the XML of Bilibili (<i> with one <d p="…"> for each
// comment), ordered by time, then ID. The fields of p are: seconds, type, size,
// colour as a decimal, Unix seconds, pool, sender, ID and sometimes a ninth.
// Types 1 to 3 scroll, 4 stands below, 5 above, 6 runs backwards; 7 and above
// are placed by a program and counted as [Report.Positioned]. Sizes up to 18
// are small, from 36 on big. A comment with a bad p is left out and reported.
//
// Characters that XML 1.0 forbids are dropped: real files hold them. Any other
// fault of the XML is a [*SyntaxError], and then nothing is returned. The whole
// of r is read first, at most [MaxFile].
func ReadBilibili(r io.Reader) ([]Item, Report, error) {
	var data bytes.Buffer
	if _, err := data.ReadFrom(io.LimitReader(r, MaxFile+1)); err != nil {
		return nil, Report{}, fmt.Errorf("read comments: %w", err)
	}
	if data.Len() > MaxFile {
		return nil, Report{}, fmt.Errorf("the file is larger than %d MiB", MaxFile>>20)
	}
	p, err := newBilibiliParser(data.Bytes())
	if err != nil {
		return nil, Report{}, err
	}
	if err := p.parse(); err != nil {
		return nil, Report{}, err
	}
	slices.SortStableFunc(p.items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), compareIDs(a.ID, b.ID))
	})
	return p.items, p.report, nil
}

// compareIDs orders decimal numbers of any length without reading them.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

type bilibiliParser struct {
	data []byte // as it came: places are counted in it
	dec  *xml.Decoder

	// The place last asked for. Places are asked for in order, so that counting
	// lines goes over the file once.
	at, line, lineStart int

	open   []openElement
	rooted bool // <i> was seen
	text   strings.Builder
	p      *string // of the <d> that is open
	items  []Item
	report Report
}

// openElement is an element whose end has not come yet.
type openElement struct {
	name string
	at   int
}

func newBilibiliParser(data []byte) (*bilibiliParser, error) {
	p := &bilibiliParser{data: data, line: 1}
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
func (p *bilibiliParser) fault(at int, format string, args ...any) *SyntaxError {
	line, column := p.place(at)
	return &SyntaxError{Line: line, Column: column, Reason: fmt.Sprintf(format, args...)}
}

func (p *bilibiliParser) place(at int) (line, column int) {
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

func (p *bilibiliParser) parse() error {
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
func (p *bilibiliParser) tokenFault(start int, err error) error {
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
		reason += "; this is no comment file of Bilibili, which is XML and begins with <i>"
	}
	return p.fault(min(int(p.dec.InputOffset()), len(p.data)), "%s", reason)
}

func (p *bilibiliParser) begin(at int, el xml.StartElement) error {
	name := el.Name.Local
	switch {
	case !p.rooted && name != "i":
		return p.fault(at, "this is no comment file of Bilibili: it begins with <%s> and not with <i>", name)
	case p.rooted && len(p.open) == 0:
		return p.fault(at, "<%s> stands behind the end of the file's <i>", name)
	case p.p != nil && name == "d":
		line, column := p.place(p.open[len(p.open)-1].at)
		return p.fault(at, "a comment begins inside another one; <%s> of line %d, column %d is not closed",
			p.open[len(p.open)-1].name, line, column)
	case len(p.open) == maxDepth:
		return p.fault(at, "elements are nested more than %d deep", maxDepth)
	}
	p.rooted = true
	p.open = append(p.open, openElement{name, at})
	if name == "d" && len(p.open) == 2 {
		attr := ""
		for _, a := range el.Attr {
			if a.Name.Local == "p" {
				attr = strings.ReplaceAll(a.Value, string(rune(blank)), "")
			}
		}
		p.p = &attr
		p.text.Reset()
	}
	return nil
}

func (p *bilibiliParser) close(at int, name string) error {
	if len(p.open) == 0 {
		return p.fault(at, "</%s> closes nothing", name)
	}
	last := p.open[len(p.open)-1]
	if last.name != name {
		line, column := p.place(last.at)
		return p.fault(at, "</%s> comes before the end of <%s> of line %d, column %d", name, last.name, line, column)
	}
	p.open = p.open[:len(p.open)-1]
	if p.p != nil && len(p.open) == 1 {
		line, _ := p.place(last.at)
		p.add(line, *p.p, p.text.String())
		p.p = nil
	}
	return nil
}

func (p *bilibiliParser) characters(at int, text []byte) error {
	if p.p != nil {
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
			return p.fault(at, "this is no comment file of Bilibili: it begins with text and not with <i>")
		}
		return p.fault(at, "text stands behind the end of the file's <i>")
	}
	return nil
}

func (p *bilibiliParser) end() error {
	if !p.rooted {
		return p.fault(len(p.data), "this is no comment file of Bilibili: there is no <i> in it")
	}
	if n := len(p.open); n > 0 {
		line, column := p.place(p.open[n-1].at)
		return p.fault(len(p.data), "the file ends before <%s> of line %d, column %d is closed", p.open[n-1].name, line, column)
	}
	return nil
}

// add reads one comment. What is wrong with it is its own matter: the others
// count.
func (p *bilibiliParser) add(line int, attr, text string) {
	item, positioned, err := parseP(attr)
	switch {
	case err != nil:
		p.report.Malformed = append(p.report.Malformed, Defect{line, err.Error()})
	case positioned:
		p.report.Positioned++
	default:
		item.Text, item.Line = text, line
		p.items = append(p.items, item)
	}
}

var bilibiliModes = map[int]comment.Mode{
	1: comment.Scroll, 2: comment.Scroll, 3: comment.Scroll,
	4: comment.Bottom, 5: comment.Top, 6: comment.Reverse,
}

func parseP(attr string) (item Item, positioned bool, err error) {
	f := strings.Split(attr, ",")
	if len(f) != 8 && len(f) != 9 {
		return Item{}, false, fmt.Errorf("p has %d fields; 8 or 9 were expected", len(f))
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	seconds, err := strconv.ParseFloat(f[0], 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > maxOffset.Seconds() {
		return Item{}, false, fmt.Errorf("the time %.40q is no number of seconds", f[0])
	}
	kind, err := strconv.Atoi(f[1])
	if err != nil || kind < 1 {
		return Item{}, false, fmt.Errorf("the type %.40q is unknown", f[1])
	}
	if kind > 6 {
		return Item{}, true, nil
	}
	size, err := strconv.Atoi(f[2])
	if err != nil || size < 1 {
		return Item{}, false, fmt.Errorf("the size %.40q is no height of letters", f[2])
	}
	color, err := strconv.ParseUint(f[3], 10, 24)
	if err != nil {
		return Item{}, false, fmt.Errorf("the colour %.40q is no number from 0 to 16777215", f[3])
	}
	sent, err := strconv.ParseInt(f[4], 10, 64)
	if err != nil || sent < 0 || sent > 1<<40 {
		return Item{}, false, fmt.Errorf("the date %.40q is no number of seconds", f[4])
	}
	item = Item{
		Offset: time.Duration(math.Round(seconds*1e6)) * time.Microsecond,
		Mode:   bilibiliModes[kind], Color: fmt.Sprintf("#%06x", color), Size: comment.Medium,
		Sender: f[6], ID: f[7],
	}
	if sent > 0 {
		item.SentAt = time.Unix(sent, 0).UTC()
	}
	switch {
	case size <= 18:
		item.Size = comment.Small
	case size >= 36:
		item.Size = comment.Big
	}
	return item, false, nil
}
