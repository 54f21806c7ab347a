package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"danmaku/moderation"
)

// Rules are saved with their warnings, apply to the next comment, and can be
// tried without sending anything.
func TestRulesOfARoom(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	owner, mod := p.console(), p.moderator()
	s := p.phone().open("audience", "")
	for i := range 3 {
		s.say(fmt.Sprint("fruit ", i, " tangerine"))
	}
	list := map[string]any{"name": "ours", "text": "tangerine => hold # fruit\nx\n/(/\nlemon", "dry": true}
	dry := mod.call("PUT", liveRoom+"/rules", list, 200)
	if a := s.say("one more tangerine"); a.Outcome != "shown" {
		t.Errorf("dry rules apply: %+v", a)
	}
	delete(list, "dry")
	saved := mod.call("PUT", liveRoom+"/rules", list, 200)
	for name, r := range map[string]reply{"dry": dry, "saved": saved} {
		byLine := map[int]string{}
		for _, f := range r.Faults {
			byLine[f.Line] += fmt.Sprint(f.Message, " warning=", f.Warning, " ", f.Code, " ", f.Word, " ", f.N, "/", f.Of)
		}
		if !strings.Contains(byLine[1], "tangerine\"") || !strings.Contains(byLine[1], "warning=true would_stop ") || !strings.Contains(byLine[1], " tangerine 3/3") && !strings.Contains(byLine[1], " tangerine 4/4") {
			t.Errorf("%s: nothing about what it would have stopped: %v", name, byLine)
		}
		if !strings.Contains(byLine[2], "warning=true") || !strings.Contains(byLine[3], "warning=false") || byLine[4] != "" {
			t.Errorf("%s: %v", name, byLine)
		}
	}
	if a := s.say("yet another tangerine"); a.Outcome != "held" {
		t.Errorf("saved rules do not apply: %+v", a)
	}
	if a := s.say("a lemon"); a.Outcome != "refused" || a.Code != "refused" {
		t.Errorf("saved rules do not apply: %+v", a)
	}
	v := mod.call("POST", liveRoom+"/rules/check", map[string]any{"text": "L E M O N!"}, 200)
	if v.Verdict == "pass" || v.Word != "lemon" || v.Rule == "" || v.Folded == "" {
		t.Errorf("%+v", v)
	}
	if v := mod.call("POST", liveRoom+"/rules/check", map[string]any{"text": "hello"}, 200); v.Verdict != "pass" {
		t.Errorf("%+v", v)
	}
	_, body := mod.do("GET", liveRoom+"/rules", nil, nil)
	if !strings.Contains(body, `"name":"starter"`) || !strings.Contains(body, `"shipped":true`) || !strings.Contains(body, `"name":"ours"`) {
		t.Errorf("%s", body)
	}
	// Those for all rooms are the owner's.
	list["all"] = true
	mod.call("PUT", liveRoom+"/rules", list, 403)
	mod.call("DELETE", liveRoom+"/rules/ours?all=1", nil, 403)
	owner.call("PUT", liveRoom+"/rules", map[string]any{"name": "starter", "all": true, "on": false}, 200)
	if _, body = mod.do("GET", liveRoom+"/rules", nil, nil); strings.Contains(body, `"shipped":true`) {
		t.Errorf("%s", body)
	}
	for _, bad := range []map[string]any{{"text": "x"}, {"name": strings.Repeat("x", 41)}, {"name": "two\nlines"}, {"name": "big", "text": strings.Repeat("x", 1<<20+1)}} {
		mod.call("PUT", liveRoom+"/rules", bad, 422)
	}
	mod.call("DELETE", liveRoom+"/rules/ours", nil, 204)
	mod.call("DELETE", liveRoom+"/rules/ours", nil, 404)
	if a := s.say("a lemon again"); a.Outcome != "shown" {
		t.Errorf("a deleted list applies: %+v", a)
	}
	acts := mod.call("GET", liveRoom+"/audit?act=rules", nil, 200).Acts
	if len(acts) != 2 || acts[0].About != "ours" || !slices.Equal(acts[0].Changed, []string{"deleted"}) || !slices.Equal(acts[1].Changed, []string{"made"}) ||
		acts[1].Detail != "+tangerine => hold # fruit · +x · +/(/ · +lemon" {
		t.Errorf("%+v", acts)
	}
}

