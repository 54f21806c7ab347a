package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
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
// reported; when every line is bad, the first fault is a [*comment.Fault].
// Comments that were not shown are among the items, with their Status. At most
// [MaxFile] bytes are read.
func ReadJSONLines(r io.Reader) ([]Item, Report, error) {
	return readAs(JSONLines, buffered(r), mostComments)
}

// lineIn is a line as it is read: what is missing can be told from zero.
type lineIn struct {
	jsonRow
	OffsetMS *int64  `json:"offset_ms"`
	Text     *string `json:"text"`
}

// scanJSONLines hands on the comments of a file as they come.
func scanJSONLines(r *bufio.Reader, most int, report *Report, keep func(timed) error) error {
	seen := 0
	err := lines(r, func(number int, line []byte, long bool) error {
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) == 0 && !long {
			return nil
		}
		if seen++; seen > most {
			return flaw(comment.Fault{Code: faultTooMany, N: most})
		}
		item, bad := readLine(line)
		if long {
			bad = flaw(comment.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
		}
		if bad != nil {
			report.unread(number, bad)
			return nil
		}
		item.Line = number
		return keep(item)
	})
	if err == nil && seen > 0 && seen == report.Unread {
		whole := report.Malformed[0]
		whole.Code, whole.Why = faultNoLine, whole.Code
		return fault(place{whole.Line, 1}, whole)
	}
	return err
}

func readLine(line []byte) (timed, *comment.Fault) {
	not := func(code, word string) (timed, *comment.Fault) {
		return timed{}, flaw(comment.Fault{Code: code, Word: word})
	}
	var in lineIn
	if !utf8.Valid(line) {
		return not(faultNotUTF8, "")
	}
	if err := json.Unmarshal(line, &in); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return timed{}, flaw(comment.Fault{Code: faultKind, Word: kind.Field, Other: kind.Value})
		}
		return not(faultNotJSON, "")
	}
	if in.Text == nil {
		return not(faultNoText, "")
	}
	item := Item{
		Text: *in.Text, Name: in.Name, Mode: or(in.Mode, comment.Scroll), Color: strings.ToLower(or(in.Color, comment.White)),
		Size: or(in.Size, comment.Medium), Sender: in.Sender, ID: in.ID, Status: in.Status, Source: in.Source,
	}
	if in.TS != "" {
		at, err := time.Parse(time.RFC3339, in.TS)
		if err != nil {
			return not(faultNotMoment, in.TS)
		}
		if at.Year() < 1970 {
			return not(faultMomentEarly, in.TS)
		}
		item.SentAt = at.UTC()
	}
	switch {
	case in.OffsetMS == nil && in.TS == "":
		return not(faultNoTime, "")
	case in.OffsetMS != nil && (*in.OffsetMS > maxOffset.Milliseconds() || *in.OffsetMS < -maxOffset.Milliseconds()):
		return timed{}, flaw(comment.Fault{Code: faultOffset, Word: strconv.FormatInt(*in.OffsetMS, 10), N: mostDays})
	case !slices.Contains(comment.Modes, item.Mode):
		return not(faultMode, string(item.Mode))
	case !slices.Contains(comment.Sizes, item.Size):
		return not(faultSize, string(item.Size))
	case !hexColor.MatchString(item.Color):
		return not(faultHexColor, item.Color)
	}
	out := timed{Item: item, hasOffset: in.OffsetMS != nil}
	if out.hasOffset {
		out.Offset = time.Duration(*in.OffsetMS) * time.Millisecond
	}
	return out, nil
}
