package cli

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/store"
)

// A link whose role is for all rooms does not take --room: the command says so, and makes the
// link, since older guides wrote it that way.
func TestARoomThatALinkDoesNotUseIsReported(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for lang, words := range map[string]string{"en": roomUnused.English, "zh_CN.UTF-8": roomUnused.Chinese, "ja_JP.UTF-8": roomUnused.Japanese} {
		code, out, errs := runCommand(t, []string{"LANG=" + lang}, "link", "new", "--role", "owner", "--room", "nosuch", "--data", dir)
		if want := "danmaku: " + fmt.Sprintf(words, "owner") + "\n"; code != ExitDone || !strings.Contains(out, "/console?key=") || errs != want {
			t.Errorf("in %s: %d, %q, %q; want %q", lang, code, out, errs, want)
		}
	}
	if code, _, errs := runCommand(t, nil, "link", "new", "--role", "owner", "--data", dir); code != ExitDone || errs != "" {
		t.Errorf("without --room: %d, %q", code, errs)
	}
}
