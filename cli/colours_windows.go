package cli

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// takesColours asks the console of out to interpret escape sequences, and reports whether it
// does. The Windows Terminal and consoles since Windows 10 do; older ones would print them as
// characters.
func takesColours(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	console, mode := windows.Handle(f.Fd()), uint32(0)
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
