package e2e

import (
	"log"
	"os"
	"testing"

	"danmaku/e2e/browser"
)

func TestMain(m *testing.M) {
	code := browser.Main(m)
	if built != "" {
		if err := os.RemoveAll(built); err != nil {
			log.Print(err)
		}
	}
	os.Exit(code)
}