// Who saves or deletes a list that somebody else has changed meanwhile is told
// so, and what the other wrote stays.
func TestASaveOfRulesOverwritesNobody(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := hands(p)
	type list struct {
		Name, Text, Version string
		On, All             bool
	}
	lists := func(name string) list {
		t.Helper()
		_, body := mod.do("GET", liveRoom+"/rules", nil, nil)
		var all struct{ Lists []list }
		decode(t, body, &all)
		for _, l := range all.Lists {
			if l.Name == name {
				return l
			}
		}
		return list{}
	}
	put := func(h hand, l list, base any, status int) reply {
		t.Helper()
		body := map[string]any{"name": l.Name, "text": l.Text, "on": l.On, "all": l.All}
		if base != nil {
			body["base"] = base
		}
		return h.call("PUT", liveRoom+"/rules", body, status)
	}
	stands := func(want list) {
		t.Helper()
		got := lists(want.Name)
		if want.Version = got.Version; got != want {
			t.Errorf("%+v stands, want %+v", got, want)
		}
	}
	refused := func(r reply, who string) {
		t.Helper()
		if r.Code != "changed" || r.By != who || !strings.HasPrefix(r.Message, who+" changed it since,") {
			t.Errorf("%+v, want changed by %s", r, who)
		}
	}
	pear, plum, both := list{Name: "words", Text: "pear", On: true}, list{Name: "words", Text: "plum", On: true}, list{Name: "words", Text: "pear\nplum", On: true}

	// Both make a list of the same name.
	first := put(owner, pear, "", 200).List.Version
	refused(put(mod, plum, "", 409), "Olga")
	stands(pear)
	if read := lists("words").Version; first == "" || read != first {
		t.Errorf("saved as %q, read as %q", first, read)
	}
	// Both edit the same version; only what somebody has seen is replaced.
	second := put(mod, both, first, 200).List.Version
	refused(put(owner, plum, first, 409), "Mo")
	stands(both)
	put(owner, plum, second, 200)
	stands(plum)
	// Switching it off is a change, too; a dry run is of any version.
	off := plum
	off.On = false
	put(mod, off, lists("words").Version, 200)
	refused(put(owner, pear, second, 409), "Mo")
	owner.call("PUT", liveRoom+"/rules", map[string]any{"name": "words", "text": "pear", "base": first, "dry": true}, 200)
	stands(off)
	// Deleting.
	refused(owner.call("DELETE", liveRoom+"/rules/words?base="+first, nil, 409), "Mo")
	owner.call("DELETE", liveRoom+"/rules/words?base="+lists("words").Version, nil, 204)
	refused(put(mod, pear, second, 409), "Olga")
	if l := lists("words"); l != (list{}) {
		t.Errorf("%+v stands after it was deleted", l)
	}
	// Without a base whatever stands is replaced, as programs do.
	put(mod, pear, nil, 200)
	put(owner, plum, nil, 200)
	stands(plum)

	// The shipped list has a version before anybody saved one.
	starter := lists("starter")
	starter.On, starter.Text = false, ""
	saved := put(owner, starter, starter.Version, 200).List.Version
	if read := lists("starter").Version; saved == starter.Version || read != saved {
		t.Errorf("switched off it is %q, read %q, was %q", saved, read, starter.Version)
	}
	refused(put(owner, starter, starter.Version, 409), "Olga")
	starter.On = true
	put(owner, starter, saved, 200)
}

// The console has a sentence for everything that can be the matter with a line,
// in every language.
func TestFaultsOfRulesInEveryLanguage(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		b, err := assets.ReadFile("assets/locales/console." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		decode(t, string(b), &words)
		for _, code := range moderation.FaultCodes() {
			english := moderation.Fault{Code: code, Word: "W", N: 71, Of: 93}.Message()
			said, _ := words["line_"+string(code)].(string)
			for param, used := range map[string]bool{
				"{word}": strings.Contains(english, "W"), "{n}": strings.Contains(english, "71"), "{of}": strings.Contains(english, "93"),
			} {
				if said == "" || strings.Contains(said, param) != used {
					t.Errorf("%s: %s is said as %q, which has to have %s: %v", lang, code, said, param, used)
				}
			}
		}
	}
}

// What the checks say of a text has its words in the console.
func TestDetailsOfChecksInTheConsole(t *testing.T) {
	script, err := os.ReadFile("assets/console/details.js")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("moderation/*.go")
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`(?:Detail(?::| =)|refuse\(|view\{name:) ?"([^"]+)"`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "moderation/habits.go" { // habits are not of a text alone
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sentence.FindAllSubmatch(text, -1) {
			found++
			if !strings.Contains(string(script), "'"+string(m[1])+"'") {
				t.Errorf("%s says %q, for which details.js has no words", file, m[1])
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d sentences were found", found)
	}
}

// A hundred thousand words are saved in one request.
func TestLongRules(t *testing.T) {
	p := start(t, t.TempDir())
	var b strings.Builder
	for i := range 90_000 {
		fmt.Fprintf(&b, "word%06d\n", i)
	}
	mod := p.moderator()
	mod.call("PUT", liveRoom+"/rules", map[string]any{"name": "long", "text": b.String()}, 200)
	if v := mod.call("POST", liveRoom+"/rules/check", map[string]any{"text": "word089999"}, 200); v.Verdict != "refuse" {
		t.Errorf("%+v", v)
	}
}
