// Package cluster runs one danmaku on several machines: a log of changes that most of
// them have before a change is committed on any, kept by an embedded NATS JetStream.
// It carries the changes as bytes and knows nothing of what they mean. Built with the
// tag nocluster it is empty, and the program is some 12 MB smaller.
package cluster
