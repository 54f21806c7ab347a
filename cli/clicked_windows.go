package cli

import (
	"syscall"
	"unsafe"
)

// DoubleClicked reports whether the program was started from the desktop. Then it is alone on
// its console, which Windows created for it; in a terminal the shell shares the console. See
// GetConsoleProcessList in the Windows documentation.
func DoubleClicked(args []string) bool {
	list := syscall.NewLazyDLL("kernel32.dll").NewProc("GetConsoleProcessList")
	if list.Find() != nil {
		return false
	}
	var pids [2]uint32
	n, _, _ := list.Call(uintptr(unsafe.Pointer(&pids[0])), uintptr(len(pids)))
	return n == 1
}
