package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/client"
	"danmaku/room"
	"danmaku/server/wire"
)

// exportFrom exports from a server that answers so.
func exportFrom(t *testing.T, ctx context.Context, answer http.HandlerFunc) (file string, account wire.ExportAccount, reported []string, err error) {
	t.Helper()
	s := httptest.NewServer(answer)
	defer s.Close()
	c := client.New(s.URL, func(string, string) string { return "" })
	defer c.Close()
	var out bytes.Buffer
	account, err = c.Export(ctx, "my room", url.Values{"format": {"csv"}}, &out, func(done, all int) {
		reported = append(reported, fmt.Sprintf("%d/%d", done, all))
	})
	return out.String(), account, reported, err
}

func TestExportReportsAndCopies(t *testing.T) {
	zero := time.Date(2026, 11, 21, 19, 0, 0, 123e6, time.UTC)
	want := wire.ExportAccount{Count: 300, Early: 3, Paused: 2, After: 1, Covered: 4, Zero: zero}
	file, account, reported, err := exportFrom(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI != "/api/rooms/my%20room/export?format=csv" || r.Header.Get(wire.ProgressHeader) != "1" {
			t.Errorf("asked %s, %v", r.RequestURI, r.Header)
		}
		for done := range 300 { // more than five, where net/http ends by itself
			wire.SetExportProgress(w.Header(), done+1, 300)
			w.WriteHeader(http.StatusProcessing)
		}
		w.WriteHeader(http.StatusEarlyHints) // some other news
		want.SetHeader(w.Header())
		fmt.Fprint(w, "all of it")
	})
	if err != nil || file != "all of it" || account != want {
		t.Errorf("%q, %+v, %v", file, account, err)
	}
	if len(reported) != 300 || reported[0] != "1/300" || reported[299] != "300/300" {
		t.Errorf("reported %q", slices.Compact(reported))
	}
}

// A file that did not come whole is an error, and one that the server refuses is
// never begun.
func TestExportFails(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   error  // nil: any
		file   string // what was written before
	}{
		"a torn connection": {func(w http.ResponseWriter, _ *http.Request) {
			wire.ExportAccount{}.SetHeader(w.Header())
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
		}, nil, "half"},
		"a refusal": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"code":"not_found","message":"no"}`)
		}, room.ErrNotFound, ""},
		"a head without counts": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "what") }, nil, ""},
	} {
		file, _, _, err := exportFrom(t, t.Context(), tt.answer)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) || file != tt.file {
			t.Errorf("%s: %v, %q was written", name, err, file)
		}
	}
}

// An interrupt ends an export that is still being made, and one that is on its way.
func TestExportEndsWithItsContext(t *testing.T) {
	for _, begun := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		_, _, _, err := exportFrom(t, ctx, func(w http.ResponseWriter, r *http.Request) {
			if begun {
				wire.ExportAccount{}.SetHeader(w.Header())
				fmt.Fprint(w, strings.Repeat("x", 1<<20))
				_ = http.NewResponseController(w).Flush()
			}
			cancel()
			<-r.Context().Done()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("begun %v: %v", begun, err)
		}
	}
}
