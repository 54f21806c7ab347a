package cli

import (
	"io/fs"
	"reflect"
	"sync"

	"danmaku/server"
)

// lastPages caches the pages that were read last. Tests start the program many times on one
// folder, and reading it takes a second.
var lastPages struct {
	sync.Mutex
	tree  fs.FS
	pages *server.Pages
}

// readPages reads all pages and the files that they load.
func readPages(tree fs.FS) (*server.Pages, error) {
	lastPages.Lock()
	defer lastPages.Unlock()
	if reflect.TypeOf(tree).Comparable() && lastPages.tree == tree {
		return lastPages.pages, nil
	}
	pages, err := server.ReadPages(tree)
	if err != nil {
		return nil, err
	}
	lastPages.tree, lastPages.pages = tree, pages
	return pages, nil
}
