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

// exportFrom exports from a server with the given handler.
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
		for done := range 300 { // more than five, after which net/http gives up by default
			wire.SetExportProgress(w.Header(), done+1, 300)
			w.WriteHeader(http.StatusProcessing)
		}
		w.WriteHeader(http.StatusEarlyHints) // another informational answer
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

// An incomplete file is an error, and for a refused one no file is started.
func TestExportFails(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   error  // nil: any
		file   string // what was written before the error
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

// Canceling ends an export that is still being made, and one that is being transferred.
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
