package export

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"golang.org/x/text/transform"

	"danmaku/room"
)

// DefaultMost is how many comments a file may hold by default: more do not
// fit into [MaxFile] unless most of them are empty.
const DefaultMost = 1_000_000

// ReadOptions says how a file is read.
type ReadOptions struct {
	// Most is how many comments the file may hold, those that are skipped among
	// them; 0 is [DefaultMost]. A file with more is refused.
	Most int
	// Strict refuses a file that is not well-formed or has no end. Otherwise what
	// is whole is read, and the report says what was left out and where.
	Strict bool
}

// Read reads a file of comments into memory, ordered by time, then ID. The format
// is told by the content; see [Format] for those that are known. A file that was
// packed with gzip is unpacked; one in UTF-16, or in an encoding that its XML
// declaration names, is converted. Of the file and of what it unpacks to at most
// [MaxFile] bytes are read.
//
// What makes a file unreadable is a [*room.Fault], and then nothing is
// returned; another error is of r.
func Read(r io.Reader, opt ReadOptions) ([]Item, Report, Format, error) {
	file, err := open(r, &opt)
	if err != nil {
		return nil, Report{}, "", err
	}
	var read []Item
	stamps, report, err := scan(file, opt, func(i Item) (stamp, error) {
		read = append(read, i)
		return stamp{ref: int64(len(read) - 1)}, nil
	})
	if err != nil {
		return nil, Report{}, file.format, file.explained(err)
	}
	return arranged(read, stamps), report, file.format, nil
}

// arranged puts items in the order of their stamps and drops those that have
// none. It does so in place, so that a file is not in memory twice.
func arranged(items []Item, stamps []stamp) []Item {
	place := make([]int, len(items)) // where each belongs
	for i := range place {
		place[i] = -1
	}
	for i, s := range stamps {
		place[s.ref] = i
		items[s.ref].Offset = s.at
	}
	dropped := len(stamps)
	for i, p := range place {
		if p < 0 {
			place[i] = dropped
			dropped++
		}
	}
	for i := range items {
		for place[i] != i {
			other := place[i]
			items[i], items[other] = items[other], items[i]
			place[i], place[other] = place[other], other
		}
	}
	clear(items[len(stamps):])
	return items[:len(stamps):len(stamps)]
}

// headSize is how much of a file is looked at to tell its format.
const headSize = 64 << 10

// opened is a file whose format is known.
type opened struct {
	format Format
	in     *input
	packed *packed // nil: it is not
	lookup lookup  // where its comments lie when it is in JSON
}

// open begins to read a file.
func open(r io.Reader, opt *ReadOptions) (*opened, error) {
	if opt.Most == 0 {
		opt.Most = DefaultMost
	}
	source := &limited{r: r, left: MaxFile}
	b := bufio.NewReaderSize(source, headSize)
	file := &opened{}
	if start, _ := b.Peek(3); bytes.Equal(start, []byte("\x1f\x8b\x08")) {
		file.packed = &packed{from: b, source: source}
		b = buffered(file.packed)
	}
	head, err := b.Peek(b.Size())
	if err != nil && err != io.EOF && len(head) == 0 {
		return nil, readError(err)
	}
	if decoder := decoderOf(head); decoder != nil {
		b = buffered(transform.NewReader(b, decoder))
		if head, err = b.Peek(b.Size()); err != nil && err != io.EOF && len(head) == 0 {
			return nil, readError(err)
		}
	}
	format, bad := recognise(head, err == io.EOF)
	if bad != nil {
		return nil, file.explained(bad)
	}
	for ; bytes.HasPrefix(head, byteOrderMark); head = head[len(byteOrderMark):] {
		_, _ = b.Discard(len(byteOrderMark))
	}
	if file.format, file.in = format, newInput(b); format == JSONLines {
		file.format, file.lookup = jsonKind(head)
	}
	return file, nil
}

// end checks how a file ended whose content was read.
func (o *opened) end(rd *reading) error {
	if o.packed == nil || o.packed.broken == nil {
		return nil
	}
	return rd.truncated(o.in.now, room.Fault{Code: faultGzipTruncated})
}

// notComments are the faults of files that hold no comments.
var notComments = map[string]bool{
	faultEmpty: true, faultOtherKind: true, faultBinary: true, faultPlainText: true, faultOtherCSV: true,
	faultOtherJSON: true, faultOtherRoot: true, faultNoRoot: true,
}

// explained says of a fault that it is of what a gzip file holds.
func (o *opened) explained(err error) error {
	var bad *room.Fault
	if o.packed == nil || !errors.As(err, &bad) || !notComments[bad.Code] {
		return err
	}
	f := *bad
	f.Why, f.Code = f.Code, faultInGzip
	if o.packed.broken != nil && f.Why == faultEmpty {
		f = room.Fault{Code: faultGzip}
	}
	return fault(place{1, 1}, f)
}

// packed unpacks a file. A file that was cut off ends where it can be unpacked to.
type packed struct {
	from   io.Reader
	zip    *gzip.Reader
	source *limited // the file as it lies there
	broken error    // why it could not be unpacked to its end
}

func (p *packed) Read(b []byte) (n int, err error) {
	if p.broken != nil {
		return 0, io.EOF
	}
	if p.zip == nil {
		p.zip, err = gzip.NewReader(p.from)
	}
	if err == nil {
		n, err = p.zip.Read(b)
	}
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case p.source.err != nil: // it could not be read, which is not a fault in it
		return n, p.source.err
	}
	p.broken = err
	return n, nil
}
