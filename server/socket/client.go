package socket

import (
	"sync"
	"sync/atomic"
	"time"

	"danmaku/live"
)

// client is one socket with its data.
type client struct {
	live.Client
	author  live.Author
	shown   atomic.Int64            // of an overlay: ms until comments appear on it, plus one; 0 while unknown
	drawing atomic.Pointer[drawing] // of an overlay: its last report about its picture
	frames  bucket                  // of text frames; used by the reading goroutine alone
	pings   bucket                  // of control frames; used by the reading goroutine alone

	disconnecting sync.Once
	disconnected  atomic.Bool                 // the server reads and drops what it still sends
	byeReason     atomic.Pointer[closeReason] // set by bye
	lingered      atomic.Bool                 // it had received its bye before the last heartbeat

	arrival *Arrival // set until it has been welcomed
}

func newClient(a Arrival, now time.Duration) *client {
	return &client{
		Client: a.Client, author: a.Author, arrival: &a,
		frames: bucket{rate: frameRate, burst: 2 * frameRate, tokens: 2 * frameRate, at: now},
		pings:  bucket{rate: controlRate, burst: 4 * controlRate, tokens: 4 * controlRate, at: now},
	}
}

// bucket limits the rate at which a client may send anything. Package ratelimit limits
// comments.
type bucket struct {
	rate, burst float64
	tokens      float64
	at          time.Duration // by Options.Elapsed
}

func (b *bucket) take(now time.Duration) bool {
	b.tokens = min(b.burst, b.tokens+(now-b.at).Seconds()*b.rate)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
