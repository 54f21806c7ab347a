package opinion_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/comment"
	"danmaku/opinion"
	"danmaku/signature"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
)

var key = signature.Key("sixteen bytes and more")

// open makes an asker for a service, and returns its log.
func open(t *testing.T, address string, hold bool, transport http.RoundTripper) (*opinion.Asker, *bytes.Buffer) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	logged := &bytes.Buffer{}
	a := opinion.New(opinion.Options{
		URL: u, Key: key, Hold: hold, Transport: transport, Log: slog.New(slog.NewTextHandler(logged, nil)),
		Language: func(string) string { return "en" },
	})
	t.Cleanup(a.Close)
	return a, logged
}

func ask(t *testing.T, a *opinion.Asker, d comment.Draft) comment.Verdict {
	t.Helper()
	v, err := a.Ask(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestQuestion checks what leaves the machine: these fields, signed, and no more.
func TestQuestion(t *testing.T) {
	var got map[string]any
	var fault error
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fault = errors.Join(key.Verify(r.Header, time.Now(), body), json.Unmarshal(body, &got))
		for name := range r.Header {
			switch name {
			case "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Content-Type", "Content-Length", "User-Agent", "Accept-Encoding":
			default:
				fault = errors.Join(fault, errors.New("the header "+name))
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		io.WriteString(w, `{"action":"pass"}`)
	}))
	defer srv.Close()
	a, _ := open(t, srv.URL, true, nil)
	v := ask(t, a, comment.Draft{
		Room: "live", Text: "hello", Name: "Ann", User: "secret", Address: "secret", Networks: []string{"secret"}, Ref: "secret", Color: "#123456",
	})
	want := map[string]any{"room": "live", "text": "hello", "name": "Ann", "language": "en"}
	if fault != nil || !cmp.Equal(got, want) || v.Action != comment.Pass {
		t.Errorf("%v, %v; %+v", got, fault, v)
	}
}

// TestAnswers checks the result of each kind of answer, and that everything but a clear one
// is a failure.
func TestAnswers(t *testing.T) {
	const fails = comment.Action(-1)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer other.Close()
	for name, c := range map[string]struct {
		status int
		kind   string
		body   string
		want   comment.Action
		detail string
	}{
		"pass":              {body: `{"action":"pass","reason":"fine"}`},
		"hold":              {body: `{"action":"hold","reason":"a threat?"}`, want: comment.Hold, detail: "a threat?"},
		"refuse":            {body: `{"action":"refuse","reason":"spam\nspam\u202e "}`, want: comment.Refuse, detail: "spam spam"},
		"no reason":         {body: `{"action":"refuse"}`, want: comment.Refuse, detail: comment.ReasonOpinion.Sentence("")},
		"a long reason":     {body: `{"action":"hold","reason":"` + strings.Repeat("é", 900) + `"}`, want: comment.Hold, detail: strings.Repeat("é", 200)},
		"further fields":    {body: `{"action":"hold","reason":"x","score":0.9}`, want: comment.Hold, detail: "x"},
		"status 500":        {status: 500, body: `{"action":"pass"}`, want: fails},
		"status 204":        {status: 204, want: fails},
		"a redirect":        {status: 307, body: `{"action":"pass"}`, want: fails},
		"another action":    {body: `{"action":"mask"}`, want: fails},
		"an action in caps": {body: `{"action":"PASS"}`, want: fails},
		"no action":         {body: `{}`, want: fails},
		"null":              {body: `null`, want: fails},
		"a list":            {body: `[{"action":"pass"}]`, want: fails},
		"two answers":       {body: `{"action":"pass"}{"action":"hold"}`, want: fails},
		"no JSON":           {body: `pass`, want: fails},
		"a page":            {kind: "text/html", body: `{"action":"pass"}`, want: fails},
		"too much":          {body: `{"action":"pass","reason":"` + strings.Repeat("x", 20<<10) + `"}`, want: fails},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c.kind == "" {
				c.kind = "application/json"
			}
			w.Header().Set("Content-Type", c.kind)
			if c.status != 0 {
				w.Header().Set("Location", other.URL)
				w.WriteHeader(c.status)
			}
			io.WriteString(w, c.body)
		}))
		for _, hold := range []bool{true, false} {
			a, _ := open(t, srv.URL, hold, nil)
			v := ask(t, a, comment.Draft{Room: "live", Text: "hello"})
			want, detail, failed := c.want, c.detail, int64(0)
			if want == fails {
				want, failed = comment.Pass, 1
				if hold {
					want, detail = comment.Hold, comment.ReasonNoOpinion.Sentence("")
				}
			}
			if v.Action != want || v.Detail != detail || (v.Rule == opinion.Rule) != (want != comment.Pass) {
				t.Errorf("%s, hold %t: %+v", name, hold, v)
			}
			if st := a.State(); st.Asked != 1 || st.Failed != failed || st.Held+st.Refused > 1 {
				t.Errorf("%s: %+v", name, st)
			}
		}
		srv.Close()
	}
}

