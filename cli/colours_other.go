//go:build !windows

package cli

import "io"

// takesColours reports whether a terminal obeys escape sequences: all of them do here.
func takesColours(io.Writer) bool { return true }
