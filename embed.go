package main

import "embed"

// assets are all pages and what they load; names that begin with _ are tests
// and stay out.
//
//go:embed assets
var assets embed.FS
