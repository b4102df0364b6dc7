// Package relaytest runs the conformance tests of golang.org/x/net/nettest over connections through
// the relay that listens on $RELAY.
package relaytest

import (
	"encoding/binary"
	"net"
	"os"
	"testing"

	"golang.org/x/net/nettest"
)

func TestRelay(t *testing.T) {
	nettest.TestConn(t, makePipe)
}

func makePipe() (c1, c2 net.Conn, stop func(), err error) {
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	defer target.Close()
	c1, err = net.Dial("tcp", os.Getenv("RELAY"))
	if err != nil {
		return nil, nil, nil, err
	}
	port := uint16(target.Addr().(*net.TCPAddr).Port)
	if err = binary.Write(c1, binary.BigEndian, port); err != nil {
		c1.Close()
		return nil, nil, nil, err
	}
	c2, err = target.Accept()
	if err != nil {
		c1.Close()
		return nil, nil, nil, err
	}
	stop = func() {
		c1.Close()
		c2.Close()
	}
	return c1, c2, stop, nil
}
