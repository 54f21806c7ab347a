package main

import (
	"embed"
	"io/fs"
	"sync"

	"danmaku/server"
)

// assets are all pages and what they load; names that begin with _ are tests
// and stay out.
//
//go:embed assets
var assets embed.FS

// readPages reads them once in a process: tests start the program many times.
var readPages = sync.OnceValues(func() (*server.Pages, error) {
	tree, err := fs.Sub(assets, "assets")
	if err != nil {
		return nil, err
	}
	return server.ReadPages(tree)
})
