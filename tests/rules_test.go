package tests

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/moderation/rules"
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
			t.Errorf("%s: no report of what it would have stopped: %v", name, byLine)
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
	// Lists for all rooms belong to the owner.
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
	// Too many rules for a room are not saved, with an error that has the line and the numbers.
	heavy := map[string]any{"name": "heavy", "text": "pear\n/a.{0,900}b/\n", "on": true}
	if r := mod.call("PUT", liveRoom+"/rules", heavy, 422); !strings.Contains(r.Message, "line 2") || !strings.Contains(r.Message, "2000 µs") {
		t.Errorf("%+v", r)
	}
	if _, body := mod.do("GET", liveRoom+"/rules", nil, nil); strings.Contains(body, "heavy") {
		t.Errorf("saved: %s", body)
	}
	heavy["dry"] = true
	if r := mod.call("PUT", liveRoom+"/rules", heavy, 200); len(r.Faults) != 1 || r.Faults[0].Code != "expression_cost" || r.Faults[0].Line != 2 || r.Faults[0].N != 2000 || r.Faults[0].Of <= 2000 {
		t.Errorf("%+v", r.Faults)
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

// A moderator who saves or deletes a list that somebody else has changed meanwhile gets
// an error, and the other's version stays.
func TestASaveOfRulesOverwritesNobody(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := newOperators(p)
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
	put := func(h operator, l list, base any, status int) reply {
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
			t.Errorf("the list is %+v, want %+v", got, want)
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
	// Both edit the same version; a save only replaces a version that its author has seen.
	second := put(mod, both, first, 200).List.Version
	refused(put(owner, plum, first, 409), "Mo")
	stands(both)
	put(owner, plum, second, 200)
	stands(plum)
	// Switching it off is a change, too; a dry run accepts any version.
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
		t.Errorf("%+v is there after its deletion", l)
	}
	// Without a base any version is replaced, as programs do.
	put(mod, pear, nil, 200)
	put(owner, plum, nil, 200)
	stands(plum)

	// The shipped list has a version before the first save.
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

// The console has a sentence for every possible fault of a line,
// in every language.
func TestFaultsOfRulesInEveryLanguage(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		b, err := os.ReadFile("assets/locales/console." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		decode(t, string(b), &words)
		for _, code := range rules.FaultCodes() {
			english := rules.Fault{Code: code, Word: "W", N: 71, Of: 93}.Message()
			said, _ := words["line_"+string(code)].(string)
			for param, used := range map[string]bool{
				"{word}": strings.Contains(english, "W"), "{n}": strings.Contains(english, "71"), "{of}": strings.Contains(english, "93"),
			} {
				if said == "" || strings.Contains(said, param) != used {
					t.Errorf("%s: %s is shown as %q, which must contain %s: %v", lang, code, said, param, used)
				}
			}
		}
	}
}

// Every reason that a check can have, and every form in which a text is read, has
// its words in the console.
func TestReasonsInEveryLanguage(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		b, err := os.ReadFile("assets/locales/console." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		decode(t, string(b), &words)
		for _, r := range comment.Reasons() {
			if said, _ := words["detail_"+string(r)].(string); said == "" {
				t.Errorf("%s has no words for the reason %s", lang, r)
			}
		}
		for _, f := range comment.Forms() {
			if said, _ := words["detail_"+string(f)].(string); said == "" {
				t.Errorf("%s has no words for the form %s", lang, f)
			}
		}
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

// Lists that are off count by their size: a room stores a bounded number of bytes of
// lists, whether they are on or off. What is stored can be made smaller and deleted.
func TestListsThatAreOffAreBoundedTogether(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	list := func(n, size int, on bool) map[string]any {
		return map[string]any{"name": fmt.Sprint("list ", n), "text": strings.Repeat("#", size), "on": on}
	}
	for n := range rules.MaxStoredBytes >> 20 {
		mod.call("PUT", liveRoom+"/rules", list(n, 1<<20, false), 200)
	}
	for _, on := range []bool{false, true} {
		r := mod.call("PUT", liveRoom+"/rules", list(8, 1<<20, on), 422)
		if !strings.Contains(r.Message, "on or off") || !strings.Contains(r.Message, fmt.Sprint(rules.MaxStoredBytes)) {
			t.Errorf("on %v: %+v", on, r)
		}
	}
	if _, body := mod.do("GET", liveRoom+"/rules", nil, nil); strings.Contains(body, "list 8") {
		t.Error("one list too many is saved")
	}
	mod.call("PUT", liveRoom+"/rules", list(3, 1<<20, true), 200) // it does not grow
	mod.call("PUT", liveRoom+"/rules", list(3, 1<<19, false), 200)
	mod.call("DELETE", liveRoom+"/rules/list%204", nil, 204)
	mod.call("PUT", liveRoom+"/rules", list(8, 1<<20, false), 200)
}

// Moderators see what a masked text and name were, now and later; others do not.
// Matches are marked in the shown text and in the typed text.
func TestMaskedKeepsItsOriginal(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	mod := p.moderator()
	mod.call("PUT", liveRoom+"/rules", map[string]any{"name": "ours", "text": "tangerine => mask\nlemon => hold"}, 200)
	console, overlay := mod.open("console", ""), p.overlaySocket("")
	console.next("hello")
	overlay.next("hello")
	phone := p.phone()
	send := func(text, name string) (id string) {
		t.Helper()
		status, body := phone.do("POST", liveRoom+"/comments", map[string]string{"text": text, "name": name}, ours)
		var a frame
		decode(t, body, &a)
		if status != 201 && status != 202 || a.ID == "" {
			t.Fatalf("%d %s", status, body)
		}
		return a.ID
	}
	for _, c := range []struct {
		text, name, shown, shownName, original, originalName, kind string
		inName                                                     bool
		spans                                                      string
	}{
		{"hello", "my tangerine", "hello", "my *********", "", "my tangerine", "comment", true, "[[3 12]]"},
		{"a tangerine", "Ann", "a *********", "Ann", "a tangerine", "", "comment", false, "[[2 11]]"},
		{"one tangerine", "tangerine", "one *********", "*********", "one tangerine", "tangerine", "comment", false, "[[4 13]]"},
		{"one lemon", "tangerine", "one lemon", "*********", "", "tangerine", "held", false, "[[4 9]]"},
		{"hi", "a lemon", "hi", "a lemon", "", "", "held", true, "[[2 7]]"},
	} {
		id := send(c.text, c.name)
		e := console.until(c.text, isEvent(c.kind, id))
		same := func(where string, e event) {
			t.Helper()
			if e.Text != c.shown || e.Name != c.shownName || e.Original != c.original || e.OriginalName != c.originalName || e.InName != c.inName || fmt.Sprint(e.Spans) != c.spans {
				t.Errorf("%q by %q: %s: %+v", c.text, c.name, where, e)
			}
		}
		same("the console hears", e)
		_, body := mod.do("GET", liveRoom+"/comments?limit=1", nil, nil)
		var history struct{ Comments []event }
		decode(t, body, &history)
		same("history", history.Comments[0])
		if c.kind == "held" {
			mod.call("POST", liveRoom+"/comments/"+id+"/approve", nil, 200)
		}
		if e := overlay.until(c.text, isEvent("comment", id)); e.Name != c.shownName || e.Original+e.OriginalName != "" || e.Spans != nil {
			t.Errorf("%q by %q: the overlay receives %+v", c.text, c.name, e)
		}
	}
	_, body := mod.do("POST", liveRoom+"/rules/check", map[string]any{"text": "  a \t cafe\u0301   tangerine"}, ours)
	var v struct {
		Text  string
		Spans [][2]int
		Typed [][2]int `json:"typed_spans"`
	}
	decode(t, body, &v)
	if v.Text != "a café *********" || fmt.Sprint(v.Spans) != "[[7 16]]" || fmt.Sprint(v.Typed) != "[[14 23]]" {
		t.Errorf("tried: %+v", v)
	}
}

// "Approve" ends the wait of a newcomer: the same person's next comment is shown.
func TestApprovalEndsTheWaitOfANewcomer(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	mod := p.moderator()
	p.console().call("PATCH", liveRoom, map[string]any{"newcomers": "held"}, 200)
	s, other := p.phone().open("audience", ""), p.phone().open("audience", "")
	a := s.say("my first words")
	if a.Outcome != "held" {
		t.Fatalf("%+v", a)
	}
	mod.call("POST", liveRoom+"/comments/"+a.ID+"/approve", nil, 200)
	if late := s.next("ack"); late.ID != a.ID || late.Outcome != "shown" {
		t.Errorf("%+v", late)
	}
	if a := s.say("and my second ones"); a.Outcome != "shown" {
		t.Errorf("within the first minute, approved: %+v", a)
	}
	if a := other.say("somebody else"); a.Outcome != "held" {
		t.Errorf("another newcomer: %+v", a)
	}
}
