//go:build !windows && !darwin

package cli

// DoubleClicked returns false: desktops of these systems start programs without a window in
// which the user could stop them.
func DoubleClicked([]string) bool { return false }
