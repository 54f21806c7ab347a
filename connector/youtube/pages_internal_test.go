package youtube

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"danmaku/connector"
)

func TestPages(t *testing.T) {
	const one, two = `{"nextPageToken":"a","items":[{"id":"1"}]}`, `{"next_page_token":"b","items":[{"id":"2"},{"id":"3"}]}`
	for _, row := range []struct {
		body string
		want string
		ok   bool
	}{
		{"[" + one + "," + two + "]", "a1 b23 ", true},
		{" \n[ " + one + "\n,\n" + two, "a1 b23 ", false}, // the connection broke
		{one + "\n" + two, "a1 b23 ", true},
		{one + two + "\n", "a1 b23 ", true},
		{"[]", "", true},
		{"", "", true},
		{"[" + one + "," + two[:10], "a1 ", false},
		{"[{]", "", false},
		{"<html>", "", false},
	} {
		for _, name := range []string{"whole", "byte by byte"} {
			var got strings.Builder
			r := strings.NewReader(row.body)
			collect := func(p page) error {
				got.WriteString(p.NextPageToken)
				for _, raw := range p.Items {
					var it item
					if err := json.Unmarshal(raw, &it); err != nil {
						t.Error(err)
					}
					got.WriteString(it.ID)
				}
				got.WriteString(" ")
				return nil
			}
			fault := func(int, []byte) *connector.Fault { return connector.Stop(connector.FaultPlatform, "") }
			var err error
			if name == "whole" {
				err = pages(r, fault, collect)
			} else {
				err = pages(iotest.OneByteReader(r), fault, collect)
			}
			if got.String() != row.want || (err == nil) != row.ok {
				t.Errorf("%s, %s: got %q and %v, want %q", name, row.body, &got, err, row.want)
			}
		}
	}
}

func TestEmotes(t *testing.T) {
	for text, want := range map[string]string{
		":_mikaWave: hi 😂:face-blue-smiling:": ":mikaWave: hi 😂:face-blue-smiling: [{0 10 mikaWave } {15 34 face-blue-smiling }]",
		"at 12:30:45 :) a: b: https://x/:y":   "at 12:30:45 :) a: b: https://x/:y []",
		":_手を振る::_a:":                         ":手を振る::a: [{0 6 手を振る } {6 9 a }]",
		"":                                    " []",
	} {
		got, emotes := emotesOf(text)
		if s := fmt.Sprint(got, " ", emotes); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
}

// FuzzPages reads arbitrary answers without panicking or hanging.
func FuzzPages(f *testing.F) {
	f.Add(`[{"items":[{"snippet":{"type":"superChatEvent","superChatDetails":{"tier":"x"}}}]}]`)
	f.Add(`{"next_page_token":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		_ = pages(strings.NewReader(body), func(int, []byte) *connector.Fault { return connector.Stop(connector.FaultPlatform, "") },
			func(page) error { return nil })
	})
}
