package export

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"danmaku/room"
)

// Span parses the query of an export of other data than comments: its format, JSON Lines or
// CSV, and from and to, which are zero if missing. Errors: room.ErrInvalid with an
// explanation.
func Span(query url.Values) (f Format, from, to time.Time, err error) {
	f = Format(query.Get("format"))
	if f != CSV && f != JSONLines {
		return "", from, to, room.Explain(room.ErrInvalid, "format %.20q: jsonl or csv", f)
	}
	moments, err := Moments(query, "from", "to")
	if err != nil {
		return "", from, to, err
	}
	return f, moments[0], moments[1], nil
}

// reactionRow is the number of times that one reaction was sent within a minute.
type reactionRow struct {
	Minute string `json:"minute"`
	Emoji  string `json:"emoji"`
	Count  int    `json:"count"`
}

// Reactions writes the numbers of reactions to a file, a row for each minute and emoji, as
// JSON Lines or as CSV. If marked, CSV begins with a byte order mark. count is the number of
// rows.
func Reactions(minutes []room.ReactionMinute, f Format, marked bool) (file []byte, count int, err error) {
	l := newLines(f, marked, "minute", "emoji", "count")
	for _, m := range minutes {
		for _, emoji := range slices.Sorted(maps.Keys(m.Counts)) {
			row := reactionRow{stampOf(m.At), emoji, m.Counts[emoji]}
			count++
			l.add(row, row.Minute, cell(row.Emoji), strconv.Itoa(row.Count))
		}
	}
	file, err = l.file()
	return file, count, err
}
