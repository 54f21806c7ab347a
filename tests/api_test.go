package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exchange is a block of commands on docs/api.md and the answer below it.
type exchange struct{ commands, kind, answer string }

var exchanges = regexp.MustCompile("(?ms)^```sh\n(.*?)^```\n(?:```(json|)\n(.*?)^```\n)?")

// passing are the fields whose values differ each time; only the kind of their value is
// compared.
var passing = []string{"id", "user", "at", "seq", "made", "until", "address", "next", "first", "last", "by", "wait_ms", "item"}

// fits reports where an answer differs from the page's. A text that ends with … on the page
// may continue in any way, and … alone matches any value.
func fits(place string, want, got any) (faults []string) {
	name := place[strings.LastIndexByte(place, '.')+1:]
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v", place, got)}
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				faults = append(faults, fmt.Sprintf("%s.%s is not on the page: %v", place, k, g[k]))
			}
		}
		for k, v := range w {
			if _, ok := g[k]; !ok {
				faults = append(faults, fmt.Sprintf("%s.%s is on the page alone", place, k))
				continue
			}
			faults = append(faults, fits(place+"."+k, v, g[k])...)
		}
		return faults
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{fmt.Sprintf("%s is %v, on the page %v", place, got, w)}
		}
		for i := range w {
			faults = append(faults, fits(fmt.Sprintf("%s.%d", place, i), w[i], g[i])...)
		}
		return faults
	case string:
		if w == "…" {
			return nil
		}
		if begin, open := strings.CutSuffix(w, "…"); open {
			if g, ok := got.(string); ok && strings.HasPrefix(g, begin) {
				return nil
			}
		}
	}
	if slices.Contains(passing, name) && reflect.TypeOf(want) == reflect.TypeOf(got) {
		return nil
	}
	if !reflect.DeepEqual(want, got) {
		return []string{fmt.Sprintf("%s is %v, on the page %v", place, got, want)}
	}
	return nil
}

// Every call of docs/api.md is made, in order, and its answer matches the page and the OpenAPI
// document.
func TestCallsOfTheAPIPage(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no curl; Debian: apt-get install curl")
		}
		t.Skip("there is no curl; Debian: apt-get install curl")
	}
	page := readPage(t, "docs/api.md")
	p := start(t, t.TempDir())
	document := p.document()
	environ := append(os.Environ(), "SERVER="+document.proxyTo(p), "SENDER="+p.link("sender").Key, "MODERATOR="+p.link("moderator").Key, "OWNER="+p.link("owner").Key)
	dir := t.TempDir()
	all := exchanges.FindAllStringSubmatch(page, -1)
	if calls := strings.Count(page, "curl -sS"); len(all) < 15 || calls < 20 {
		t.Fatalf("only %d blocks with %d calls found", len(all), calls)
	}
	id := ""
	for _, m := range all {
		e := exchange{m[1], m[2], m[3]}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", e.commands)
		cmd.Dir = dir
		cmd.Env = append(environ, "ID="+id)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s\n%v: %s%s", e.commands, err, out, &errs)
		}
		if e.kind != "json" {
			if string(out) != e.answer {
				t.Errorf("%s\nanswers\n%s\nand the page has\n%s", e.commands, out, e.answer)
			}
			continue
		}
		var want, got any
		if err := json.Unmarshal(out, &got); err != nil {
			t.Errorf("%s\nanswers %s: %v", e.commands, out, err)
			continue
		}
		if found := idIn(got); found != "" {
			id = found
		}
		if err := json.Unmarshal([]byte(e.answer), &want); err != nil {
			t.Errorf("%s\non the page has %s: %v; the answer is\n%s", e.commands, e.answer, err, out)
			continue
		}
		for _, fault := range fits("answer", want, got) {
			t.Errorf("%s\n%s; the whole answer is\n%s", e.commands, fault, out)
		}
	}
	if len(document.seen) < 25 {
		t.Errorf("only %d operations were made: %v", len(document.seen), document.seen)
	}
	for name, holds := range map[string]string{"link.json": `"role":"audience"`, "code.png": "PNG", "live.jsonl": "GOAL! 2:1", "live.xml": "GOAL! 2:1"} {
		if data, err := os.ReadFile(dir + "/" + name); err != nil || !strings.Contains(string(data), holds) {
			t.Errorf("%s lacks %q: %v", name, holds, err)
		}
	}
}

// idIn returns the id in an answer: its own, or that of its only comment.
func idIn(answer any) string {
	fields, _ := answer.(map[string]any)
	if list, ok := fields["comments"].([]any); ok && len(list) > 0 {
		fields, _ = list[0].(map[string]any)
	}
	id, _ := fields["id"].(string)
	return id
}

func TestAnswersComparedWithThePage(t *testing.T) {
	for _, tt := range []struct{ want, got, fault string }{
		{`{"id":"a","n":1}`, `{"id":"b","n":1}`, ""},
		{`{"id":"a"}`, `{"id":7}`, "answer.id is 7"},
		{`{"n":1}`, `{"n":2}`, "answer.n is 2"},
		{`{"n":1}`, `{}`, "answer.n is on the page alone"},
		{`{}`, `{"n":1}`, "answer.n is not on the page"},
		{`{"l":[{"text":"x"}]}`, `{"l":[{"text":"y"}]}`, "answer.l.0.text is y"},
		{`{"l":[]}`, `{"l":[1]}`, "answer.l is"},
		{`{"m":"…"}`, `{"m":[1]}`, ""},
		{`{"m":"so …"}`, `{"m":"other"}`, "answer.m is other"},
	} {
		var want, got any
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(tt.got), &got); err != nil {
			t.Fatal(err)
		}
		said := strings.Join(fits("answer", want, got), "; ")
		if tt.fault == "" && said != "" || !strings.Contains(said, tt.fault) {
			t.Errorf("%s and %s: %q", tt.want, tt.got, said)
		}
	}
}
