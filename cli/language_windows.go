package cli

import (
	"syscall"

	"danmaku/config"
)

// desktopLang returns the display language of Windows. See GetUserDefaultUILanguage in the
// Windows documentation; the lower ten bits of its result are the language, the others its
// region.
func desktopLang() config.Lang {
	ask := syscall.NewLazyDLL("kernel32.dll").NewProc("GetUserDefaultUILanguage")
	if ask.Find() != nil {
		return config.English
	}
	const chinese, japanese = 0x04, 0x11
	switch id, _, _ := ask.Call(); id & 0x3ff {
	case chinese:
		return config.Chinese
	case japanese:
		return config.Japanese
	}
	return config.English
}
