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

// Reel is a file of comments that is ready to be played: in memory is where each
// of them begins, all else lies where it was wound to.
type Reel struct {
	on    io.ReaderAt
	marks []mark
}

// mark is a comment of a reel.
type mark struct {
	at   time.Duration
	ref  int64
	size int32
}

// ErrWind is wrapped when what was read cannot be written down.
var ErrWind = errors.New("the comments cannot be written down")

// Wind reads a file like [ReadAtMost] and writes its comments to on, which is
// empty. pick may change a comment, or leave it out; it still helps to find the
// beginning. Of an [Item] the text, name, sender and style are kept.
func Wind(r io.Reader, most int, on interface {
	io.Writer
	io.ReaderAt
}, pick func(Item, Format) (Item, bool)) (*Reel, Report, error) {
	b := buffered(r)
	format := recognise(b)
	out := bufio.NewWriterSize(on, 64<<10)
	var end int64
	var record []byte
	stamps, report, err := scan(format, b, most, func(i Item) (stamp, error) {
		i, ok := pick(i, format)
		if !ok {
			return stamp{}, errLeft
		}
		record = appendRecord(record[:0], i)
		if _, err := out.Write(record); err != nil {
			return stamp{}, fmt.Errorf("%w: %w", ErrWind, err)
		}
		s := stamp{ref: end, size: int32(len(record))}
		end += int64(len(record))
		return s, nil
	})
	if err != nil {
		return nil, Report{}, err
	}
	if err := out.Flush(); err != nil {
		return nil, Report{}, fmt.Errorf("%w: %w", ErrWind, err)
	}
	reel := &Reel{on: on, marks: make([]mark, len(stamps))}
	for i, s := range stamps {
		reel.marks[i] = mark{s.at, s.ref, s.size}
	}
	return reel, report, nil
}

// Len is the number of its comments.
func (r *Reel) Len() int { return len(r.marks) }

// Length is the time of the last comment.
func (r *Reel) Length() time.Duration {
	if len(r.marks) == 0 {
		return 0
	}
	return r.marks[len(r.marks)-1].at
}

// Find gives the number of the first comment at an offset or after it.
func (r *Reel) Find(offset time.Duration) int {
	return sort.Search(len(r.marks), func(i int) bool { return r.marks[i].at >= offset })
}

// Item reads a comment by its number.
func (r *Reel) Item(n int) (Item, error) {
	m := r.marks[n]
	record := make([]byte, m.size)
	if _, err := r.on.ReadAt(record, m.ref); err != nil {
		return Item{}, fmt.Errorf("read a comment: %w", err)
	}
	item, err := readRecord(record)
	item.Offset = m.at
	return item, err
}

// appendRecord writes what of a comment is played: each text behind its length.
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
			return Item{}, errors.New("read a comment: it is not as it was written")
		}
		fields[n], b = string(b[read:read+int(size)]), b[read+int(size):]
	}
	return Item{
		Text: fields[0], Name: fields[1], Sender: fields[2],
		Mode: comment.Mode(fields[3]), Color: fields[4], Size: comment.Size(fields[5]),
	}, nil
}
