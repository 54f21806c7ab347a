package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// pairsAtOnce is how many comments the two moderators decide at the same time.
const pairsAtOnce = 32

// moderate decides held comments: one moderator approves a comment while the other one refuses
// it, through different machines.
func (s *clusterTrial) moderate(ctx context.Context) {
	for id := range s.held {
		first := rand.IntN(len(s.nodes))
		var told [2]string
		var both sync.WaitGroup
		for k, act := range []string{"approve", "refuse"} {
			both.Go(func() { told[k] = s.decide(ctx, first+k, s.keys[k], id, act) })
		}
		both.Wait()
		s.ledger.mu.Lock()
		if s.ledger.decisions == nil {
			s.ledger.decisions = map[string][2]string{}
		}
		s.ledger.decisions[id] = told
		s.ledger.mu.Unlock()
	}
}

// decide returns the final decision, from the answer to a moderator.
func (s *clusterTrial) decide(ctx context.Context, at int, key, id, act string) string {
	v := s.traveller(at, false)
	web := &http.Client{Timeout: answerWithin, Transport: &http.Transport{DialContext: v.dial, DisableKeepAlives: true}}
	last := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; v.next() {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+clusterHost+"/api/rooms/live/comments/"+id+"/"+act, nil)
		if err != nil {
			return err.Error()
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := web.Do(req)
		if err != nil {
			last = err.Error()
			continue
		}
		var stands struct{ Status string }
		err = json.NewDecoder(resp.Body).Decode(&stands)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusOK && err == nil:
			return stands.Status
		case resp.StatusCode != http.StatusServiceUnavailable && resp.StatusCode != http.StatusBadGateway:
			return fmt.Sprint(act, " is answered ", resp.StatusCode)
		}
		last = fmt.Sprint("answered ", resp.StatusCode)
		if sleep(ctx, 100*time.Millisecond) != nil {
			break
		}
	}
	return "not " + act + "d: " + last
}
