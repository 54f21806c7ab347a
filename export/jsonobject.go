package export

import (
	"encoding/json"

	"danmaku/room"
)

// jsonObject is an object that is being read.
type jsonObject struct {
	*jsonReader
	at          place
	mayBeRecord bool
	descended   bool // a field was searched for comments
	broken      bool // it is not well-formed
	fields      int  // in the current record
}

// object reads an object. One without comments is itself a record, if it may be one. object
// returns false at the end of the file or of the reading.
func (p *jsonReader) object(mayBeRecord bool) bool {
	o := jsonObject{jsonReader: p, at: p.in.now, mayBeRecord: mayBeRecord}
	p.depth++
	p.in.skip(1)
	p.fresh()
	p.put('{')
	for {
		b, ok := p.in.blanks()
		switch {
		case !ok:
		case b == '}':
			return o.close()
		case b == ',':
			p.in.skip(1)
		case b == '"':
			ok = o.field()
		default:
			ok = o.stray()
		}
		if !ok {
			return o.incomplete()
		}
	}
}

// isRecord reports whether the object is a record, as far as it was read.
func (o *jsonObject) isRecord() bool { return o.mayBeRecord && !o.descended }

// close reads the end of the object.
func (o *jsonObject) close() bool {
	o.in.skip(1)
	o.depth--
	if !o.isRecord() {
		return true
	}
	o.put('}')
	if o.broken && !o.strict {
		o.fresh()
		o.buf = append(o.buf, "broken"...)
	}
	return o.record(o.at)
}

// incomplete handles the end of the file or of the reading within the object.
func (o *jsonObject) incomplete() bool {
	if o.isRecord() {
		o.leaveOut(o.at)
	}
	return o.truncatedJSON("{", o.at)
}

// stray skips what stands in the place of a field's name.
func (o *jsonObject) stray() bool {
	o.broken = true
	here := o.in.now
	if !o.failed(o.problem(here, room.Fault{Code: faultJSON})) || !o.copyValue() {
		return false
	}
	if o.in.now == here {
		o.in.skip(1) // it closes nothing
	}
	return true
}

// field reads a field's name, and its value if it has one.
func (o *jsonObject) field() bool {
	if o.descended { // an earlier field, which is not part of a record, may have been long
		o.fresh()
	}
	if o.fields++; o.fields > 1 {
		o.put(',')
	}
	from := len(o.buf)
	if !o.copyValue() {
		return false
	}
	name := ""
	if !o.long && !o.deep && from < len(o.buf) {
		_ = json.Unmarshal(o.buf[from:], &name)
	}
	b, ok := o.in.blanks()
	if !ok {
		return false
	}
	if b != ':' {
		o.broken = true
		return o.failed(o.problem(o.in.now, room.Fault{Code: faultJSON}))
	}
	if o.depth == 1+o.lists && len(o.root) < 8 {
		o.root = append(o.root, name)
	}
	o.in.skip(1)
	o.put(':')
	return o.value(name)
}

// value reads the value of a field.
func (o *jsonObject) value(name string) bool {
	b, ok := o.in.blanks()
	switch {
	case !ok:
		return false
	case o.depth < maxDepth && o.descends(name, b):
		return o.descend(b)
	case b == '}' || b == ',':
		o.broken = true
		return true
	}
	from := len(o.buf)
	if !o.copyValue() {
		return false
	}
	if name == "video" && o.depth == 1 && !o.long && !o.deep {
		o.video(o.buf[from:])
	}
	return true
}

// descend reads a value that may hold comments. It is not part of a record.
func (o *jsonObject) descend(first byte) (ok bool) {
	o.descended = true
	if first == '[' {
		ok = o.array()
	} else {
		ok = o.object(false)
	}
	o.fresh()
	o.fields = 0
	return ok
}

// leaveOut skips the record that begins at a place, because the file ends within it.
func (p *jsonReader) leaveOut(at place) {
	if p.in.err != nil || p.strict || p.kind == nil {
		return
	}
	if p.failed(p.begin(at)) {
		p.unread(room.Fault{Code: faultNoEnd, Word: "{"})
	}
}
