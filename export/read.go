package export

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/text/transform"

	"danmaku/room"
)

// DefaultMost is how many comments a file may contain by default: more do not fit into
// [MaxFile] unless most of them are empty.
const DefaultMost = 1_000_000

// ReadOptions says how to read a file.
type ReadOptions struct {
	// Most is how many comments the file may contain, including skipped ones; 0 means
	// [DefaultMost]. A file with more is refused.
	Most int
	// Strict refuses a file that is not well-formed or not complete. Otherwise the complete
	// comments are read, and the report says what was skipped and where.
	Strict bool
}

// Read reads a file of comments into memory, ordered by time, then ID. It detects the format
// by the content; see [Format] for the known ones. It unpacks gzip and deflate, and converts a
// file in UTF-16 or in an encoding that its XML declaration names. It reads at most [MaxFile]
// bytes, of the file and of the unpacked content.
//
// An unreadable file returns a [*room.Fault] and nothing else; any other error comes from r.
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

// arranged puts items in the order of their stamps and drops those without one. It works in
// place, so that a file is not in memory twice.
func arranged(items []Item, stamps []stamp) []Item {
	place := make([]int, len(items)) // the index of each
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

// headSize is how many bytes of a file are examined to detect its format.
const headSize = 64 << 10

// opened is a file whose format is known.
type opened struct {
	format Format
	in     *input
	packed *packed // nil: not packed
	lookup lookup  // where its comments are if it is in JSON
}

// open begins to read a file.
func open(r io.Reader, opt *ReadOptions) (*opened, error) {
	if opt.Most == 0 {
		opt.Most = DefaultMost
	}
	source := &limited{r: r, left: MaxFile, tooLarge: errTooLarge}
	b := bufio.NewReaderSize(source, headSize)
	file := &opened{}
	tooLarge := errTooLarge
	if file.packed = newPacked(b, source); file.packed != nil {
		tooLarge = errUnpackedTooLarge
		b = buffered(file.packed, tooLarge)
	}
	head, err := b.Peek(b.Size())
	if err != nil && err != io.EOF && len(head) == 0 {
		return nil, readError(err)
	}
	if decoder := decoderOf(head); decoder != nil {
		b = buffered(transform.NewReader(b, decoder), tooLarge)
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

// end checks how a file ended after its content was read.
func (o *opened) end(rd *reading) error {
	switch {
	case o.packed == nil:
		return nil
	case o.packed.broken != nil && o.packed.damage() == faultGzipTruncated:
		return rd.truncated(o.in.now, room.Fault{Code: faultGzipTruncated})
	case o.packed.broken != nil && rd.strict:
		return fault(o.in.now, room.Fault{Code: o.packed.damage()})
	case o.packed.broken != nil: // which is why the content ends early, if it does
		rd.report.Notes = slices.DeleteFunc(rd.report.Notes, func(n room.Fault) bool { return n.Code == noteTruncated })
		rd.note(o.in.now, room.Fault{Code: o.packed.damage()})
	case o.packed.tail:
		return rd.problem(o.in.now, room.Fault{Code: faultGzipTail})
	}
	return nil
}

// notComments are the faults of files that contain no comments.
var notComments = map[string]bool{
	faultEmpty: true, faultOtherKind: true, faultArchive: true, faultBinary: true, faultPlainText: true, faultOtherCSV: true,
	faultOtherJSON: true, faultOtherRoot: true, faultNoRoot: true,
}

// unfinished are the faults of a file that is only a part.
var unfinished = map[string]bool{
	faultJSON: true, faultJSONTruncated: true, faultNoRoot: true, faultNotClosed: true, faultTagTruncated: true, faultQuoteOpen: true,
	faultRowTruncated: true, faultSegmentTruncated: true,
}

// explained adds to a fault that it concerns the content of a gzip file, or is that of
// the gzip file.
func (o *opened) explained(err error) error {
	var bad *room.Fault
	if o.packed == nil || !errors.As(err, &bad) {
		return err
	}
	if o.packed.broken != nil && unfinished[bad.Code] {
		return fault(place{bad.Line, bad.Column}, room.Fault{Code: o.packed.damage()})
	}
	if !notComments[bad.Code] {
		return err
	}
	f := *bad
	f.Why, f.Code = f.Code, faultInGzip
	if o.packed.broken != nil && f.Why == faultEmpty {
		f = room.Fault{Code: faultGzip}
	}
	return fault(place{1, 1}, f)
}
