package cli

import (
	"os"
	"testing"
)

// TestMain runs the tests in the root of the checkout, as the program runs.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
