// Go's net package at the same work: one goroutine per connection. Prints "listening on ADDRESS".
//
//	go_echo ADDRESS BUFFER [with-parent HOGS HOG_MILLIS]
//
// Nodelay is Go's default; the backlog is net.core.somaxconn. GOMAXPROCS says how many processors.
// with-parent: do what stdin says ("burn" or "rest": that many goroutines burn CPU, a new one each so
// many milliseconds, 0 is without end; "collect": a full collection), and end when it does.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"
)

func echo(conn net.Conn, size int) {
	defer conn.Close()
	packet := make([]byte, size)
	for {
		n, err := conn.Read(packet)
		if err != nil {
			return
		}
		if _, err = conn.Write(packet[:n]); err != nil {
			return
		}
	}
}

var burning atomic.Bool

func burn(millis int) {
	end := time.Now().Add(time.Duration(millis) * time.Millisecond)
	for burning.Load() && (millis == 0 || time.Now().Before(end)) {
		for i, x := 0, uint64(1); i < 1000; i++ {
			x = x*6364136223846793005 + 1442695040888963407
		}
	}
	if burning.Load() {
		go burn(millis)
	}
}

func obey(hogs, millis int) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if in.Text() == "collect" {
			debug.FreeOSMemory() // after a collection
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			fmt.Printf("collected heapBytes=%d\n", memory.HeapAlloc)
			continue
		}
		burning.Store(in.Text() == "burn")
		if in.Text() == "rest" {
			fmt.Println("turn ")
		}
		for i := 0; burning.Load() && i < hogs; i++ {
			go burn(millis)
		}
	}
	os.Exit(0)
}

func number(i int) int {
	n, err := strconv.Atoi(os.Args[i])
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	size := number(2)
	listener, err := net.Listen("tcp4", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) > 3 {
		go obey(number(4), number(5))
	}
	fmt.Println("listening on", listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		go echo(conn, size)
	}
}
