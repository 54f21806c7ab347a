package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// Text by moderators and the audience is not a formula in a spreadsheet.
func TestNoCellOfTheRecordIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\n=1": "'\n=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠A": "'＠A", "1=1": "1=1", "": "", "弹幕": "弹幕", "'": "'",
	} {
		cells := auditCells(wire.AuditEntry{By: text, About: text, User: text, Detail: text})
		for _, i := range []int{2, 5, 6, 7} {
			if cells[i] != want {
				t.Errorf("%q in column %d is %q", text, i, cells[i])
			}
		}
	}
}

// brokenArchive fails in the middle of a file.
type brokenArchive struct{}

func (brokenArchive) AddMoment(context.Context, room.Moment) error { return nil }
func (brokenArchive) Describe(context.Context, string, url.Values) (Download, error) {
	return Download{}, room.ErrNotFound
}
func (brokenArchive) Export(context.Context, string, url.Values, func(int, int)) (Download, error) {
	body := io.MultiReader(strings.NewReader("one\r\n"), iotest.ErrReader(errors.New("the disk is gone")))
	return Download{Name: "x.csv", MediaType: "text/csv", Account: wire.ExportAccount{Count: 2}, Size: 10, Body: io.NopCloser(body)}, nil
}

func (brokenArchive) ExportReactions(context.Context, string, url.Values) (Download, error) {
	return Download{}, nil
}

func (brokenArchive) Report(context.Context, string, []show.Item, []show.QuestionList, url.Values) (Download, error) {
	return Download{}, room.ErrNotFound
}

func (brokenArchive) ExportItems(string, []show.Item, []show.QuestionList, url.Values) (Download, error) {
	return Download{}, room.ErrNotFound
}

// A download that fails after its head ends in an aborted connection: otherwise half of it
// would look complete.
func TestAFailedDownloadIsCutOff(t *testing.T) {
	h := newTestServer(t)
	key := h.ownerKey(t)
	h.opt.Archive = brokenArchive{}
	for _, path := range []string{"audit?format=csv", "audit?format=jsonl", "export?format=csv"} {
		pages := 0
		acts := func() ([]room.AuditEntry, bool, error) {
			if pages++; pages > 1 {
				return nil, false, errors.New("the disk is gone")
			}
			return []room.AuditEntry{{ID: 7, At: time.Now(), By: "ann", Role: room.Owner, Kind: room.ActionClear}}, true, nil
		}
		h.OnAudit.Store(&acts)
		req, err := http.NewRequest("GET", "http://"+h.base+"/api/rooms/live/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // aborted before the head was read
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil {
			t.Errorf("%s ends like a whole one with %d: %q", path, resp.StatusCode, b)
		}
	}
}

// The error for an invalid list query names the field and its limit.
func TestListsNameTheFieldTheyRefuse(t *testing.T) {
	h := newTestServer(t)
	key := h.ownerKey(t)
	for path, want := range map[string]string{
		"comments?limit=abc":    "400 limit: a whole number from 1, of which more than 200 count as 200",
		"comments?limit=0":      "400 limit: a whole number from 1",
		"comments?before=abc":   "400 before: a whole number from 1",
		"comments?before=-3":    "400 before: a whole number from 1",
		"comments?status=foo":   "422 status",
		"comments?status=Shown": "use shown, held, refused or removed",
		"audit?limit=0":         "400 limit: a whole number from 1, of which more than 200 count as 200",
		"audit?before=1.5":      "400 before: a whole number from 1",
		"comments?limit=999":    "200 ",
		"comments?status=held":  "200 ",
		"audit?limit=999":       "200 ",
	} {
		req, err := http.NewRequest("GET", "http://"+h.base+"/api/rooms/live/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Message string `json:"message"`
		}
		err = json.NewDecoder(resp.Body).Decode(&answer)
		resp.Body.Close()
		if got := fmt.Sprintf("%d %s", resp.StatusCode, answer.Message); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %q (%v), want %q", path, got, err, want)
		}
	}
}
