package comment

import "strings"

// Reason is why a check stopped a text, as a code. Pages translate it; [Reason.Sentence] is
// the English sentence.
type Reason string

// The reasons, as on the wire. Those from ReasonSlow on concern an author's behavior, and
// not a text.
const (
	ReasonWritten     Reason = "written"
	ReasonTakenApart  Reason = "apart"
	ReasonSound       Reason = "sound"
	ReasonSeveral     Reason = "several"
	ReasonNameAndText Reason = "name"
	ReasonTangled     Reason = "ways"
	ReasonNumber      Reason = "number"
	ReasonSpelled     Reason = "spelled"
	ReasonHandle      Reason = "handle"
	ReasonPrivate     Reason = "private"
	ReasonPretends    Reason = "pretends"
	ReasonURL         Reason = "address"
	ReasonUnseen      Reason = "unseen"
	ReasonDirection   Reason = "direction"
	ReasonMarks       Reason = "marks"
	ReasonWide        Reason = "wide"
	ReasonBlocks      Reason = "blocks"
	ReasonRepeats     Reason = "row"
	ReasonCapitals    Reason = "capitals"
	ReasonBytes       Reason = "bytes"
	ReasonTogether    Reason = "together"
	ReasonLong        Reason = "long"
	ReasonFailed      Reason = "failed"
	ReasonOpinion     Reason = "opinion"
	ReasonNoOpinion   Reason = "no_opinion"

	ReasonSlow         Reason = "slow"
	ReasonDuplicate    Reason = "duplicate"
	ReasonRaid         Reason = "raid"
	ReasonFirstMinute  Reason = "first_minute"
	ReasonFirstComment Reason = "first_comment"
)

// Form is the decoding in which a text matched when it was stopped; empty for the text as
// written.
type Form string

// The forms, as on the wire.
const (
	FormWritten Form = ""
	FormMarkup  Form = "markup"
	FormTurned  Form = "turned"
	FormJamo    Form = "jamo"
	FormBraille Form = "braille"
	FormMorse   Form = "morse"
)

// The sentences are stored with comments, so they must not change.
var (
	reasonSentences = map[Reason]string{
		ReasonWritten:      "the word as written",
		ReasonTakenApart:   "the word, taken apart or with other signs",
		ReasonSound:        "sounds like the word",
		ReasonSeveral:      "spelled over several comments",
		ReasonNameAndText:  "the name and the text together",
		ReasonTangled:      "written so that it can be read in too many ways",
		ReasonNumber:       "a number like that of a phone or an account",
		ReasonSpelled:      "a number, spelled in words",
		ReasonHandle:       "an account to write to",
		ReasonPrivate:      "what leads to a person: an address, papers, a car, a bank account",
		ReasonPretends:     "a name that pretends to run the room",
		ReasonURL:          "an address, and this room shows none",
		ReasonUnseen:       "nothing of it can be seen",
		ReasonDirection:    "a direction override turns the text around",
		ReasonMarks:        "too many marks on one character",
		ReasonWide:         "very wide characters",
		ReasonBlocks:       "a wall of block characters",
		ReasonRepeats:      "one character many times in a row",
		ReasonCapitals:     "a long text in capitals",
		ReasonBytes:        "not UTF-8",
		ReasonSlow:         "slow mode",
		ReasonDuplicate:    "said by the same author a moment ago",
		ReasonRaid:         "many send this address at once",
		ReasonFirstMinute:  "in the author's first minute here",
		ReasonFirstComment: "the author's first comment here",
		ReasonLong:         "the filter took too long to read it",
		ReasonFailed:       "the filter could not read it because of a fault of its own",
		ReasonOpinion:      "the second opinion gives no reason",
		ReasonNoOpinion:    "the second opinion did not answer in time",
		ReasonTogether:     "spelled by several people",
	}
	formSentences = map[Form]string{
		FormMarkup:  "without markup",
		FormTurned:  "turned round",
		FormJamo:    "Korean letters put together",
		FormBraille: "Braille read as letters",
		FormMorse:   "Morse code read as letters",
	}
)

// Reasons lists all reasons, in no order.
func Reasons() []Reason {
	all := make([]Reason, 0, len(reasonSentences))
	for r := range reasonSentences {
		all = append(all, r)
	}
	return all
}

// Forms lists all forms except that of the text as written, in no order.
func Forms() []Form {
	all := make([]Form, 0, len(formSentences))
	for f := range formSentences {
		all = append(all, f)
	}
	return all
}

// Sentence returns the reason in English, with the form in which the text matched.
// Verdict.Detail and stored comments contain it.
func (r Reason) Sentence(f Form) string {
	if in := formSentences[f]; in != "" {
		return reasonSentences[r] + ", " + in
	}
	return reasonSentences[r]
}

// ReasonOf returns the reason and the form of a stored sentence. They are empty when
// [Reason.Sentence] did not make it.
func ReasonOf(sentence string) (Reason, Form) {
	form := FormWritten
	for f, in := range formSentences {
		if rest, ok := strings.CutSuffix(sentence, ", "+in); ok {
			sentence, form = rest, f
		}
	}
	for r, s := range reasonSentences {
		if s == sentence {
			return r, form
		}
	}
	return "", FormWritten
}

// Because returns the verdict with a reason.
func (v Verdict) Because(r Reason, f Form) Verdict {
	v.Reason, v.Form, v.Detail = r, f, r.Sentence(f)
	return v
}
