package cli

import (
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"syscall"

	"danmaku/config"
)

// explainListen adds what to do if the address cannot be listened on. After a double-click
// there are no flags, so the text also names the settings file.
func explainListen(cfg config.Config, err error) error {
	var what config.Sentence
	switch fault := listenFault(err); fault {
	case syscall.EADDRINUSE:
		what = portInUse
	case syscall.EACCES:
		what = portForbidden
	case syscall.EADDRNOTAVAIL:
		return config.Faultf(noAddressHere, cfg.Listen)
	default:
		return config.Faultf(cannotListen, cfg.Listen, err)
	}
	other := otherPort(cfg.Listen)
	file := cfg.File
	if file == "" {
		file = filepath.Join(cfg.Data, config.FileName)
		if whole, err := filepath.Abs(file); err == nil {
			file = whole
		}
	}
	return config.Faultf(otherPortAdvice, config.Faultf(what, cfg.Listen), other, other, file)
}

// otherPort returns the listen address with another port.
func otherPort(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	n, err := strconv.Atoi(port)
	if err != nil || n < 1024 || n > 65_000 {
		n = 2332
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

// listenFault recognizes the three errors that have their own sentences. Windows has other
// numbers for them, see "Windows Sockets Error Codes" (WSAEADDRINUSE, WSAEACCES,
// WSAEADDRNOTAVAIL); other systems do not use these numbers.
func listenFault(err error) syscall.Errno {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return 0
	}
	switch number {
	case 10048:
		return syscall.EADDRINUSE
	case 10013:
		return syscall.EACCES
	case 10049:
		return syscall.EADDRNOTAVAIL
	}
	return number
}
