package e2e_test

import (
	"os"
	"testing"

	"danmaku/e2e/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
