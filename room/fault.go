package room

import "fmt"

// Fault is an error's reason, most often a fault of a file of comments or of one comment in
// it: an English sentence, and the data from which other languages make their own.
type Fault struct {
	Line, Column     int    // position in a file, from 1, columns in characters; 0: the whole line, the whole file
	Code             string // package export defines those of files, package live the others
	Word, Other      string // names in the sentence, of a file's at most 40 characters
	N                int    // a number in it
	Why              string // the code of a nested fault, to which word and number belong
	OfLine, OfColumn int    // where the text begins that the fault is about
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
