package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"danmaku/room"
)

// containers are the names of fields that contain comments or other containers. Every other
// field is part of its record.
var containers = map[string]bool{
	"comments": true, "Comments": true, "data": true, "threads": true, "packet": true, "packets": true, "elems": true,
	"danmaku": true, "danmuku": true, "danmakus": true, "danmakuList": true, "added": true, "content": true, "result": true, "list": true,
}

// jsonReader finds the comments in a JSON file: the objects and lists within a list. It reads
// as much as there is of a truncated file, and keeps only the current record in memory.
type jsonReader struct {
	*reading
	in    *input
	buf   []byte
	long  bool // the record is longer than buf may be
	deep  bool // the record is nested too deep to be kept
	depth int
	held  bool // a list of comments was seen
	empty bool // … which is empty
	kind  *jsonDialect
	early []earlyRecord // records before the first one of a known dialect
	names []string      // field names of the first early record
	root  []string      // names of the outermost objects' fields, the first few
	lists int           // lists that are open
}

// scanJSON passes on the comments of a file in any of the JSON formats.
func scanJSON(in *input, rd *reading) error {
	rd.texts = true // a record without a text is not a comment
	p := &jsonReader{reading: rd, in: in}
	if holdsLines(in.peek(in.r.Size()), rd.lookup) {
		return p.lines()
	}
	for {
		b, ok := in.blanks()
		switch {
		case !ok:
			if in.err != nil {
				return in.err
			}
			return p.end()
		case b == '{':
			ok = p.object(true)
		case b == '[':
			ok = p.array()
		case b == ',' && p.seen > 0:
			in.skip(1) // lines of a list
		default:
			// Text between values, or in place of the first.
			at := in.now
			for n := len(in.upTo("{[")); n > 0; n = len(in.upTo("{[")) {
			}
			if err := p.problem(at, room.Fault{Code: faultJSON}); err != nil {
				return err
			}
		}
		if !ok {
			return p.stop()
		}
	}
}

// failed stores the reason why the walk ends before the file does.
func (p *jsonReader) failed(err error) bool {
	if err != nil && p.in.err == nil {
		p.in.err = err
	}
	return err == nil
}

// stop finishes a walk that ended before the file did, or in a truncated file.
func (p *jsonReader) stop() error {
	if p.in.err != nil {
		return p.in.err
	}
	return p.end()
}

// end handles the end of the file.
func (p *jsonReader) end() error {
	if p.kind == nil && p.empty && p.seen == 0 {
		return nil // an empty list
	}
	switch {
	case p.kind != nil:
		return nil
	case len(p.names) == 0 && len(p.root) > 0 && p.repaired.first == nil && len(p.report.Malformed) == 0 && len(p.report.Notes) == 0:
		return fault(place{1, 1}, room.Fault{Code: faultOtherJSON, Word: listed(p.root)})
	case len(p.names) == 0:
		at := place{1, 1}
		if bad := p.report.Malformed; len(bad) > 0 && bad[0].Code == faultDeep {
			return flaw(bad[0])
		} else if len(bad) > 0 {
			at = place{bad[0].Line, bad[0].Column}
		} else if p.repaired.first != nil {
			at = place{p.repaired.first.Line, p.repaired.first.Column}
		}
		return fault(at, room.Fault{Code: faultJSON})
	}
	return fault(place{1, 1}, room.Fault{Code: faultOtherJSON, Word: listed(p.names)})
}

// truncatedJSON handles the end of the file within an object or a list that begins at a place.
func (p *jsonReader) truncatedJSON(what string, at place) bool {
	if p.in.err != nil {
		return false
	}
	return p.failed(p.truncated(p.in.now, room.Fault{Code: faultJSONTruncated, Word: what, OfLine: at.line, OfColumn: at.column})) && false
}

// descends reports whether the value of a field may hold comments.
func (p *jsonReader) descends(name string, first byte) bool {
	switch {
	case first != '[' && first != '{':
		return false
	case containers[name], p.lookup.folded && containers[strings.ToLower(name)], name == "chat" && first == '[':
		return true
	}
	return p.lookup.anywhere && p.lists == 0 && (first == '{' || p.holdsRecords())
}

// array reads a list. It returns false at the end of the file or of the reading.
func (p *jsonReader) array() bool {
	at := p.in.now
	p.depth++
	p.lists++
	p.in.skip(1)
	p.held = true
	empty := true
	for {
		b, ok := p.in.blanks()
		here := p.in.now
		switch {
		case !ok:
			return p.truncatedJSON("[", at)
		case b == ']':
			p.in.skip(1)
			p.depth--
			p.lists--
			p.empty = p.empty || empty
			return true
		case b == ',':
			p.in.skip(1)
			continue
		case b == '}' || b == ':': // no value begins with these
			p.in.skip(1)
			if !p.failed(p.problem(here, room.Fault{Code: faultJSON})) {
				return false
			}
			continue
		}
		empty = false
		switch {
		case b == '{' && p.depth < maxDepth:
			ok = p.object(true)
		case b == '[' && p.depth < maxDepth && p.holdsRecords():
			ok = p.array()
		default:
			p.fresh()
			if ok = p.copyValue(); ok {
				ok = p.record(here)
			} else {
				p.leaveOut(here)
			}
		}
		if !ok {
			if p.in.err == nil {
				return p.truncatedJSON("[", at)
			}
			return false
		}
	}
}

// holdsRecords reports whether the list that begins here contains objects or lists, or is
// empty. Otherwise the list is a comment itself.
func (p *jsonReader) holdsRecords() bool {
	next := bytes.TrimLeft(p.in.peek(256)[1:], " \t\r\n")
	return len(next) == 0 || next[0] == '{' || next[0] == '[' || next[0] == ']'
}

// video reads what TwitchDownloader says about the video: a saved part may begin late, while
// the comments' times count from the beginning of the whole.
func (p *jsonReader) video(raw []byte) {
	if !json.Valid(raw) {
		return
	}
	if start, ok := offsetOf(splitJSON(raw, p.lookup.folded).str("start"), time.Second); ok {
		p.start = start
	}
}
