package comment_test

import (
	"testing"

	"danmaku/comment"
)

// Every sentence, which is what stored comments contain, maps back to its reason and form.
func TestReasonsOfStoredSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range comment.Reasons() {
		for _, f := range append(comment.Forms(), comment.FormWritten) {
			s := r.Sentence(f)
			if gotR, gotF := comment.ReasonOf(s); gotR != r || gotF != f || s == "" || seen[s] {
				t.Errorf("%q is read as %q, %q, want %q, %q", s, gotR, gotF, r, f)
			}
			seen[s] = true
		}
	}
	if want := len(comment.Reasons()) * (len(comment.Forms()) + 1); len(seen) != want {
		t.Errorf("%d sentences, want %d", len(seen), want)
	}
	for _, s := range []string{"", "what an older version said", ", turned round", "every comment of this room is looked at first"} {
		if r, f := comment.ReasonOf(s); r != "" || f != comment.FormTurned && f != comment.FormWritten {
			t.Errorf("%q is read as %q, %q", s, r, f)
		}
	}
	v := comment.Verdict{Action: comment.Hold}.Because(comment.ReasonSound, comment.FormJamo)
	if v.Reason != comment.ReasonSound || v.Form != comment.FormJamo || v.Detail != "sounds like the word, Korean letters put together" {
		t.Errorf("%+v", v)
	}
}
