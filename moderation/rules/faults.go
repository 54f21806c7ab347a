package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// FaultCode is the kind of a fault in a line of a list. The console has a sentence for each in
// every language; [Fault.Message] is the English one.
type FaultCode string

// The codes, as on the wire.
const (
	NoEntry            FaultCode = "no_entry"
	NoAction           FaultCode = "no_action"            // Word: the text after =>
	NoDate             FaultCode = "no_date"              // Word: the text after @until
	NoOption           FaultCode = "no_option"            // Word: the text in its place
	TooManyExpressions FaultCode = "too_many_expressions" // N: the most that a room can have
	ExpressionLength   FaultCode = "expression_length"    // N: the most bytes
	ExpressionSize     FaultCode = "expression_size"      // N: the most instructions, Of: with this one
	ExpressionCost     FaultCode = "expression_cost"      // N: the most microseconds, Of: with this one
	ListsTooLarge      FaultCode = "lists_too_large"      // N: the most bytes, Of: with this list
	StoredTooLarge     FaultCode = "stored_too_large"     // N: the most bytes, Of: with this list
	NoExpression       FaultCode = "no_expression"        // Word: the message of package regexp
	MatchesAll         FaultCode = "matches_all"
	EntryTooLong       FaultCode = "entry_too_long" // N: the most characters

	// A line with one of these works, but perhaps not as meant.

	NoLetters FaultCode = "no_letters"
	OneLetter FaultCode = "one_letter"
	WouldStop FaultCode = "would_stop" // N Of the last comments, Word: one of them
)

// sentences are the English ones; a code without one does not exist.
var sentences = map[FaultCode]string{
	NoEntry:            "there is no entry before the options",
	NoAction:           "after => write hold, mask or refuse, not {word}",
	NoDate:             "after @until write a date such as 2026-12-31, not {word}",
	NoOption:           "{word} is not an option: use => action, @until date, @exact, @lang code or # note",
	TooManyExpressions: "a room can have {n} regular expressions, this is one more",
	ExpressionLength:   "a regular expression has 1 to {n} bytes",
	ExpressionSize:     "the expressions of a room can have {n} instructions together, with this one they have {of}; write shorter repetitions",
	ExpressionCost:     "the expressions of a room may take {n} µs for the worst comment of 1 KiB, with this one they take {of} µs; write shorter repetitions",
	ListsTooLarge:      "the lists of a room can have {n} bytes together, with this one they have {of}",
	StoredTooLarge:     "all lists of a room, on or off, can have {n} bytes together, with this one they have {of}; delete one that nobody needs",
	NoExpression:       "not a regular expression (RE2): {reason}",
	MatchesAll:         "this expression matches every comment",
	EntryTooLong:       "longer than {n} characters",
	NoLetters:          "holds no letter, digit or emoji and is ignored",
	OneLetter:          "folds to less than two letters",
	WouldStop:          "would have stopped {n} of the last {of} comments, such as {word}",
}

// FaultCodes lists all codes, in no order.
func FaultCodes() []FaultCode {
	codes := make([]FaultCode, 0, len(sentences))
	for code := range sentences {
		codes = append(codes, code)
	}
	return codes
}

// Fault is a message about a line of a list for its author.
type Fault struct {
	Room  string
	List  string
	Line  int    // from 1
	Entry string // as written
	Code  FaultCode
	Word  string // see the codes
	N, Of int    // see the codes
}

// Warning reports whether the line works, but perhaps not as meant; otherwise it is left out.
func (f Fault) Warning() bool {
	return f.Code == NoLetters || f.Code == OneLetter || f.Code == WouldStop
}

// OverBound reports whether the line is valid but exceeds a bound of the room. A list with
// such a line must not be saved, because the line that is left out depends on the other lists.
func (f Fault) OverBound() bool {
	switch f.Code {
	case TooManyExpressions, ExpressionSize, ExpressionCost, ListsTooLarge, StoredTooLarge:
		return true
	}
	return false
}

// Message returns one English sentence.
func (f Fault) Message() string {
	return strings.NewReplacer("{word}", strconv.Quote(f.Word), "{reason}", f.Word, "{n}", strconv.Itoa(f.N), "{of}", strconv.Itoa(f.Of)).
		Replace(sentences[f.Code])
}

// String returns the fault in one line.
func (f Fault) String() string {
	return fmt.Sprintf("list %s, line %d: %s: %s", f.List, f.Line, f.Entry, f.Message())
}

// Faults are the faults in lines of lists.
type Faults []Fault

// Bounds of the error about lines that were left out, because it goes into the log.
const (
	loggedLines = 5
	loggedBytes = 200 // of one line
)

// LeftOutError names the first lines that were left out, and counts all.
type LeftOutError struct {
	First Faults // those that [Compile] reports
	Total int    // of the lines
}

// Error lists the first five lines, one below the other, and the number of further ones.
func (e *LeftOutError) Error() string {
	var lines []string
	for _, one := range e.First[:min(len(e.First), loggedLines)] {
		line := one.String()
		if len(line) > loggedBytes {
			line = strings.ToValidUTF8(line[:loggedBytes], "") + "…"
		}
		lines = append(lines, line)
	}
	if more := e.Total - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
