package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"runtime"

	"danmaku/config"
)

// wantsBrowser tells whether a start opens the console: when it was asked for,
// or when nobody sits in a terminal to read where it is.
func wantsBrowser(open config.Open, clicked bool) bool {
	return open == config.OpenAlways || open == config.OpenAuto && clicked
}

// openBrowser shows an address in the user's browser. It returns when the
// browser has been asked, not when the page is there.
func openBrowser(address string) error {
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
func holdWindow(in io.Reader, out io.Writer) {
	fmt.Fprint(out, "\nPress Enter to close this window.")
	_, _ = bufio.NewReader(in).ReadString('\n') // whatever ends the wait
}
