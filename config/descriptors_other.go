//go:build !unix

package config

// socketsByDescriptors returns a fixed cap where there is no descriptor limit to read, as
// on Windows, whose limit is 16 million handles for each process.
func socketsByDescriptors() int { return 16_384 - 100 }
