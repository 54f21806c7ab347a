package export

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"time"
)

// maxOffset bounds the time of a comment: no recording lasts a month, and what
// claims to is a defect.
const (
	mostDays  = 30
	maxOffset = mostDays * 24 * time.Hour
)

// mostComments is how many comments a file may hold: more do not fit into
// [MaxFile] unless most of them are empty.
const mostComments = 1_000_000

// Read reads a file of comments in Bilibili's XML, niconico's XML or JSON Lines
// and tells which it is by its content. It is ordered by time, then ID. See
// [ReadBilibili], [ReadNiconico] and [ReadJSONLines].
func Read(r io.Reader) ([]Item, Report, Format, error) { return ReadAtMost(r, mostComments) }

// ReadAtMost is [Read] of a file that may hold no more than so many comments,
// those that are skipped among them. Only they are in memory: the file is
// looked at while it comes, and the first fault ends it. What is the matter with a
// file is a [*comment.Fault].
func ReadAtMost(r io.Reader, most int) ([]Item, Report, Format, error) {
	b := buffered(r)
	format := recognise(b)
	items, report, err := readAs(format, b, most)
	return items, report, format, err
}

// readAs reads a file of a format into memory.
func readAs(format Format, r *bufio.Reader, most int) ([]Item, Report, error) {
	var read []Item
	stamps, report, err := scan(format, r, most, func(i Item) (stamp, error) {
		read = append(read, i)
		return stamp{ref: int64(len(read) - 1)}, nil
	})
	if err != nil {
		return nil, Report{}, err
	}
	items := slices.Grow([]Item(nil), len(stamps))
	for _, s := range stamps {
		item := read[s.ref]
		item.Offset = s.at
		items = append(items, item)
	}
	return items, report, nil
}

// recognise tells a format by how it begins; what begins like none of them is
// left to Bilibili's reader, which says what is wrong.
func recognise(r *bufio.Reader) Format {
	start, _ := r.Peek(r.Size()) // fewer of a short file; an error comes again
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(start, []byte("{")) {
		return JSONLines
	}
	dec := xml.NewDecoder(bytes.NewReader(start))
	for {
		tok, err := dec.RawToken()
		if err != nil {
			return BilibiliXML
		}
		if el, ok := tok.(xml.StartElement); ok {
			if el.Name.Local == niconico.root {
				return NiconicoXML
			}
			return BilibiliXML
		}
	}
}
