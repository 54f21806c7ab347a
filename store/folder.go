package store

import (
	"fmt"
	"path/filepath"
)

// FolderFault is the reason why a data folder, or one of its files, cannot be used.
type FolderFault int

// The faults of data folders.
const (
	FolderNoParent    FolderFault = iota // its parent folder does not exist
	FolderNotMade                        // the folder cannot be made
	FolderNotWritable                    // Path is the folder
	FolderServed                         // another server uses it
	FolderFull                           // the disk is full
	FileNotDatabase                      // Path is the database, here and below
	FileDamaged
	FileLocked
	FolderMember // it belongs to one of several machines that run as one
	FileUnreadable
	FileNotBackup // it is empty, or not a file
	FileOfOther   // not a database, or not danmaku's
	FileBackupDamaged
	FileTaken    // Path is where the backup was to be written
	FileUnderWay // Path is a backup in progress, or an aborted one
	FileNotMade  // Path is a backup that cannot be made
	FileNotKey   // Path is not a secret.key
)

// FolderError reports why a data folder, a backup or a key cannot be used. The command line
// has its sentence in other languages.
type FolderError struct {
	Kind   FolderFault
	Path   string
	Cause  error
	Holder int // with FolderServed: the process, 0 when unknown
}

// Error returns one line that says what is wrong and what to do.
func (e *FolderError) Error() string {
	switch e.Kind {
	case FolderNoParent:
		return fmt.Sprintf("cannot make the data folder %s, because there is no folder %s; make that one, or name another data folder with --data", e.Path, filepath.Dir(e.Path))
	case FolderNotMade:
		return fmt.Sprintf("the data folder %s cannot be made (%v); make it yourself or name another with --data", e.Path, e.Cause)
	case FolderNotWritable:
		return fmt.Sprintf("the data folder %s cannot be written (%v); give this user the right to, or name another with --data", e.Path, e.Cause)
	case FolderServed:
		holder := ""
		if e.Holder > 0 {
			holder = fmt.Sprintf(" (process %d)", e.Holder)
		}
		return fmt.Sprintf("%v%s already uses the data folder %s; danmaku open shows its console. To start another, stop it or name another folder with --data",
			ErrServed, holder, e.Path)
	case FolderFull:
		return fmt.Sprintf("the disk of the data folder %s is full (%v); make room and start again", e.Path, e.Cause)
	case FileNotDatabase:
		return fmt.Sprintf("%s is not a database (%v); move it away to start anew, or put a backup in its place", e.Path, e.Cause)
	case FileDamaged:
		return fmt.Sprintf("%s is damaged (%v); put a backup in its place, or move it away to start anew", e.Path, e.Cause)
	case FolderMember:
		return fmt.Sprintf("the data folder %s is that of a cluster's member (%v) and does not run alone, since the others would miss what it writes; to run alone, restore a backup into another folder", e.Path, e.Cause)
	case FileLocked:
		return fmt.Sprintf("%s is locked by another program (%v); stop that program and try again", e.Path, e.Cause)
	case FileUnreadable:
		return fmt.Sprintf("%s cannot be read (%v); give this user the right to, or name another file", e.Path, e.Cause)
	case FileNotBackup:
		return fmt.Sprintf("%s is not a backup: it is empty or not a file", e.Path)
	case FileOfOther:
		return fmt.Sprintf("%s is not a backup of danmaku", e.Path)
	case FileBackupDamaged:
		return fmt.Sprintf("%s is a damaged backup (%v); use another one", e.Path, e.Cause)
	case FileTaken:
		return fmt.Sprintf("%s exists already; give another name, such as one with the date", e.Path)
	case FileUnderWay:
		return fmt.Sprintf("%s exists: another backup is under way or was broken off; delete it and try again", e.Path)
	case FileNotMade:
		return fmt.Sprintf("%s cannot be made (%v); name another file or folder", e.Path, e.Cause)
	case FileNotKey:
		return fmt.Sprintf("%s is damaged: it must be %d bytes; put a backup in its place, "+
			"or delete it, which makes every overlay link and console session void", e.Path, secretLen)
	}
	return e.Cause.Error()
}

// Unwrap returns the cause; with FolderServed it is [ErrServed].
func (e *FolderError) Unwrap() error { return e.Cause }
