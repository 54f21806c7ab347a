package emote

import "encoding/binary"

// firstFrame makes a WebP of the first frame of an animated one, which the decoder does not
// support; other bytes stay as they are. The decoder validates the result like every other
// file. See https://developers.google.com/speed/webp/docs/riff_container.
func firstFrame(b []byte) []byte {
	const (
		header    = 12 // RIFF, size, WEBP
		animation = 1 << 1
		alpha     = 1 << 4
		frameHead = 16 // place, size, duration and flags of a frame
	)
	if sniff(b) != "webp" || len(b) < header+18 || string(b[header:header+4]) != "VP8X" || b[header+8]&animation == 0 {
		return b
	}
	for kind, data := range chunks(b[header:]) {
		if kind != "ANMF" || len(data) < frameHead {
			continue
		}
		frame := data[frameHead:]
		flags := byte(0)
		for kind := range chunks(frame) {
			if kind == "ALPH" {
				flags = alpha
			}
		}
		// Width and height minus one, three bytes each, follow the position.
		first := append([]byte("VP8X\x0a\x00\x00\x00"), flags, 0, 0, 0)
		first = append(append(first, data[6:12]...), frame...)
		out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(first)))
		return append(append(out, "WEBP"...), first...)
	}
	return b
}

// chunks iterates over the complete chunks of a RIFF.
func chunks(b []byte) func(func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 {
			size := int(binary.LittleEndian.Uint32(b[4:8]))
			if size > len(b)-8 || !yield(string(b[:4]), b[8:8+size]) {
				return
			}
			b = b[min(len(b), 8+size+size%2):]
		}
	}
}
