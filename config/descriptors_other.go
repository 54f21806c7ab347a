//go:build !unix

package config

// socketsByDescriptors is a fixed cap where there is no descriptor limit to
// ask, as on Windows, whose handles end at 16 million for each process.
func socketsByDescriptors() int { return 16_384 - 100 }
