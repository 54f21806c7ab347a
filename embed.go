package main

import (
	"embed"
	"io/fs"
)

// assets are all pages and what they load; names that begin with _ are tests
// and stay out.
//
//go:embed assets
var assets embed.FS

// pages is the folder of the pages.
func pages() fs.FS {
	tree, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the name is valid
	}
	return tree
}
