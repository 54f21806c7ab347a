//go:build !windows

package cli

import "io"

// takesColours reports whether a terminal interprets escape sequences: here all of them do.
func takesColours(io.Writer) bool { return true }
