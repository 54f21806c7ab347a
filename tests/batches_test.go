package tests

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// send posts a body unchanged.
func send(t *testing.T, p *program, path, kind, body, auth string) (int, string) {
	t.Helper()
	req, err := http.NewRequest("POST", p.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// A batch is processed in order, and each comment has its own answer.
func TestBatches(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.bot("sender")
	batch := func(want int, comments ...any) (results []posted, message string) {
		t.Helper()
		status, text := b.do("POST", liveRoom+"/comments/batch", map[string]any{"comments": comments}, b.auth)
		if status != want {
			t.Fatalf("%d %s", status, text)
		}
		var got struct {
			Results []posted
			Message string
		}
		decode(t, text, &got)
		return got.Results, got.Message
	}
	type m = map[string]any
	got, _ := batch(200,
		m{"text": "one", "ref": "1", "author": "a", "name": strings.Repeat("n", 30)},
		m{"text": "", "ref": "2", "author": "b"},
		m{"text": "see https://spam.example/win", "ref": "3", "author": "c"},
		"not an object", 7, nil,
		m{"text": 5},
		m{"text": strings.Repeat("x", 101), "ref": "8"},
		m{"text": "one", "ref": "1", "author": "a"},
		m{"text": "last", "ref": "9", "author": "d", "mode": "TOP"},
	)
	for i, want := range []struct {
		status    int
		ref, code string
	}{
		{201, "1", ""}, {422, "2", "empty"}, {422, "3", "refused"}, {400, "", "bad_frame"}, {400, "", "bad_frame"}, {422, "", "empty"},
		{400, "", "bad_frame"}, {422, "8", "too_long"}, {201, "1", ""}, {201, "9", ""},
	} {
		if i >= len(got) || got[i].Status != want.status || got[i].Ref != want.ref || got[i].Code != want.code {
			t.Errorf("answer %d: %+v, want %+v", i, got, want)
			break
		}
		if want.code != "" && got[i].Message == "" {
			t.Errorf("answer %d has no sentence", i)
		}
	}
	if got[0].ID == "" || got[0].ID != got[8].ID || len(got[0].Notes) != 1 || got[9].Comment.Mode != "top" {
		t.Errorf("%+v", got)
	}
	for i, want := range map[int]string{3: "comments[3] is a JSON string. Send one JSON object.", 4: "comments[4] is a JSON number. Send one JSON object.", 6: "text: send a string"} {
		if !strings.Contains(got[i].Message, want) {
			t.Errorf("answer %d: %q, want %q", i, got[i].Message, want)
		}
	}
	// A bare list is a batch, too; a UTF-8 byte order mark and other JSON types are accepted.
	for _, kind := range []string{"application/json", "application/vnd.bridge.v2+json; charset=utf-8", "text/json"} {
		for _, body := range []string{"[%s]", "\ufeff[%s]", "\ufeff{\"comments\":[%s]}"} {
			body = fmt.Sprintf(body, `{"text":"by itself","author":"e","ref":"10","clip":"true"}`)
			status, text := send(t, p, liveRoom+"/comments/batch", kind, body, b.auth["Authorization"])
			if status != 200 || !strings.Contains(text, `"status":201`) {
				t.Errorf("%s %q: %d %s", kind, body, status, text)
			}
		}
	}
	many := make([]any, 200)
	for i := range many {
		many[i] = m{"text": fmt.Sprint("comment ", i), "author": fmt.Sprint("u", i), "ref": fmt.Sprint("r", i)}
	}
	all, _ := batch(200, many...)
	last := ""
	for i, a := range all {
		if a.Ref != fmt.Sprint("r", i) || a.Status != 201 && a.Status != 429 || a.Status == 429 && a.WaitMS == 0 {
			t.Fatalf("answer %d: %+v", i, a)
		}
		if a.Status == 201 {
			if a.ID <= last {
				t.Errorf("answer %d is out of order", i)
			}
			last = a.ID
		}
	}
	if _, message := batch(422, append(many, m{"text": "one too many"})...); !strings.Contains(message, "201") || !strings.Contains(message, "200") {
		t.Errorf("201 comments: %q", message)
	}
	batch(422)
	// The longest comments, with every character escaped.
	raw := `{"text":"` + strings.Repeat(`\u4f60`, 1024/3) + `","clip":true,"name":"` + strings.Repeat(`\u0061`, 256) + `","author":"` + strings.Repeat(`\u0061`, 256) + `"}`
	body := `{"comments":[` + strings.Repeat(raw+",", 199) + raw + `]}`
	req, err := http.NewRequest("POST", p.base+liveRoom+"/comments/batch", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", b.auth["Authorization"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%d bytes of the longest comments: %d", len(body), resp.StatusCode)
	}
	if status, _ := p.phone().do("POST", liveRoom+"/comments/batch", map[string]any{"comments": []any{m{"text": "x"}}}, nil); status != 401 {
		t.Errorf("a phone's batch: %d", status)
	}
}
