package server

import (
	"slices"
	"testing"
)

// Memory is given back once after a storm, when it is over, and not for the
// coming and going of every evening.
func TestStormIsOverOnce(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sockets []int64 // at each beat
		tidy    []int   // which of them tidy
	}{
		{"nobody", []int64{0, 0, 0}, nil},
		{"a few", []int64{0, 500, 999, 999}, nil},
		{"slowly", []int64{90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 990, 1080, 1170}, []int{11}},
		{"a storm", []int64{0, 4000, 9000, 10_000, 10_050, 10_050, 10_050}, []int{4}},
		{"still coming", []int64{0, 2000, 4000, 6000}, nil},
		{"two storms", []int64{0, 5000, 5000, 9000, 9000, 9000}, []int{2, 4}},
		{"away and back", []int64{5000, 5000, 0, 5000, 5000}, []int{1, 4}},
		{"some leave, as many come", []int64{5000, 5000, 4500, 5000, 4500, 5000, 5000}, []int{1}},
	} {
		var s storm
		var tidy []int
		for i, n := range tt.sockets {
			if s.over(n) {
				tidy = append(tidy, i)
			}
		}
		if !slices.Equal(tidy, tt.tidy) {
			t.Errorf("%s: tidied at %v, want %v", tt.name, tidy, tt.tidy)
		}
	}
}
