// Package cluster runs one danmaku on several machines: with a log of changes that most of
// them have before a change is committed on any, stored by an embedded NATS JetStream. It
// transports the changes as bytes and does not know their meaning. With the build tag
// nocluster it is empty, and the program is some 12 MB smaller.
package cluster
