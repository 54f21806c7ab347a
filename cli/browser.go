package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"

	"danmaku/config"
)

// wantsBrowser reports whether a start opens the console: it was asked to, or no terminal
// shows the URL.
func wantsBrowser(open config.Open, clicked bool) bool {
	return open == config.OpenAlways || open == config.OpenAuto && clicked
}

// OpenBrowser opens an address in the user's browser. It returns once the browser has been
// asked, before the page is loaded.
func OpenBrowser(address string) error {
	program, args := browserCommand(runtime.GOOS, address)
	cmd := exec.Command(program, args...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}
	go func() { _ = cmd.Wait() }() // it may live as long as the browser
	return nil
}

// browserCommand returns the command that opens an address on each system. On Windows that is
// not `start`, because a command line would interpret the & of an address.
func browserCommand(system, address string) (program string, args []string) {
	switch system {
	case "windows":
		return "rundll32.exe", []string{"url.dll,FileProtocolHandler", address}
	case "darwin":
		return "open", []string{address}
	}
	return "xdg-open", []string{address}
}

// holdWindow keeps the window of a double-clicked program open until the user has read why it
// ended.
func holdWindow(ctx context.Context, in io.Reader, out io.Writer) {
	fmt.Fprint(out, "\nPress Enter to close this window.")
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = bufio.NewReader(in).ReadString('\n') // any result ends the wait
	}()
	select {
	case <-read:
	case <-ctx.Done(): // the process ends, and the reader with it
	}
}
