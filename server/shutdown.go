package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A shutdown takes a second at most: every client gets its bye at once, running requests
// have flushWithin to write their answers, and connections still open then are aborted. A
// slow reader, a download or a half-sent request does not delay the others' return.
const (
	flushWithin = 700 * time.Millisecond
	tearWithin  = 200 * time.Millisecond
)

// Shutdown stops listening, sends every socket a bye with the code restart, and waits for
// running requests, but for flushWithin at most; then it closes every remaining connection
// and ends the contexts of its requests. It returns within a second, sooner when ctx ends,
// and with an error when a handler still runs.
func (s *Server) Shutdown(ctx context.Context) error {
	flush, cancel := context.WithTimeout(ctx, s.flush)
	defer cancel()
	closed := make(chan bool, 1)
	go func() { closed <- s.hub.Shutdown(flush, s.tear) }()
	err := s.http.Shutdown(flush)
	s.requests.stop()
	if err != nil {
		err = s.http.Close()
	}
	over := s.requests.wait(s.tear)
	if gone := <-closed; !gone || !over {
		err = errors.Join(err, errors.New("a request or a socket still waits for something"))
	}
	if err != nil {
		return fmt.Errorf("close connections: %w", err)
	}
	return nil
}

// requests tracks the requests that handlers are working on.
type requests struct {
	ctx    context.Context // of all of them
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	stopped bool
	idle    chan struct{} // closed when none runs after stop
}

// begin is the server's BaseContext, one for all its listeners.
func (q *requests) begin(net.Listener) context.Context {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ctx == nil {
		q.ctx, q.cancel = context.WithCancel(context.Background())
	}
	return q.ctx
}

// track counts the requests that next works on. After stop it refuses them.
func (q *requests) track(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !q.enter() {
			w.Header().Set("Connection", "close")
			http.Error(w, "The server is stopping.", http.StatusServiceUnavailable)
			return
		}
		defer q.leave()
		next.ServeHTTP(w, r)
	})
}

func (q *requests) enter() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped {
		return false
	}
	q.running++
	return true
}

func (q *requests) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running--; q.running == 0 && q.stopped {
		close(q.idle)
	}
}

// stop ends the contexts of all requests, and lets no new one begin. Call it once.
func (q *requests) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped, q.idle = true, make(chan struct{})
	if q.running == 0 {
		close(q.idle)
	}
	if q.cancel != nil {
		q.cancel()
	}
}

// wait waits after stop until no request is running, and reports whether that happened in
// time.
func (q *requests) wait(long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-q.idle:
		return true
	case <-timer.C:
		return false
	}
}
