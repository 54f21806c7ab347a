package photo

import (
	"bytes"
	"encoding/binary"
)

// mostScans is how many passes over its pixels a JPEG may have. Cameras and programs write
// at most about twenty. A pass that changes nothing needs thirty bytes, so a file of 4 MB
// could keep a processor busy for many minutes.
const mostScans = 100

// Endless reports whether b is a JPEG with too many passes over its pixels to be decoded.
func Endless(b []byte) bool {
	scans := 0
	for at := 2; at < len(b); {
		next := bytes.IndexByte(b[at:], 0xff)
		if next < 0 {
			break
		}
		for at += next; at < len(b) && b[at] == 0xff; at++ { // padding
		}
		if at+3 > len(b) || b[at] == 0xd9 { // the picture ends
			break
		}
		marker := b[at]
		at++
		if marker == 0 || marker >= 0xd0 && marker <= 0xd7 { // within the pixel data
			continue
		}
		if marker == 0xda {
			scans++
		}
		at += int(binary.BigEndian.Uint16(b[at:]))
	}
	return scans > mostScans
}
