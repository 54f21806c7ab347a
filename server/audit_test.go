package server

import "testing"

// What moderators and people wrote is no formula in a spreadsheet.
func TestNoCellOfTheRecordIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\n=1": "'\n=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠A": "'＠A", "1=1": "1=1", "": "", "弹幕": "弹幕", "'": "'",
	} {
		cells := actCells(wireAct{By: text, About: text, User: text, Detail: text})
		for _, i := range []int{2, 5, 6, 7} {
			if cells[i] != want {
				t.Errorf("%q in column %d is %q", text, i, cells[i])
			}
		}
	}
}
