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

// wantsBrowser reports whether a start opens the console: when it was asked for,
// or when no terminal shows where it is.
func wantsBrowser(open config.Open, clicked bool) bool {
	return open == config.OpenAlways || open == config.OpenAuto && clicked
}

// OpenBrowser shows an address in the user's browser. It returns when the
// browser has been asked, not when the page is there.
func OpenBrowser(address string) error {
	program, args := browserCommand(runtime.GOOS, address)
	cmd := exec.Command(program, args...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}
	go func() { _ = cmd.Wait() }() // it may live as long as the browser
	return nil
}

// browserCommand is what each system opens an address with. On Windows that is
// not `start`, since a command line would read the & of an address.
func browserCommand(system, address string) (program string, args []string) {
	switch system {
	case "windows":
		return "rundll32.exe", []string{"url.dll,FileProtocolHandler", address}
	case "darwin":
		return "open", []string{address}
	}
	return "xdg-open", []string{address}
}

// holdWindow keeps the window of a program that was double-clicked until
// somebody has read why it ended.
func holdWindow(ctx context.Context, in io.Reader, out io.Writer) {
	fmt.Fprint(out, "\nPress Enter to close this window.")
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = bufio.NewReader(in).ReadString('\n') // whatever ends the wait
	}()
	select {
	case <-read:
	case <-ctx.Done(): // the process ends, and the reader with it
	}
}
