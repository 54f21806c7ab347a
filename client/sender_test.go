package client_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"danmaku/client"
)

func TestSender(t *testing.T) {
	for _, row := range []struct {
		name    string
		status  int
		header  map[string]string
		body    string
		comment client.Comment
		sent    map[string]string
		want    client.Answer
	}{
		{
			"shown", 201, nil, `{"outcome":"shown","comment":{}}`,
			client.Comment{Ref: "r-1", Text: "hi", Name: "Mika", Mode: "top", Color: "#ff0000", Size: "big", Author: "a", Source: "replay"},
			map[string]string{"ref": "r-1", "text": "hi", "name": "Mika", "mode": "top", "color": "#ff0000", "size": "big", "author": "a", "source": "replay"},
			client.Answer{Status: 201, Wait: time.Second, Outcome: "shown"},
		},
		{
			"what is not given is not sent", 202, nil, `{"outcome":"held"}`, client.Comment{Text: "hi"},
			map[string]string{"text": "hi"},
			client.Answer{Status: 202, Wait: time.Second, Outcome: "held"},
		},
		{
			"the wait of the body", 429, map[string]string{"Retry-After": "7"}, `{"code":"slow_down","message":"wait","wait_ms":1500}`, client.Comment{}, nil,
			client.Answer{Status: 429, Wait: 1500 * time.Millisecond, Code: "slow_down", Message: "wait"},
		},
		{
			"the wait of the header", 503, map[string]string{"Retry-After": "7"}, "<h1>down</h1>", client.Comment{}, nil,
			client.Answer{Status: 503, Wait: 7 * time.Second},
		},
		{
			"a redirect is not followed", 308, map[string]string{"Location": "https://elsewhere/"}, "", client.Comment{}, nil,
			client.Answer{Status: 308, Wait: time.Second, Location: "https://elsewhere/"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var path, key string
			var sent map[string]string
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path, key = r.Method+" "+r.URL.Path, r.Header.Get("Authorization")
				if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
					t.Error(err)
				}
				for name, v := range row.header {
					w.Header().Set(name, v)
				}
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body)) // the test detects a client that has gone below
			}))
			defer s.Close()
			got, err := client.NewSender(s.URL, "live", "secret", 1).Send(t.Context(), row.comment)
			if err != nil || got != row.want {
				t.Errorf("%+v, %v, want %+v", got, err, row.want)
			}
			if path != "POST /api/rooms/live/comments" || key != "Bearer secret" {
				t.Errorf("asked for %s with %q", path, key)
			}
			if row.sent != nil {
				if d := cmp.Diff(row.sent, sent); d != "" {
					t.Errorf("sent (-want +got):\n%s", d)
				}
			}
		})
	}
}
