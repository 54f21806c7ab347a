package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"danmaku/room"
)

// csvHead is the first line of a CSV file.
type csvHead struct {
	columns map[string]int
	count   int // of the columns
	comma   rune
}

// reach reports whether the columns before n hold a text and a time.
func (h csvHead) reach(n int) bool {
	before := func(name string) bool { i, ok := h.columns[name]; return ok && i < n }
	return before("text") && (before("offset_ms") || before("ts"))
}

// headOf returns the head that names these columns. It returns false for other columns than
// those of our export.
func headOf(names []string, comma rune) (csvHead, bool) {
	head := csvHead{map[string]int{}, len(names), comma}
	for i, name := range names {
		head.columns[strings.ToLower(strings.TrimSpace(name))] = i
	}
	_, text := head.columns["text"]
	_, offset := head.columns["offset_ms"]
	_, ts := head.columns["ts"]
	return head, text && (offset || ts)
}

// readCSVHead reports whether a line has the columns of our export. Spreadsheets may save the
// file with another separator and in another order.
func readCSVHead(line string) (csvHead, bool) {
	for _, comma := range []rune{',', ';', '\t'} {
		fields, err := parseCSV([]byte(line), comma, false)
		if err != nil {
			continue
		}
		if head, ok := headOf(fields, comma); ok {
			return head, true
		}
	}
	return csvHead{}, false
}

// parseCSV splits a record. With lazy quotes, a quote may appear in an unquoted field.
func parseCSV(record []byte, comma rune, lazy bool) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(record))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, lazy
	return r.Read()
}

// scanCSV passes on the comments of our CSV export. A text may span lines, so a record ends
// where its quotes are closed.
func scanCSV(in *input, rd *reading) error {
	t := &csvTable{reading: rd}
	err := in.lines(func(number int, line []byte, long, truncated bool) error {
		if t.head.columns == nil {
			return t.begins(number, line)
		}
		t.last = truncated
		return t.line(number, line, long)
	})
	if err != nil || !t.open {
		return err
	}
	if rd.strict || len(t.more) == 0 {
		if err := rd.truncated(in.now, room.Fault{Code: faultQuoteOpen, OfLine: t.from, OfColumn: 1}); err != nil {
			return err
		}
	}
	return t.recover()
}

// csvTable is a table whose lines are being read.
type csvTable struct {
	*reading
	head   csvHead
	record []byte // its lines so far
	from   int    // the line where it begins
	open   bool   // its quotes are open
	more   []int  // where its further lines begin in record
	last   bool   // the file ends in this line
}

// begins handles the first line.
func (t *csvTable) begins(number int, line []byte) error {
	if len(bytes.Trim(line, blankBytes)) == 0 || separator.Match(line) {
		return nil
	}
	var ok bool
	if t.head, ok = readCSVHead(string(line)); !ok {
		return fault(place{number, 1}, room.Fault{Code: faultOtherCSV})
	}
	return nil
}

// line handles a line.
func (t *csvTable) line(number int, line []byte, long bool) error {
	if !t.open {
		if t.from = number; len(bytes.Trim(line, blankBytes)) == 0 && !long {
			return nil
		}
	}
	if long || len(t.record)+len(line) > maxPiece {
		if t.open && len(t.more) > 0 {
			// The quotes of so long a text were never closed.
			if t.strict {
				return fault(place{t.from, 1}, room.Fault{Code: faultQuoteOpen, OfLine: t.from, OfColumn: 1})
			}
			if err := t.recover(); err != nil {
				return err
			}
			return t.line(number, line, long)
		}
		t.record, t.more, t.open = t.record[:0], t.more[:0], false
		if err := t.begin(place{t.from, 1}); err != nil {
			return err
		}
		t.unread(room.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
		return nil
	}
	if t.open {
		t.record = append(t.record, '\n')
		t.more = append(t.more, len(t.record))
	}
	t.record = append(t.record, line...)
	if t.open = quotesOpen(line, t.head.comma, t.open); t.open {
		return nil
	}
	err := t.begin(place{t.from, 1})
	if err == nil {
		err = t.row(t.record)
	}
	t.record, t.more = t.record[:0], t.more[:0]
	return err
}

// quotesOpen reports whether a quoted field continues after a line. Only a quote at the
// beginning of a field opens one.
func quotesOpen(line []byte, comma rune, open bool) bool {
	begins := !open
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case b == '"' && open:
			if i+1 < len(line) && line[i+1] == '"' {
				i++
				continue
			}
			open = false
		case b == '"' && begins:
			open = true
		case b == byte(comma) && !open:
			begins = true
			continue
		}
		begins = false
	}
	return open
}

