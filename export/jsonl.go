package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

// ReadJSONLines reads what our export to JSON Lines writes: one object a line,
// ordered by offset_ms, then ID. A line needs text and a time, which is
// offset_ms or, in a file where no line has that, ts; all else may be missing,
// and names that are not known are ignored. When the recording begins before
// its zero, the earliest comment is the beginning. A bad line is left out and
// reported; when every line is bad, the first fault is a [*SyntaxError].
// Comments that were not shown are among the items, with their Status. At most
// [MaxFile] bytes are read.
func ReadJSONLines(r io.Reader) ([]Item, Report, error) {
	return readJSONLines(buffered(r), mostComments)
}

// lineIn is a line as it is read: what is missing can be told from zero.
type lineIn struct {
	jsonRow
	OffsetMS *int64  `json:"offset_ms"`
	Text     *string `json:"text"`
}

// timed is an item whose Offset may lie before the beginning.
type timed struct {
	Item
	hasOffset bool
}

func readJSONLines(r *bufio.Reader, most int) ([]Item, Report, error) {
	var report Report
	var read []timed
	err := lines(r, func(number int, line []byte, long bool) error {
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) == 0 && !long {
			return nil
		}
		if len(read)+len(report.Malformed) >= most {
			return tooMany(most)
		}
		item, err := readLine(line)
		if long {
			err = fmt.Errorf("it is longer than %d MiB", maxPiece>>20)
		}
		if err != nil {
			report.Malformed = append(report.Malformed, Defect{number, err.Error()})
			return nil
		}
		item.Line = number
		read = append(read, item)
		return nil
	})
	if err != nil {
		return nil, Report{}, err
	}
	if len(read) == 0 && len(report.Malformed) > 0 {
		first := report.Malformed[0]
		return nil, Report{}, &SyntaxError{Line: first.Line, Column: 1, Reason: "this is no export in JSON Lines: " + first.Reason}
	}
	items := onOneClock(read, &report)
	inOrder(items)
	return items, report, nil
}

// onOneClock gives every item an offset that is not negative.
func onOneClock(lines []timed, report *Report) []Item {
	offsets := slices.ContainsFunc(lines, func(l timed) bool { return l.hasOffset })
	items := make([]Item, 0, len(lines))
	var first time.Time
	for _, l := range lines {
		if offsets && !l.hasOffset {
			report.Malformed = append(report.Malformed, Defect{l.Line, "offset_ms is missing, which other lines have"})
			continue
		}
		if first.IsZero() || l.SentAt.Before(first) {
			first = l.SentAt
		}
		items = append(items, l.Item)
	}
	if !offsets {
		for i := range items {
			items[i].Offset = items[i].SentAt.Sub(first)
		}
	}
	var early time.Duration
	for _, it := range items {
		early = min(early, it.Offset)
	}
	kept := items[:0]
	for _, it := range items {
		if it.Offset -= early; it.Offset > maxOffset {
			report.Malformed = append(report.Malformed, Defect{it.Line, "it comes more than 30 days after the first"})
			continue
		}
		kept = append(kept, it)
	}
	return kept
}

func readLine(line []byte) (timed, error) {
	var in lineIn
	if !utf8.Valid(line) {
		return timed{}, errors.New("it is not UTF-8")
	}
	if err := json.Unmarshal(line, &in); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return timed{}, fmt.Errorf("%s is a %s", kind.Field, kind.Value)
		}
		return timed{}, errors.New("it is no JSON object")
	}
	if in.Text == nil {
		return timed{}, errors.New("text is missing")
	}
	item := Item{
		Text: *in.Text, Name: in.Name, Mode: or(in.Mode, comment.Scroll), Color: strings.ToLower(or(in.Color, comment.White)),
		Size: or(in.Size, comment.Medium), Sender: in.Sender, ID: in.ID, Status: in.Status, Source: in.Source,
	}
	if in.TS != "" {
		at, err := time.Parse(time.RFC3339, in.TS)
		if err != nil {
			return timed{}, fmt.Errorf("ts %.40q is no time like 2026-11-21T04:05:06.789Z", in.TS)
		}
		if at.Year() < 1970 {
			return timed{}, fmt.Errorf("ts %.40q is before 1970", in.TS)
		}
		item.SentAt = at.UTC()
	}
	switch {
	case in.OffsetMS == nil && in.TS == "":
		return timed{}, errors.New("offset_ms and ts are missing")
	case in.OffsetMS != nil && (*in.OffsetMS > maxOffset.Milliseconds() || *in.OffsetMS < -maxOffset.Milliseconds()):
		return timed{}, fmt.Errorf("offset_ms %d is further than 30 days", *in.OffsetMS)
	case !slices.Contains(comment.Modes, item.Mode):
		return timed{}, fmt.Errorf("the mode %.40q is unknown", item.Mode)
	case !slices.Contains(comment.Sizes, item.Size):
		return timed{}, fmt.Errorf("the size %.40q is unknown", item.Size)
	case !hexColor.MatchString(item.Color):
		return timed{}, fmt.Errorf("the colour %.40q is no #rrggbb", item.Color)
	}
	out := timed{Item: item, hasOffset: in.OffsetMS != nil}
	if out.hasOffset {
		out.Offset = time.Duration(*in.OffsetMS) * time.Millisecond
	}
	return out, nil
}
