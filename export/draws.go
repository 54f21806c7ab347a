package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"danmaku/show"
)

// Draws writes the finished draws among items to a file: a row for each, as JSON Lines or as
// CSV. If marked, CSV begins with a byte order mark. [ReadDraws] reads JSON Lines back; CSV
// has no entries. count is the number of draws in the file.
func Draws(items []show.Item, f Format, marked bool) (file []byte, count int, err error) {
	l := newLines(f, marked, "item", "title", "started", "stopped", "people", "count", "winners", "names", "absent", "hash", "seed")
	for _, it := range items {
		p, ok := show.Proof(it)
		if !ok {
			continue
		}
		names := make([]string, len(p.Winners))
		for i, person := range p.Winners {
			names[i] = p.Names[person]
		}
		count++
		l.add(p, p.Item, cell(p.Title), stampOf(p.Started), stampOf(p.Stopped), strconv.Itoa(len(p.Entries)), strconv.Itoa(p.Count),
			strings.Join(p.Winners, " "), cell(strings.Join(names, ", ")), strings.Join(p.Absent, " "), p.Hash, p.Seed)
	}
	file, err = l.file()
	return file, count, err
}

// mostDrawLine bounds a line of a file of draws: some 100,000 people take part in one.
const mostDrawLine = 4 << 20

// ReadDraws reads a file that [Draws] wrote as JSON Lines. Errors name the line.
func ReadDraws(r io.Reader) (list []show.DrawProof, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostDrawLine)
	n := 0
	for lines.Scan() {
		n++
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		var p show.DrawProof
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("line %d is not a draw: %w", n, err)
		}
		list = append(list, p)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d is longer than %d MB", n+1, mostDrawLine>>20)
	} else if err != nil {
		return nil, err
	}
	return list, nil
}
