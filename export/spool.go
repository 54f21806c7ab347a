package export

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"

	"danmaku/comment"
)

// SpoolFile is a file of comments that is ready for playback. The start of each comment is in
// memory, the comments themselves are in the file that they were spooled to.
type SpoolFile struct {
	on    io.ReaderAt
	marks []mark
}

// mark is the entry of one comment in a spool file.
type mark struct {
	at   time.Duration
	ref  int64
	size int32
}

// ErrSpool is wrapped when the comments cannot be written to the spool file.
var ErrSpool = errors.New("the comments cannot be stored")

// Spool reads a file like [Read] and writes its comments to on, which is empty. pick may
// change or skip a comment; a skipped one still helps to find the beginning. Of an [Item] the
// text, name, sender and style are kept. Errors: those of [Read], or [ErrSpool].
func Spool(r io.Reader, opt ReadOptions, on interface {
	io.Writer
	io.ReaderAt
}, pick func(Item, Format) (Item, bool)) (*SpoolFile, Report, error) {
	file, err := open(r, &opt)
	if err != nil {
		return nil, Report{}, err
	}
	out := bufio.NewWriterSize(on, 64<<10)
	var end int64
	var record []byte
	stamps, report, err := scan(file, opt, func(i Item) (stamp, error) {
		i, ok := pick(i, file.format)
		if !ok {
			return stamp{}, errLeft
		}
		record = appendRecord(record[:0], i)
		if _, err := out.Write(record); err != nil {
			return stamp{}, fmt.Errorf("%w: %w", ErrSpool, err)
		}
		s := stamp{ref: end, size: int32(len(record))}
		end += int64(len(record))
		return s, nil
	})
	if err != nil {
		return nil, Report{}, file.explained(err)
	}
	if err := out.Flush(); err != nil {
		return nil, Report{}, fmt.Errorf("%w: %w", ErrSpool, err)
	}
	spool := &SpoolFile{on: on, marks: make([]mark, len(stamps))}
	for i, s := range stamps {
		spool.marks[i] = mark{s.at, s.ref, s.size}
	}
	return spool, report, nil
}

// Len returns the number of comments.
func (f *SpoolFile) Len() int { return len(f.marks) }

// Length returns the time of the last comment.
func (f *SpoolFile) Length() time.Duration {
	if len(f.marks) == 0 {
		return 0
	}
	return f.marks[len(f.marks)-1].at
}

// Find returns the number of the first comment at or after an offset.
func (f *SpoolFile) Find(offset time.Duration) int {
	return sort.Search(len(f.marks), func(i int) bool { return f.marks[i].at >= offset })
}

// Item reads a comment by its number.
func (f *SpoolFile) Item(n int) (Item, error) {
	m := f.marks[n]
	record := make([]byte, m.size)
	if _, err := f.on.ReadAt(record, m.ref); err != nil {
		return Item{}, fmt.Errorf("read a comment: %w", err)
	}
	item, err := readRecord(record)
	item.Offset = m.at
	return item, err
}

// appendRecord appends the fields of a comment that playback needs: each text after its
// length.
func appendRecord(b []byte, i Item) []byte {
	for _, s := range []string{i.Text, i.Name, i.Sender, string(i.Mode), i.Color, string(i.Size)} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func readRecord(b []byte) (i Item, err error) {
	var fields [6]string
	for n := range fields {
		size, read := binary.Uvarint(b)
		if read <= 0 || size > uint64(len(b)-read) {
			return Item{}, errors.New("read a comment: the stored copy is damaged")
		}
		fields[n], b = string(b[read:read+int(size)]), b[read+int(size):]
	}
	return Item{
		Text: fields[0], Name: fields[1], Sender: fields[2],
		Mode: comment.Mode(fields[3]), Color: fields[4], Size: comment.Size(fields[5]),
	}, nil
}
