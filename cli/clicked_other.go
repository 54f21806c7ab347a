//go:build !windows && !darwin

package cli

// DoubleClicked is false: desktops of these systems start programs without a
// window in which it could be stopped again.
func DoubleClicked([]string) bool { return false }