// row reads a record.
func (t *csvTable) row(record []byte) error {
	fields, err := parseCSV(record, t.head.comma, false)
	if errors.Is(err, csv.ErrBareQuote) { // in an unquoted text
		if err := t.problem(t.at, room.Fault{Code: faultCSVRow}); err != nil {
			return err
		}
		fields, err = parseCSV(record, t.head.comma, true)
	}
	if err != nil {
		t.unread(room.Fault{Code: faultCSVRow})
		return nil
	}
	if t.beginsAgain(fields) {
		t.seen--
		return nil
	}
	if t.last && len(fields) < t.head.count {
		if err := t.truncated(t.at.after(record), room.Fault{Code: faultRowTruncated}); err != nil {
			return err
		}
		if !t.head.reach(len(fields) - 1) {
			t.unread(room.Fault{Code: faultNoEnd, Word: string(t.head.comma)})
			return nil
		}
	}
	for i, s := range fields {
		text, ok := validText(s)
		if !ok {
			t.unread(room.Fault{Code: faultNotUTF8})
			return nil
		}
		if text != s {
			if err := t.problem(t.at, room.Fault{Code: faultNotUTF8}); err != nil {
				return err
			}
			fields[i] = text
		}
	}
	return t.reading.row(t.column(fields))
}

// beginsAgain reports whether a record is the first line of another table that was joined to
// this one. Its columns apply from here.
func (t *csvTable) beginsAgain(fields []string) bool {
	if !slices.ContainsFunc(fields, func(s string) bool { return len(s) < 8 && strings.EqualFold(strings.TrimSpace(s), "text") }) {
		return false // nearly all
	}
	value := t.column(fields)
	if _, ok := number(value("offset_ms")); ok {
		return false // a comment of these words
	}
	if at, ok := unixTime(value("ts")); ok && !at.IsZero() {
		return false
	}
	head, ok := headOf(fields, t.head.comma)
	if ok {
		t.head = head
	}
	return ok
}

func (t *csvTable) column(fields []string) func(string) string {
	return func(name string) string {
		i, ok := t.head.columns[name]
		if !ok || i >= len(fields) {
			return ""
		}
		return uncell(fields[i], name)
	}
}

// recover skips a record whose quotes are not closed. It reads those of its further lines that
// are records by themselves, so that a stray quote costs one comment.
func (t *csvTable) recover() error {
	record, more, from := bytes.Clone(t.record), slices.Clone(t.more), t.from
	t.record, t.more, t.open = t.record[:0], t.more[:0], false
	if err := t.begin(place{from, 1}); err != nil {
		return err
	}
	t.unread(room.Fault{Code: faultNoEnd, Word: `"`})
	for i, start := range more {
		end := len(record)
		if i+1 < len(more) {
			end = more[i+1] - 1
		}
		line := record[start:end]
		if quotesOpen(line, t.head.comma, false) {
			continue
		}
		fields, err := parseCSV(line, t.head.comma, true)
		if err != nil || len(fields) < len(t.head.columns) {
			continue // a part of the text
		}
		if err := t.begin(place{from + 1 + i, 1}); err != nil {
			return err
		}
		if err := t.row(line); err != nil {
			return err
		}
	}
	return nil
}

// uncell reverses cell.
func uncell(s, column string) string {
	rest, ok := strings.CutPrefix(s, "'")
	if ok && slices.Contains([]string{"text", "name", "sender", "color", "rule"}, column) && cell(rest) != rest {
		return rest
	}
	return s
}
