package cli

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// asProgram is the name under which this test binary acts as the program: a test links to it
// where building would take longer than the test.
const asProgram = "danmaku"

// TestMain runs the tests in the root of the checkout, as the program runs.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == asProgram {
		os.Exit(Run(context.Background(), Env{Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, nil))
	}
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
