package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// senders post comments when they are due, over a few connections.
type senders struct {
	base, key string
	room      string
	line      *timeline
	workers   int
	authors   int

	offered, accepted, refused, failed atomic.Int64
	answers                            sync.Map // status -> *atomic.Int64
}

// run posts until ctx ends and all answers have come. A comment that finds every connection
// busy waits; its latency counts from when it was due.
func (s *senders) run(ctx context.Context) {
	transport := &http.Transport{MaxIdleConnsPerHost: s.workers, MaxConnsPerHost: s.workers}
	defer transport.CloseIdleConnections()
	web := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	numbers := make(chan int, 1<<16)
	var workers sync.WaitGroup
	for range s.workers {
		workers.Go(func() {
			for n := range numbers {
				s.post(web, n)
			}
		})
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		if wait := time.Until(s.line.due(n)); wait > 0 {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				continue
			case <-timer.C:
			}
		}
		s.offered.Add(1)
		numbers <- n
	}
	close(numbers)
	workers.Wait()
}

func (s *senders) post(web *http.Client, n int) {
	body := append([]byte(nil), `{"source":"replay","author":"flood`...)
	body = strconv.AppendInt(body, int64(n*7919%max(s.authors, 1)), 10)
	body = append(body, `","ref":"`...)
	body = strconv.AppendInt(body, int64(n), 10)
	body = append(body, `","text":"`...)
	body = appendText(body, n)
	body = append(body, `"}`...)
	req, err := http.NewRequest(http.MethodPost, s.base+"/api/rooms/"+s.room+"/comments", bytes.NewReader(body))
	if err != nil {
		s.failed.Add(1)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.key)
	resp, err := web.Do(req)
	if err != nil {
		s.failed.Add(1)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	v, _ := s.answers.LoadOrStore(resp.StatusCode, new(atomic.Int64))
	v.(*atomic.Int64).Add(1)
	if resp.StatusCode == http.StatusCreated {
		s.accepted.Add(1)
		s.line.accept(n)
		return
	}
	s.refused.Add(1)
}

func (s *senders) count(status int) int64 {
	v, ok := s.answers.Load(status)
	if !ok {
		return 0
	}
	return v.(*atomic.Int64).Load()
}
