package connector

import (
	"encoding/json"
	"strconv"
)

// Scalar is a value that JSON may contain as a text, as a number, as true, or not at all:
// platforms and tools change their minds about that. Any other value decodes as empty,
// without an error.
type Scalar string

// UnmarshalJSON decodes any scalar; false and null are empty.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	var text string
	switch {
	case json.Unmarshal(data, &text) == nil:
		*s = Scalar(text)
	case string(data) == "true", len(data) > 0 && (data[0] == '-' || '0' <= data[0] && data[0] <= '9'):
		*s = Scalar(data)
	default:
		*s = ""
	}
	return nil
}

// Yes reports whether the value is neither empty nor 0 nor false.
func (s Scalar) Yes() bool { return s != "" && s != "0" && s != "false" }

// Number returns the value as a number; 0 if it is none.
func (s Scalar) Number() float64 {
	n, err := strconv.ParseFloat(string(s), 64)
	if err != nil || n != n {
		return 0
	}
	return n
}
