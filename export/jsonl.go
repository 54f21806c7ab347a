package export

import (
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// readJSONRow reads a row of our JSON Lines or CSV export. It needs text and a time: offset_ms
// or, in a file where no comment has that, ts. All other fields may be missing, and unknown
// names are ignored. It also passes on comments that were not shown, with their Status.
func readJSONRow(rd *reading, r jsonRecord) error {
	switch raw := r.raw("text"); {
	case len(raw) == 0 || string(raw) == "null":
		rd.unread(room.Fault{Code: faultNoText})
		return nil
	case raw[0] != '"':
		kinds := map[byte]string{'{': "object", '[': "array", 't': "bool", 'f': "bool"}
		rd.unread(room.Fault{Code: faultKind, Word: "text", Other: or(kinds[raw[0]], "number")})
		return nil
	}
	return rd.row(func(name string) string { return r.str(name) })
}

// row reads one of our comments by the names of its columns.
func (rd *reading) row(column func(name string) string) error {
	item := Item{
		Text: column("text"), Name: column("name"), Sender: column("sender"), ID: column("id"),
		Mode: comment.Mode(or(strings.ToLower(column("mode")), string(comment.Scroll))), Size: comment.Size(or(strings.ToLower(column("size")), string(comment.Medium))),
		Color: comment.White, Status: comment.Status(column("status")), Source: comment.Source(column("source")),
	}
	offset, ts := column("offset_ms"), column("ts")
	if offset == "" && ts == "" {
		rd.unread(room.Fault{Code: faultNoTime})
		return nil
	}
	if ts != "" {
		code := faultNotMoment
		at, err := time.Parse(time.RFC3339, ts)
		ok := err == nil
		if ok && at.Year() < 1970 {
			code, ok = faultMomentEarly, false
		}
		if err != nil { // as a spreadsheet saved it, or another program wrote it
			at, ok = unixTime(ts)
			ok = ok && !at.IsZero()
		}
		switch {
		case ok:
			item.SentAt = at.UTC()
		case offset == "":
			rd.unread(room.Fault{Code: code, Word: ts})
			return nil
		default:
			rd.side(code, ts)
		}
	}
	t := timed{Item: item, hasOffset: offset != ""}
	if t.hasOffset {
		ms, ok := number(offset)
		if !ok || ms > float64(maxOffset.Milliseconds()) || ms < -float64(maxOffset.Milliseconds()) {
			rd.unread(room.Fault{Code: faultOffset, Word: offset, N: mostDays})
			return nil
		}
		t.Offset = time.Duration(ms * float64(time.Millisecond))
	}
	if !slices.Contains(comment.Modes, t.Mode) {
		rd.side(faultMode, string(t.Mode))
		t.Mode = comment.Scroll
	}
	if !slices.Contains(comment.Sizes, t.Size) {
		rd.side(faultSize, string(t.Size))
		t.Size = comment.Medium
	}
	if color := strings.TrimSpace(column("color")); color != "" {
		c, ok := anyColor(color)
		if ok {
			t.Color = c
		} else {
			rd.side(faultHexColor, color)
		}
	}
	return rd.add(t)
}
