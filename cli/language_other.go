//go:build !windows

package cli

import "danmaku/config"

// desktopLang returns English: here only the locale has a language.
func desktopLang() config.Lang { return config.English }
