package main

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"strings"
)

// bytes measures how much a phone receives in a busy room, by what it asks for: brief frames,
// and compression with a new window for each frame or with one window for all.
func (b bench) bytes(ctx context.Context) error {
	const phones, rate, authors = 4000, 40, 500
	fmt.Fprintln(b.out, "| a phone asks for | bytes a comment | fewer | bytes a second | CPU s / million | of the first |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|")
	ways := []struct {
		name, offer string
		full        bool
	}{
		{"nothing", "", true},
		{"brief frames", "", false},
		{"compression of each frame alone", "permessage-deflate; server_no_context_takeover", true},
		{"compression", "permessage-deflate", true},
		{"brief frames, and compression of each alone", "permessage-deflate; server_no_context_takeover", false},
		{"brief frames and compression, as pages in a browser do", "permessage-deflate", false},
	}
	size, spent := make([][]float64, len(ways)), make([][]float64, len(ways))
	var second [6]float64
	for range b.rounds {
		for i, way := range ways {
			err := b.ours(ctx, func(p *process) error {
				p.path = "/api/rooms/live/socket?role=audience"
				r, err := try(ctx, p, load{clients: phones, rate: rate, authors: authors, measure: b.measure, full: way.full, offer: way.offer})
				size[i], spent[i] = append(size[i], r.bytes), append(spent[i], r.perMillion.Seconds())
				second[i] = r.bytes * r.delivered / phones
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	first, cost := median(size[0]), median(spent[0])
	for i, way := range ways {
		n, c := median(size[i]), median(spent[i])
		fmt.Fprintf(b.out, "| %s | %.0f | %.0f %% | %.0f | %.2f | %.2f |\n", way.name, n, 100*(1-n/first), second[i], c, c/cost)
	}
	return nil
}

// unpacked is a compressed frame and its content.
type unpacked struct{ packed, message []byte }

// unpack decompresses a message for a client. Thousands get the same bytes, which are
// decompressed once; the content is the same for all clients whose window fits.
func (s *swarm) unpack(c *client, packed []byte) []byte {
	var message []byte
	for _, u := range s.unpacked {
		if u.packed != nil && bytes.Equal(u.packed, packed) {
			message = u.message
		}
	}
	if message == nil {
		r := flate.NewReaderDict(io.MultiReader(bytes.NewReader(packed), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")), c.window)
		var err error
		if message, err = io.ReadAll(r); err != nil {
			return nil // counted as lost
		}
		s.unpacked[s.packs%len(s.unpacked)] = unpacked{bytes.Clone(packed), message}
		s.packs++
	}
	if s.offer != "" && !strings.Contains(s.offer, "server_no_context_takeover") {
		c.window = append(c.window, message...)
		c.window = append(c.window[:0], c.window[max(len(c.window)-32<<10, 0):]...)
	}
	return message
}
