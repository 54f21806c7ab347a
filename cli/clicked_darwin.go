package cli

import (
	"os"
	"path/filepath"
)

// DoubleClicked reports whether the program was started from the Finder. That opens a Terminal
// in the home folder and runs the whole path, without arguments. A user who types that path
// gets the console in the browser, too.
func DoubleClicked(args []string) bool {
	home, err := os.UserHomeDir()
	if err != nil || len(args) != 1 || !filepath.IsAbs(args[0]) || !isTerminal(os.Stdout) {
		return false
	}
	here, err := os.Getwd()
	return err == nil && here == home
}
