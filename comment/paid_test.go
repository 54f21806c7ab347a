package comment_test

import (
	"reflect"
	"testing"

	"danmaku/comment"
)

// Emotes stay at their words once the text is clean.
func TestEmotesFollowTheText(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		in   []comment.Emote
		want []comment.Emote
	}{
		"as it came":            {"Kappa hi", []comment.Emote{{From: 0, To: 5, Name: "Kappa"}}, []comment.Emote{{From: 0, To: 5, Name: "Kappa"}}},
		"emoji count one":       {"😂 Kappa", []comment.Emote{{From: 2, To: 7}}, []comment.Emote{{From: 2, To: 7}}},
		"spaces fall together":  {"  a  \t Kappa", []comment.Emote{{From: 7, To: 12}}, []comment.Emote{{From: 2, To: 7}}},
		"letters are composed":  {"e\u0301 Kappa", []comment.Emote{{From: 3, To: 8}}, []comment.Emote{{From: 2, To: 7}}},
		"controls go":           {"\x01a\u200e Kappa", []comment.Emote{{From: 4, To: 9}}, []comment.Emote{{From: 2, To: 7}}},
		"past the end":          {"Kappa", []comment.Emote{{From: 0, To: 9}}, nil},
		"backwards":             {"Kappa", []comment.Emote{{From: 3, To: 2}, {From: -1, To: 2}}, nil},
		"overlapping":           {"Kappa", []comment.Emote{{From: 0, To: 3}, {From: 2, To: 5}}, []comment.Emote{{From: 0, To: 3}}},
		"its name is too long":  {"Kappa", []comment.Emote{{From: 0, To: 5, Name: string(make([]byte, 65))}}, nil},
		"a control in the code": {"Ka\x01ppa", []comment.Emote{{From: 0, To: 6}}, nil},
	} {
		d, err := comment.Draft{Text: row.text, Emotes: row.in}.Normalize(comment.Limits{MaxLength: 100})
		if err != nil || !reflect.DeepEqual(d.Emotes, row.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, d.Emotes, err, row.want)
		}
	}
	many := comment.Draft{Text: "x"}
	for i := range 2 * comment.MaxEmotes {
		many.Text += "ab"
		many.Emotes = append(many.Emotes, comment.Emote{From: 1 + 2*i, To: 3 + 2*i})
	}
	if d, err := many.Normalize(comment.Limits{MaxLength: 500}); err != nil || len(d.Emotes) != comment.MaxEmotes {
		t.Errorf("%d emotes are kept, %v", len(d.Emotes), err)
	}
}

// Text covered by a rule is not shown as a picture, which would reveal it.
func TestMaskedEmotes(t *testing.T) {
	emotes := []comment.Emote{{From: 0, To: 3}, {From: 4, To: 7}}
	if got := comment.Masked(emotes, "bad god", "*** god"); !reflect.DeepEqual(got, emotes[1:]) {
		t.Errorf("%+v", got)
	}
	if got := comment.Masked(emotes, "ba\u0301 god", "** god"); got != nil {
		t.Errorf("places have moved: %+v", got)
	}
}

func TestPaidIsValid(t *testing.T) {
	for _, row := range []struct {
		paid comment.Paid
		ok   bool
	}{
		{comment.Paid{Micros: 5_000_000, Currency: "USD", Level: 2}, true}, {comment.Paid{Currency: "BITS", Level: 1}, true},
		{comment.Paid{Micros: -1, Currency: "USD", Level: 2}, false}, {comment.Paid{Currency: "US D", Level: 2}, false},
		{comment.Paid{Currency: "", Level: 2}, false}, {comment.Paid{Currency: "usd", Level: 2}, false},
		{comment.Paid{Currency: "USD", Level: 0}, false}, {comment.Paid{Currency: "USD", Level: 6}, false}, {comment.Paid{Currency: "ABCDEFGHIJKLM", Level: 1}, false},
	} {
		d, err := comment.Draft{Text: "x", Paid: &row.paid}.Normalize(comment.Limits{MaxLength: 100})
		if err != nil || (d.Paid != nil) != row.ok {
			t.Errorf("%+v: kept %v, %v", row.paid, d.Paid != nil, err)
		}
	}
}
