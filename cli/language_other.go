//go:build !windows

package cli

import "danmaku/config"

// desktopLang is English where only the locale tells of a language.
func desktopLang() config.Lang { return config.English }
