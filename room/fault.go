package room

import "fmt"

// Fault is why something is not done, most often what is wrong with a file
// of comments or one comment in it: an English sentence, and beside it what
// every other language makes its own of. It is an error.
type Fault struct {
	Line, Column     int    // where in a file, from 1, columns in characters; 0: the whole line, the whole file
	Code             string // package export has those of files, package live the others
	Word, Other      string // what the sentence names, of a file's at most 40 characters
	N                int    // a number in it
	Why              string // the code of a fault within, which word and number belong to
	OfLine, OfColumn int    // where that begins which the fault is about
	Message          string // the sentence
}

// Error returns place and sentence.
func (f *Fault) Error() string {
	switch {
	case f.Line == 0:
		return f.Message
	case f.Column == 0:
		return fmt.Sprintf("line %d: %s", f.Line, f.Message)
	}
	return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Message)
}
