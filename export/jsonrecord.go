package export

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"danmaku/room"
)

// jsonRecord is one object or list of a JSON file that may be a comment. It shares its bytes
// with the text that it was parsed from.
type jsonRecord struct {
	object bool        // otherwise a list, or a single value, which has no parts
	fields []jsonField // of an object
	list   [][]byte    // of a list
	folded bool        // names are compared without regard to capital letters
}

type jsonField struct {
	name  string
	value []byte
}

// splitJSON splits an object or a list. The text is valid JSON, so only strings and brackets
// matter. With folded, names match regardless of case.
func splitJSON(text []byte, folded bool) jsonRecord {
	text = bytes.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' && text[0] != '[' {
		return jsonRecord{}
	}
	r := jsonRecord{object: text[0] == '{', folded: folded}
	text = text[1 : len(text)-1]
	name := ""
	for len(text) > 0 {
		n := endOfValue(text)
		value := bytes.TrimSpace(text[:n])
		switch sep := text[min(n, len(text)-1)]; {
		case r.object && n < len(text) && sep == ':':
			name = scalar(value)
		case r.object && len(value) > 0: // otherwise white space between the brackets
			r.fields = append(r.fields, jsonField{name, value})
		case len(value) > 0:
			r.list = append(r.list, value)
		}
		text = text[min(n+1, len(text)):]
	}
	return r
}

// endOfValue returns the end of a value that is followed by a comma, a colon or nothing.
func endOfValue(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted:
			if b == '\\' {
				i++
			} else if b == '"' {
				quoted = false
			}
		case b == '"':
			quoted = true
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		case depth == 0 && (b == ',' || b == ':'):
			return i
		}
	}
	return len(text)
}

// raw returns the value with a name, or nil. If there are several, the last one counts.
func (r jsonRecord) raw(name string) []byte {
	for i := len(r.fields) - 1; i >= 0; i-- {
		if r.fields[i].name == name {
			return r.fields[i].value
		}
	}
	for i := len(r.fields) - 1; r.folded && i >= 0; i-- {
		if strings.EqualFold(r.fields[i].name, name) {
			return r.fields[i].value
		}
	}
	return nil
}

// has reports whether an object has all names, each with a value.
func (r jsonRecord) has(names ...string) bool {
	for _, name := range names {
		if v := r.raw(name); len(v) == 0 || string(v) == "null" {
			return false
		}
	}
	return true
}

// str returns as text the value of the first name that has one.
func (r jsonRecord) str(names ...string) string {
	for _, name := range names {
		if s := scalar(r.raw(name)); s != "" {
			return s
		}
	}
	return ""
}

// at returns an element of a list as text.
func (r jsonRecord) at(n int) string {
	if n >= len(r.list) {
		return ""
	}
	return scalar(r.list[n])
}

// sub returns the object with a name; it is empty if there is none.
func (r jsonRecord) sub(name string) jsonRecord { return splitJSON(r.raw(name), r.folded) }

// subs returns the list of objects with a name.
func (r jsonRecord) subs(name string) []jsonRecord {
	list := r.sub(name).list
	out := make([]jsonRecord, len(list))
	for i, raw := range list {
		out[i] = splitJSON(raw, r.folded)
	}
	return out
}

// strs returns the list of texts with a name.
func (r jsonRecord) strs(name string) []string {
	list := r.sub(name).list
	out := make([]string, len(list))
	for i, raw := range list {
		out[i] = scalar(raw)
	}
	return out
}

// scalar returns a text, a number or a boolean as text. Programs write the same field as a
// text and as a number.
func scalar(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		if bytes.IndexByte(raw, '\\') < 0 { // nearly all
			return string(raw[1 : len(raw)-1])
		}
		var s string
		_ = json.Unmarshal(raw, &s)
		return strings.ToValidUTF8(s, "\ufffd")
	case '{', '[', 'n':
		return ""
	}
	return string(raw)
}

// names returns the sorted names of an object's fields, {} for an object without fields and
// [] for a list.
func (r jsonRecord) names() []string {
	names := make([]string, 0, len(r.fields))
	for _, f := range r.fields {
		names = append(names, f.name)
	}
	slices.Sort(names)
	switch {
	case !r.object:
		return []string{"[]"}
	case len(names) == 0:
		return []string{"{}"}
	}
	return names
}

// record reads the current record.
func (p *jsonReader) record(at place) bool {
	if !p.failed(p.begin(at)) {
		return false
	}
	switch {
	case p.deep:
		p.unread(room.Fault{Code: faultDeep, N: maxDepth})
		return true
	case p.long:
		p.unread(room.Fault{Code: faultLineTooLong, N: maxPiece >> 20})
		return true
	}
	return p.failed(p.readRecord(p.buf))
}

// readRecord parses a record. The first record of a known dialect determines the dialect of
// the file.
func (p *jsonReader) readRecord(raw []byte) error {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		mended, isText := mendJSON(raw)
		switch {
		case !isText:
			p.unread(room.Fault{Code: faultNotUTF8})
			return nil
		case !json.Valid(mended):
			p.unread(room.Fault{Code: faultNotJSON})
			return nil
		}
		if err := p.problem(p.at, room.Fault{Code: faultJSON}); err != nil {
			return err
		}
		raw = mended
	}
	rec := splitJSON(raw, p.lookup.folded)
	// The reader of our own format reports what is wrong with a line.
	if p.kind != nil && (p.kind.is(rec) || p.kind.name == JSONLines && rec.object) {
		return p.kind.read(p.reading, rec)
	}
	for i := range jsonDialects {
		if d := &jsonDialects[i]; d.is(rec) {
			if p.kind == nil {
				p.know(d)
			}
			return d.read(p.reading, rec)
		}
	}
	switch {
	case p.kind == nil && len(p.early) < mostEarly:
		if p.lookup.anywhere {
			return nil // a list of something else before the list of comments
		}
		if p.names == nil {
			p.names = rec.names()
		}
		p.early = append(p.early, earlyRecord{p.at, splitJSON(bytes.Clone(raw), p.lookup.folded)})
		return nil
	case p.kind != nil && p.kind.besides(rec):
		return nil
	}
	p.unread(notComment(rec))
	return nil
}

// notComment returns the fault of a record that has not the fields of the file's comments.
func notComment(r jsonRecord) room.Fault {
	var names []string
	for _, name := range r.names() {
		if r.has(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return room.Fault{Code: faultNotComment}
	}
	return room.Fault{Code: faultOtherFields, Word: listed(names)}
}

// earlyRecord is a record that came before the file's dialect was known.
type earlyRecord struct {
	at  place
	rec jsonRecord
}

// mostEarly is the most early records that are kept; real files have a few.
const mostEarly = 16

// know sets the dialect of the file.
func (p *jsonReader) know(d *jsonDialect) {
	p.kind, p.format, p.settled = d, d.name, true
	for _, e := range p.early {
		if !d.besides(e.rec) {
			p.report.unread(e.at, notComment(e.rec))
		}
	}
	p.early = nil
}
