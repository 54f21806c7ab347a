package export

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"time"
)

// maxOffset bounds the time of a comment: no recording lasts a month, and what
// claims to is a defect.
const maxOffset = 30 * 24 * time.Hour

// Read reads a file of comments in Bilibili's XML, niconico's XML or JSON Lines
// and tells which it is by its content. It is ordered by time, then ID. See
// [ReadBilibili], [ReadNiconico] and [ReadJSONLines].
func Read(r io.Reader) ([]Item, Report, Format, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, Report{}, "", err
	}
	format := recognise(data)
	var items []Item
	var report Report
	switch format {
	case JSONLines:
		items, report, err = readJSONLines(data)
	case NiconicoXML:
		items, report, err = readXML(data, niconico)
	default:
		items, report, err = readXML(data, bilibili)
	}
	return items, report, format, err
}

// recognise tells a format by how it begins; what begins like none of them is
// left to Bilibili's reader, which says what is wrong.
func recognise(data []byte) Format {
	start := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
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

func readAll(r io.Reader) ([]byte, error) {
	var data bytes.Buffer
	if _, err := data.ReadFrom(io.LimitReader(r, MaxFile+1)); err != nil {
		return nil, fmt.Errorf("read comments: %w", err)
	}
	if data.Len() > MaxFile {
		return nil, fmt.Errorf("the file is larger than %d MiB", MaxFile>>20)
	}
	return data.Bytes(), nil
}

func inOrder(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), compareIDs(a.ID, b.ID))
	})
}

// compareIDs orders decimal numbers of any length without reading them.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