// service is a service on a test's clock: it answers after some time.
type service struct {
	asked  atomic.Int64
	answer func(ctx context.Context, room string) error // nil: pass
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked.Add(1)
	var q struct{ Room string }
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return nil, err
	}
	if err := s.answer(r.Context(), q.Room); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"action":"pass"}`)),
	}, nil
}

// TestBreaker checks that a service that does not answer is left alone, and asked again
// with one comment after a while.
func TestBreaker(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := &service{answer: func(ctx context.Context, _ string) error {
			if down.Load() {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		a, logged := open(t, "http://127.0.0.1:1/check?key=hidden", true, s)
		d := comment.Draft{Room: "live", Text: "unseen words"}
		began := time.Now()
		for range 5 {
			if v := ask(t, a, d); v.Action != comment.Hold || v.Reason != comment.ReasonNoOpinion {
				t.Fatalf("%+v", v)
			}
		}
		if took := time.Since(began); took != 5*opinion.Within {
			t.Errorf("five time-outs took %v", took)
		}
		for range 100 {
			if v := ask(t, a, d); v.Action != comment.Hold {
				t.Fatalf("%+v", v)
			}
		}
		if n := s.asked.Load(); n != 5 || time.Since(began) != 5*opinion.Within {
			t.Errorf("asked %d times, in %v", n, time.Since(began))
		}
		if a.State().Answering {
			t.Error("the state says that it answers")
		}
		down.Store(false)
		time.Sleep(6 * time.Second) // of the bubble's clock
		for range 3 {
			if v := ask(t, a, d); v.Action != comment.Pass {
				t.Errorf("%+v", v)
			}
		}
		if st := a.State(); !st.Answering || st.Failed != 105 || st.Asked != 108 || s.asked.Load() != 8 {
			t.Errorf("%+v, asked %d", st, s.asked.Load())
		}
		lines := logged.String()
		if strings.Count(lines, "\n") != 2 || !strings.Contains(lines, "no answer within 300ms") || !strings.Contains(lines, "answers again") {
			t.Error(lines)
		}
		if strings.Contains(lines, "hidden") || strings.Contains(lines, "unseen words") {
			t.Error("the log has the query of the address, or a text:", lines)
		}
	})
}

// TestRoomShare checks that places remain for other rooms while one room's questions get no
// answer, and that the number of running questions is bounded.
func TestRoomShare(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, room string) error {
			if room == "flooded" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		a, _ := open(t, "http://127.0.0.1:1", false, s)
		for i := range 200 {
			go a.Ask(t.Context(), comment.Draft{Room: "flooded", Text: fmt.Sprint(i)})
		}
		synctest.Wait()
		onWay := s.asked.Load()
		began := time.Now()
		if v := ask(t, a, comment.Draft{Room: "calm", Text: "hi"}); v.Action != comment.Pass {
			t.Errorf("%+v", v)
		}
		if st := a.State(); onWay != 16 || st.Failed != 0 || time.Since(began) != 0 {
			t.Errorf("%d on their way, %+v, waited %v", onWay, st, time.Since(began))
		}
		time.Sleep(time.Second)
	})
}

// An author who left is not a failure of the service.
func TestAuthorLeft(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }}
		a, _ := open(t, "http://127.0.0.1:1", false, s)
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			if v, err := a.Ask(ctx, comment.Draft{Room: "live", Text: "hi"}); err == nil {
				t.Errorf("an answer for nobody: %+v", v)
			}
			cancel()
		}
		if st := a.State(); !st.Answering || st.Failed != 0 {
			t.Errorf("%+v", st)
		}
	})
}
